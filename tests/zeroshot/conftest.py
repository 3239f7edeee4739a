"""A shop's project that says what its labels mean, on a tiny base of random weights, and has no data."""

import pytest
import yaml

LABELS = {"buy": "wants to buy bread or cake.", "hours": "asks when the shop is open", "other": "anything else"}


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYSO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def shop(tiny_base, tmp_path):
    """Makes a project with these heads; by default one choice with a fallback."""
    from sayso.project import Project

    def make(heads=None, labels=LABELS, fallback="other", name="shop", **sections):
        head = {"type": "choice", "labels": dict(labels)} | ({"fallback": fallback} if fallback else {})
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        document = {"name": "shop", "base": str(tiny_base), "heads": heads or {"intent": head}, **sections}
        (folder / "sayso.yaml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return Project.load(folder)

    return make
