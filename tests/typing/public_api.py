"""How the public API types, as mypy --strict sees it; checked by test_typing.py, never run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, assert_type

import sayso
from sayso import ChoiceResult, Clarification, Command, Model, Prediction, Predictor, Project, ScoreResult, Span, SpansResult, TagsResult
from sayso.artifacts import Artifact


def load() -> None:
    assert_type(sayso.load("build/bundle"), Predictor)
    assert_type(sayso.load(Path("build"), threads=2, allow_missing=True), Predictor)
    assert_type(sayso.load("zero-shot", project="bakery"), Predictor)
    assert_type(sayso.load("zero-shot", project=Project.load("bakery")), Predictor)
    with sayso.load("build/bundle") as model:
        assert_type(model, Predictor)
        assert_type(model.labels, tuple[str, ...])
    sayso.load(5)  # type: ignore[arg-type]
    sayso.load("build/bundle", 2)  # type: ignore[call-arg, arg-type]


def predict(model: Predictor) -> None:
    assert_type(model.predict("who calls login"), Prediction)
    assert_type(model.predict(["who calls login"]), list[Prediction])
    assert_type(model.predict(("a", "b")), list[Prediction])
    model.predict(5)  # type: ignore[call-overload]
    model.predict([b"bytes"])  # type: ignore[list-item]


def a_bundle(model: Model) -> None:
    predictor: Predictor = model
    assert_type(model.predict("who calls login"), Prediction)
    assert_type(model.token_ids("who calls login"), list[int])
    predictor.token_ids("who calls login")  # type: ignore[attr-defined]


def answer(p: Prediction) -> None:
    assert_type(p.label, str | None)
    assert_type(p.confidence, float)
    assert_type(p.scores, Mapping[str, float])
    assert_type(p.action, Literal["execute", "confirm", "suggest", "ask"])
    assert_type(p.out_of_scope, bool)
    assert_type(p.set, tuple[str, ...])
    assert_type(p.to_dict(), dict[str, Any])
    p.label = "another"  # type: ignore[misc]


def heads(p: Prediction) -> str:
    match p.heads["tier"]:
        case ChoiceResult(label=label, confidence=confidence, scores=scores):
            assert_type(label, str)
            assert_type(confidence, float)
            assert_type(scores, Mapping[str, float])
            return label
        case TagsResult(labels=labels):
            assert_type(labels, tuple[str, ...])
            return ", ".join(labels)
        case ScoreResult(value=value):
            assert_type(value, float)
            return f"{value:.2f}"
        case SpansResult(spans=spans):
            assert_type(spans, tuple[Span, ...])
            return " ".join(span.text for span in spans)


def interpret(model: Predictor) -> tuple[str, ...]:
    match model.interpret("merge it", {"git": {"current_pr": 42}}):
        case Command(argv=argv, args=args, confidence=confidence):
            assert_type(argv, tuple[str, ...])
            assert_type(args, Mapping[str, Any])
            assert_type(confidence, float)
            return argv
        case Clarification(message=message, argument=argument, suggestions=suggestions):
            assert_type(argument, str | None)
            return (message, *(suggestion.label for suggestion in suggestions))


def stages(project: Project) -> None:
    assert_type(sayso.Project.load("sayso.yaml"), Project)
    assert_type(sayso.generate(project), Artifact)
    assert_type(sayso.check(project), Artifact)
    assert_type(sayso.verify(project), Artifact)
    assert_type(sayso.train(project, device="cpu"), Artifact)
    assert_type(sayso.export(project), Artifact)
    assert_type(sayso.calibrate(project), Artifact)
    assert_type(sayso.evaluate(project), Artifact)
    assert_type(sayso.bundle(project), Artifact)
    assert_type(sayso.build(project), Artifact)
    sayso.train()  # type: ignore[call-arg]


def errors() -> int:
    try:
        sayso.load("nowhere")
    except sayso.BundleError as error:
        assert_type(error.line, int | None)
        return error.exit_code
    except sayso.SaysoError as error:
        return error.exit_code
    return 0
