import pytest

from sayso.artifacts import new_artifact, open_artifact, write_json
from sayso.errors import CheckFailed, ProjectError
from sayso.evaluate.gates import hold, require_gates
from sayso.gate import Gate

FIGURES = {"intent": {"accuracy": 0.91, "f1": {"min": 0.8}}, "size_mb": 23.2}


def gates(*sentences):
    return [Gate.model_validate(sentence) for sentence in sentences]


def report(folder, *sentences):
    with new_artifact(folder / "report", "report") as draft:
        write_json(draft.path / "report.json", {"gates": hold(gates(*sentences), FIGURES)})
    return open_artifact(folder / "report", "report")


def test_a_gate_holds_a_figure_by_its_path():
    verdicts = hold(gates("intent.accuracy >= 0.9", "intent.f1.min >= 0.85", "size_mb <= 24"), FIGURES)
    assert [verdict["held"] for verdict in verdicts] == [True, False, True]
    assert verdicts[1]["value"] == 0.8


def test_a_gate_about_nothing_is_answered_with_the_nearest_figure():
    with pytest.raises(ProjectError, match=r"`intent.acuracy >= 0.9` names no figure .* did you mean 'intent.accuracy'"):
        hold(gates("intent.acuracy >= 0.9"), FIGURES)


def test_gates_that_hold_let_the_build_go_on(tmp_path):
    require_gates(report(tmp_path, "intent.accuracy >= 0.9"))


def test_a_gate_that_does_not_hold_is_named_with_what_was_measured(tmp_path):
    with pytest.raises(CheckFailed, match=r"1 gate does not hold: intent.f1.min >= 0.85 \(measured 0.8\)"):
        require_gates(report(tmp_path, "intent.f1.min >= 0.85", "size_mb <= 24"))


def test_a_bound_that_is_just_met_depends_on_the_comparison():
    verdicts = hold(gates("size_mb <= 23.2", "size_mb < 23.2"), FIGURES)
    assert [verdict["held"] for verdict in verdicts] == [True, False]
