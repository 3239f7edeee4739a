"""Which model runs beside production: named, or by the alias `shadow`; it comes and goes while the server runs, and disturbs nobody."""

import gc
import json
import time
import weakref

import pytest

from running import client_of, settings_in
from sayso.registry import add, promote, remove_alias, rollback, versions_in
from sayso.registry.versions import version_at
from sayso.server.answering.candidate import Candidate, model_with_shadow, source_of_candidate
from sayso.server.answering.production import Production
from sayso.server.settings import Settings
from tiny_model import CODE_SEARCH, seal, spec_of, write_bundle

TEXT = {"text": "who calls login"}


@pytest.fixture
def registry(tmp_path):
    """A registry in which the model `tickets` has three versions; the first is in production."""
    folder = tmp_path / "registry"
    for number in (1, 2, 3):
        add(folder, write_bundle(tmp_path / f"bundle{number}", CODE_SEARCH, name="tickets", languages=["en", f"x{number}"]))
    promote(versions_in(folder / "tickets")[0])
    return folder


@pytest.fixture
def model(registry):
    return registry / "tickets"


@pytest.fixture
def settings(registry, tmp_path):
    return settings_in(tmp_path, model="registry:tickets@production", registry=registry)


@pytest.fixture
def candidate(settings):
    return Candidate(settings, Production(settings))


def until(what, seconds=2.0):
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def point_at(model, alias, number):
    """Do what `promote` would refuse."""
    file = model / "aliases" / f"{alias}.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"to": number}))


def test_the_alias_shadow_is_followed_within_two_seconds_until_it_is_taken_away(settings, model):
    with client_of(settings) as client:
        candidate = client.app.state.server.shadow.candidate
        version = lambda: candidate.serving and candidate.serving.version  # noqa: E731
        assert candidate.state == "none"
        for number in ("2", "3"):
            promote(version_at(model, int(number)), "shadow")
            assert until(lambda wanted=number: version() == wanted)
        remove_alias(model, "shadow")
        assert until(lambda: candidate.state == "none" and version() is None)
        assert client.post("/v1/classify", json=TEXT).json()["model"]["version"] == "1"


def test_the_model_that_answers_is_not_run_beside_itself(candidate, model):
    promote(version_at(model, 2), "shadow")
    candidate.look()
    assert (candidate.state, candidate.serving.version) == ("running", "2")
    promote(version_at(model, 2))
    candidate._production.look()
    candidate.look()
    assert (candidate.state, candidate.serving) == ("in production", None)
    rollback(model)
    candidate._production.look()
    candidate.look()
    assert (candidate.state, candidate.serving.version) == ("running", "2")


def test_one_that_was_tampered_with_is_a_problem_and_production_goes_on(settings, model, caplog):
    (version_at(model, 2).bundle / "model.onnx").write_bytes(b"tampered")
    promote(version_at(model, 3), "shadow")
    with client_of(settings) as client:
        shadow = client.app.state.server.shadow
        assert until(lambda: shadow.candidate.state == "running")
        point_at(model, "shadow", 2)
        assert until(lambda: shadow.candidate.state == "refused")
        assert "model.onnx" in shadow.problem
        assert shadow.candidate.serving is None, "nor does the one before go on under its name"
        assert client.get("/readyz").json()["status"] == "ready"
        assert client.post("/v1/classify", json=TEXT).status_code == 200
        assert "sayso_shadow_refused 1.0" in client.get("/metrics").text
        point_at(model, "shadow", 3)
        assert until(lambda: shadow.candidate.state == "running")
        assert shadow.problem is None


def test_one_that_answers_otherwise_than_its_golden_rows_say_is_refused_once(tmp_path, settings, registry, model, capsys):
    wrong = write_bundle(tmp_path / "wrong", CODE_SEARCH, name="tickets", languages=["it"])
    (wrong / "golden.jsonl").write_text(
        json.dumps({"text": "who calls login", "heads": {"intent": {"scores": {"FindCallers": 0.1}}}}) + "\n"
    )
    seal(wrong, spec_of(CODE_SEARCH, name="tickets", languages=["it"]))
    broken = add(registry, wrong)
    promote(version_at(model, 2), "shadow")
    point_at(model, "shadow", broken.number)
    candidate = Candidate(settings, Production(settings))
    for _ in range(3):
        candidate.look()
    assert candidate.state == "refused"
    assert "otherwise than when it was made" in candidate.problem
    assert capsys.readouterr().out.count("candidate_refused") == 1


@pytest.mark.parametrize("named", ["registry:nobody@production", "no/such/folder/at-all", "registry:tickets@nowhere"])
def test_a_server_starts_without_the_candidate_that_was_named_and_says_what_is_wrong(settings, named):
    with client_of(settings.model_copy(update={"shadow": named})) as client:
        shadow = client.app.state.server.shadow
        assert until(lambda: shadow.candidate.state == "refused", seconds=10)
        assert shadow.problem
        assert client.post("/v1/classify", json=TEXT).status_code == 200


def test_a_candidate_that_cannot_be_had_for_a_while_comes_back(candidate, model):
    promote(version_at(model, 2), "shadow")
    candidate.look()
    alias = model / "aliases" / "shadow.json"
    whole = alias.read_text()
    alias.write_text("{")
    candidate.look()
    assert (candidate.state, candidate.serving) == ("refused", None)
    alias.write_text(whole)
    candidate.look()
    assert (candidate.state, candidate.problem, candidate.serving.version) == ("running", None, "2")


def test_the_memory_of_the_one_before_goes_back(candidate, model):
    promote(version_at(model, 2), "shadow")
    candidate.look()
    before = weakref.ref(candidate.serving.predictor)
    promote(version_at(model, 3), "shadow")
    candidate.look()
    gc.collect()
    assert before() is None


def test_what_is_named_comes_before_the_alias(settings, registry, model, tmp_path):
    serves = lambda source: model_with_shadow(settings, source)  # noqa: E731
    assert [serves(f"registry:tickets{at}") for at in ("", "@production", "@staging", "@1")] == ["tickets", "tickets", None, None]
    assert serves(str(tmp_path)) is None
    source = lambda **changes: source_of_candidate(settings.model_copy(update=changes), "registry:tickets")  # noqa: E731
    assert source() is None
    promote(version_at(model, 2), "shadow")
    assert source() == "registry:tickets@shadow"
    assert source(shadow="registry:tickets@3") == "registry:tickets@3"
    assert source(shadow="mdeberta") == "zero-shot:mdeberta"
    assert source_of_candidate(settings, "registry:tickets@2") is None
    assert Settings().shadow is None
