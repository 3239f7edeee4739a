"""`sayso redact`: what a server would take out of texts before it keeps them. A dry run; nothing is kept or changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, ProjectOption
from sayso.cli.texts import given_texts, refuse_texts_beside_stdin
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.labeling.redact import Redacted, Redactor

MOST_SHOWN = 20
"""So many texts of a file are shown; all of them are counted."""


def redact(
    texts: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Texts, or - for one text a line from stdin.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="A .jsonl, .csv, .parquet or .txt file.")] = None,
    text_key: Annotated[str, typer.Option("--text-key", metavar="NAME", help="The key or column of FILE with the text.")] = "text",
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Show what would be taken out of texts before they are kept.

    A dry run of `labeling: redact:` in sayso.yaml, or of the rules that hold without one: what each rule catches and what would be
    stored. Nothing is kept or changed. Of a file, the texts that would lose something are shown, and all of them are counted.
    """
    if bool(texts) == bool(file):
        raise UsageError('give either texts, as in `sayso redact "call 333 1234567"`, or - for stdin, or --file FILE')
    refuse_texts_beside_stdin(texts or [])
    redactor = _redactor(project)
    counts, changed, shown, total = Counter(dict.fromkeys(redactor.kinds, 0)), 0, [], 0
    for text in given_texts(texts or [], file, text_key):
        total += 1
        result = redactor(text)
        changed += bool(result.found)
        counts.update(one.kind for one in result.found)
        if as_json and (result.found or not file):
            shown.append(_document(text, result))
        elif not as_json and (not file or (result.found and changed <= MOST_SHOWN)):
            _show(result)
    if as_json:
        terminal.print_json({"texts": total, "changed": changed, "rules": dict(counts), "results": shown})
        return
    if file and changed > MOST_SHOWN:
        terminal.say(f"… and {changed - MOST_SHOWN:,} more texts; --json shows all of them")
    _summarize(total, changed, counts)


def _redactor(project: Path) -> Redactor:
    """With the project's rules; without a sayso.yaml where nobody named a folder, with the known ones."""
    from sayso.labeling.redact import Redactor
    from sayso.project import FILE_NAME, Labeling, Project

    if project == Path() and not (project / FILE_NAME).is_file():
        terminal.say(f"no {FILE_NAME} here; these are the rules that hold without one")
        return Redactor.of(Labeling().redact)
    return Redactor.of(Project.load(project).labeling.redact)


def _document(text: str, result: Redacted) -> dict[str, Any]:
    found = [{"rule": one.kind, "value": one.value, "start": one.start, "end": one.end} for one in result.found]
    return {"text": text, "stored": result.text, "found": found}


def _show(result: Redacted) -> None:
    """The text as it would be stored, and under it what each rule caught."""
    out = terminal.stdout()
    out.print(terminal.visible(result.text), markup=False, style=None if result.found else "dim")
    width = max((len(one.kind) for one in result.found), default=0)
    for one in result.found:
        out.print(f"    {one.kind:<{width}}  {terminal.visible(one.value)}", markup=False, style="yellow")


def _summarize(total: int, changed: int, counts: Counter[str]) -> None:
    """What each rule caught in all; a rule that caught nothing is told too, since that may be why somebody looks."""
    caught = ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
    terminal.say(f"{changed:,} of {total:,} texts would lose something: {caught or 'all rules are off'}")
