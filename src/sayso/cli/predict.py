"""`sayso predict`: what texts mean, from the command line, from stdin or from a file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import SOURCE, JsonOption, ProjectOption, ThreadsOption
from sayso.cli.texts import given_texts, refuse_texts_beside_stdin
from sayso.errors import UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from sayso.runtime.prediction import HeadResult, Prediction
    from sayso.runtime.predictor import Predictor

STYLES = {"execute": "green", "confirm": "cyan", "suggest": "yellow", "ask": "magenta"}


def predict(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=SOURCE)],
    texts: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Texts, or - for one text a line from stdin.")] = None,
    source: Annotated[Path | None, typer.Option("--input", "-i", metavar="FILE", help="A .jsonl, .csv, .parquet or .txt file.")] = None,
    out: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write --input with the answers.")] = None,
    text_key: Annotated[str, typer.Option("--text-key", metavar="NAME", help="The key or column of --input with the text.")] = "text",
    prefix: Annotated[str, typer.Option("--prefix", metavar="TEXT", help="Goes before the names of the columns added to --output.")] = "",
    top: Annotated[int, typer.Option("--top", min=0, metavar="N", help="Show the N most likely labels.")] = 0,
    temperature: Annotated[
        float | None, typer.Option("--temperature", min=0.01, metavar="T", help="Try another temperature than the bundle's.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each rule contributes, and how rules and model are put together.")
    ] = False,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="Accept a bundle that lacks files it can do without.")] = False,
    project: ProjectOption = Path("."),
    threads: ThreadsOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Say what a text means.

    For each text: its label, how sure the model is, what to do with it (execute, confirm, suggest or ask), and the
    milliseconds it took. With `--input` and `--output`, a whole file: rows keep their order and their own columns.

    `zero-shot` takes what the project says of its labels, and no training; see docs/zero-shot.md.
    """
    _check_usage(texts, source, out)
    if explain and (out or top or temperature):
        raise UsageError("--explain goes with texts or --input alone")
    from sayso.cli.sources import tell_what_is_left_out
    from sayso.loading import load
    from sayso.runtime.spec import at_temperature

    with terminal.progress() as progress:
        loaded = load(model, project=project, threads=threads, allow_missing=allow_missing, progress=progress)
    tell_what_is_left_out(model, project)
    with loaded:
        if temperature is not None:
            loaded.spec = at_temperature(loaded.spec, temperature)
        if source and out:
            _predict_file(loaded, source, out, text_key, prefix, top, as_json)
            return
        if explain:
            _explain(loaded, given_texts(texts or [], source, text_key), as_json)
            return
        answers = _answers(loaded, given_texts(texts or [], source, text_key))
        if as_json:
            terminal.print_json({"bundle": str(model), "predictions": [_document(*answer, top) for answer in answers]})
            return
        width = max(map(len, loaded.labels), default=0)
        for text, prediction, milliseconds in answers:
            _show(text, prediction, milliseconds, width, top)


def _check_usage(texts: list[str] | None, source: Path | None, out: Path | None) -> None:
    if bool(texts) == bool(source):
        raise UsageError('give either texts, as in `sayso predict MODEL "who calls login"`, or - for stdin, or --input FILE')
    if out and not source:
        raise UsageError("--output needs --input FILE, whose rows it answers")
    refuse_texts_beside_stdin(texts or [])


def _answers(model: Predictor, texts: Iterator[str]) -> Iterator[tuple[str, Prediction, float]]:
    """Each text with its answer and the milliseconds it took, as soon as it is known."""
    for text in texts:
        started = time.perf_counter()
        prediction = model.predict(text)
        yield text, prediction, (time.perf_counter() - started) * 1000


