"""The model in production is exchanged while it answers, or stays where the new one does not prove itself."""

import gc
import json
import shutil
import threading
import time
from pathlib import Path

import pytest

from running import client_of, settings_in
from sayso.errors import SaysoError
from sayso.registry import add, promote, rollback, versions_in
from sayso.registry.versions import version_at
from sayso.runtime.bench import resident_bytes
from sayso.server.answering.production import Production
from tiny_model import CODE_SEARCH, write_bundle

TEXT = {"text": "who calls login"}


@pytest.fixture
def registry(tmp_path):
    """A registry in which the model `tickets` has two versions; the first is in production."""
    folder = tmp_path / "registry"
    for number in (1, 2):
        add(folder, write_bundle(tmp_path / f"bundle{number}", CODE_SEARCH, name="tickets", languages=["en", f"x{number}"]))
    promote(versions_in(folder / "tickets")[0])
    return folder


@pytest.fixture
def settings(registry, tmp_path):
    return settings_in(tmp_path, model="registry:tickets@production", registry=registry)


def until(what, seconds=2.0):
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def test_a_promotion_and_a_rollback_are_in_force_within_two_seconds(settings, registry):
    model = registry / "tickets"
    with client_of(settings) as client:
        version = lambda: client.post("/v1/classify", json=TEXT).json()["model"]["version"]  # noqa: E731
        assert version() == "1"
        promote(version_at(model, 2))
        assert until(lambda: version() == "2")
        rollback(model)
        assert until(lambda: version() == "1")


def test_no_request_is_dropped_or_answered_by_two_models_while_they_are_switched(settings, registry):
    versions = versions_in(registry / "tickets")
    answers, stop = [], threading.Event()

    with client_of(settings) as client:

        def ask():
            while not stop.is_set():
                answers.append(client.post("/v1/classify", json={"texts": ["who calls login"] * 5}))

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        production = client.app.state.server.production
        for turn in range(20):
            promote(versions[turn % 2])
            production.look()
        stop.set()
        for asker in askers:
            asker.join()
    assert {answer.status_code for answer in answers} == {200}
    assert {len(answer.json()["predictions"]) for answer in answers} == {5}
    assert {answer.json()["model"]["version"] for answer in answers} == {"1", "2"}


def test_a_version_that_was_tampered_with_is_not_let_in_and_everybody_is_told(settings, registry, caplog):
    model = registry / "tickets"
    with client_of(settings) as client:
        promote(version_at(model, 2))
        assert until(lambda: client.get("/readyz").json()["model"]["version"] == "2")
        (version_at(model, 1).bundle / "model.onnx").write_bytes(b"tampered")
        alias = model / "aliases" / "production.json"  # promote itself would refuse
        alias.write_text(json.dumps(json.loads(alias.read_text()) | {"to": 1}))
        assert until(lambda: client.get("/readyz").json()["refused_model"])
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert "model.onnx" in ready.json()["refused_model"]
        assert client.post("/v1/classify", json=TEXT).json()["model"]["version"] == "2"
        promote(version_at(model, 2))
        alias.write_text(json.dumps(json.loads(alias.read_text()) | {"to": 2}))
        assert until(lambda: client.get("/readyz").json()["status"] == "ready")


def test_a_model_that_answers_otherwise_than_its_golden_rows_say_is_not_let_in(tmp_path):
    bundle = write_bundle(tmp_path / "build" / "bundle", CODE_SEARCH, name="tiny")
    production = Production(settings_in(tmp_path))
    first = production.serving
    wrong = write_bundle(tmp_path / "wrong", CODE_SEARCH, name="tiny", languages=["it"])
    row = {"text": "who calls login", "heads": {"intent": {"scores": {"FindCallers": 0.1}}}}
    (wrong / "golden.jsonl").write_text(json.dumps(row) + "\n")
    from tiny_model import seal, spec_of

    seal(wrong, spec_of(CODE_SEARCH, name="tiny", languages=["it"]))
    shutil.rmtree(bundle)
    shutil.move(wrong, bundle)
    assert not production.look()
    assert "otherwise than when it was made" in production.problem
    assert production.serving is first
    assert not production.look(), "it is not tried again and again"


def test_a_new_build_of_the_project_is_taken_over(tmp_path):
    settings = settings_in(tmp_path)
    production = Production(settings)
    before = production.serving.version
    shutil.rmtree(tmp_path / "build" / "bundle")
    assert not production.look()
    assert production.serving.version == before
    write_bundle(tmp_path / "build" / "bundle", CODE_SEARCH, name="tiny", languages=["de"])
    assert production.look()
    assert production.serving.version != before
    assert production.problem is None


def test_two_hundred_switches_leave_no_memory_behind(registry, settings):
    versions, production = versions_in(registry / "tickets"), Production(settings)

    def switch(times):
        for turn in range(times):
            promote(versions[turn % 2 - 1])
            production.look()
        gc.collect()

    switch(20)
    before = resident_bytes()
    if before is None:
        pytest.skip("this system does not tell how much memory a process has")
    switch(200)
    grown = resident_bytes() - before
    assert grown < 8e6, f"{grown / 200:.0f} bytes a switch"


@pytest.mark.parametrize("source", ["registry:nobody@production", "no/such/folder/at-all", "registry:tickets@nowhere"])
def test_a_server_does_not_start_without_a_model_and_says_why(settings, source):
    with pytest.raises(SaysoError):
        Production(settings.model_copy(update={"model": source}))


def test_without_a_bundle_the_project_is_served_zero_shot(tmp_path):
    from sayso.server.answering.source import source_of

    assert source_of(settings_in(tmp_path)) == str(Path(tmp_path) / "build" / "bundle")
    shutil.rmtree(tmp_path / "build")
    from sayso.server.settings import Settings

    assert source_of(Settings(project=tmp_path)) == "zero-shot"
    assert source_of(Settings(project=tmp_path, model="mdeberta")) == "zero-shot:mdeberta"
