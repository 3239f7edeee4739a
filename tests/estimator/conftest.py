"""A program's folder: its config.yaml, and the model installed where the settings expect it."""

import pytest

import tiny_model

RULES = {
    "score": "score",
    "tier": "tier",
    "scale": {"raw": [0.0, 1.0], "score": [0.0, 1.0]},
    "edges": [0.5],
    "mode": "hybrid",
    "model_share": 0.6,
    "unsure": [0.35, 0.65],
}
CONFIG = "task_complexity:\n  enabled: true\n  ml_model_enabled: true\n  ml_estimation_mode: {}\nother: 1\n"


@pytest.fixture
def bundle(tmp_path):
    """A tiny bundle with rules."""
    return tiny_model.write_bundle(tmp_path / "bundle", tiny_model.COMPLEXITY, rules=RULES)


@pytest.fixture
def program(tmp_path, bundle):
    """The folder of a program that has the model installed."""
    from sayso.export.install import install

    folder = tmp_path / "program"
    install(bundle, folder / "models", "complexity")
    (folder / "config.yaml").write_text(CONFIG.format("hybrid"))
    return folder