def _predict_file(model: Predictor, source: Path, out: Path, text_key: str, prefix: str, top: int, as_json: bool) -> None:
    from sayso.examples.predict import predict_file

    started = time.perf_counter()
    with terminal.progress() as progress:
        rows = predict_file(model, source, out, text_key=text_key, prefix=prefix, top=top, progress=progress)
    seconds = time.perf_counter() - started
    if as_json:
        terminal.print_json({"rows": rows, "output": str(out), "seconds": round(seconds, 3)})
    else:
        terminal.say(f"{rows:,} rows -> {out}  ({seconds:.1f} s, {rows / max(seconds, 1e-9):,.0f} a second)")


def _explain(model: Predictor, texts: Iterator[str], as_json: bool) -> None:
    """What the rules see in each text, beside what the model says."""
    from sayso.runtime.estimate import estimate
    from sayso.runtime.model import Model

    if not isinstance(model, Model) or model.blend is None:
        raise UsageError("this model was built without rules, so there is nothing to explain; its project needs a `rules` section")
    blend = model.blend
    found = [(text, estimate(text, blend, model)) for text in texts]
    if as_json:
        terminal.print_json({"estimates": [{"text": text, **one.to_dict()} for text, one in found]})
        return
    for text, one in found:
        _print_line(_bold(f"{one.tier}  {one.score:.2f}  {one.intent}  {', '.join(one.domains) or 'no domain'}  ", terminal.visible(text)))
        parts = [f"rules {one.rules_score:.2f}"] + ([] if one.model_score is None else [f"model {one.model_score:.2f}"])
        _print_line(_dim(f"  {one.mode}: {', '.join(parts)}"))
        for name, value in one.contributions.items():
            _print_line(_dim(f"    {name:<12}{value:+.2f}  {'#' * round(abs(value) * 50)}"))


def _bold(first: str, rest: str) -> Text:
    from rich.text import Text

    return Text(first, style="bold").append(rest, style="not bold")


def _dim(line: str) -> Text:
    from rich.text import Text

    return Text(line, style="dim")


def _document(text: str, prediction: Prediction, milliseconds: float, top: int) -> dict[str, Any]:
    document = {"text": text, **prediction.to_dict(), "ms": round(milliseconds, 3)}
    if top:
        document["scores"] = dict(islice(prediction.scores.items(), top))
    return document


def _show(text: str, prediction: Prediction, milliseconds: float, width: int, top: int) -> None:
    from rich.text import Text

    line = Text()
    if prediction.label is not None:
        line.append(f"{prediction.label:<{width}}  ", style="bold").append(f"{prediction.confidence:.3f}  ")
        line.append(f"{prediction.action:<7}", style=STYLES[prediction.action])
    line.append(f"{milliseconds:7.1f} ms  ", style="dim")
    line.append("out of scope: " if prediction.out_of_scope else "", style="magenta").append(terminal.visible(text) or "(empty)")
    _print_line(line)
    for label, score in islice(prediction.scores.items(), top):
        if label != prediction.label:
            _print_line(Text(f"{label:<{width}}  {score:.3f}", style="dim"))
    if len(prediction.heads) > 1 or prediction.label is None:
        _print_line(Text("  " + "  ".join(f"{name} {_in_words(head)}" for name, head in prediction.heads.items()), style="dim"))


def _print_line(line: Text) -> None:
    """One line a text: cut to a terminal's width, whole everywhere else."""
    out = terminal.stdout()
    out.print(line, no_wrap=True, overflow="ellipsis" if out.is_terminal else "ignore", crop=out.is_terminal)


def _in_words(head: HeadResult) -> str:
    from sayso.runtime.prediction import ChoiceResult, SpansResult, TagsResult

    if isinstance(head, ChoiceResult):
        return f"{head.label} ({head.confidence:.2f})"
    if isinstance(head, SpansResult):
        return ", ".join(f"{span.label} {terminal.visible(span.text)!r}" for span in head.spans) or "none"
    return (", ".join(head.labels) or "none") if isinstance(head, TagsResult) else f"{head.value:.2f}"
