"""A project -> how many rows its training has, and some of them: those in `build/verified`, or as many as its sources will give."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sayso.artifacts import MANIFEST, open_artifact
from sayso.clischema.heads import label_of
from sayso.errors import SaysoError
from sayso.examples import Example, read_examples, read_split
from sayso.examples.answers import answered, every_nth
from sayso.project import SPLITS, Project, Source

MADE_UP = "please show me what came in since the start of last week"
MADE_UP_VALUE = "show me the newest {}"
READ = 256
NOTHING_CLEAR = 1.25
"""Rows that a schema gives, for one that is a request for a command."""


@dataclass
class Rows:
    """The rows of each split; `made` says that they are there, and are not reckoned. `answers` are requests with what is written."""

    made: bool
    splits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    texts: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)


def rows_of(project: Project) -> Rows:
    """The project's rows, as its stages will have them."""
    if (project.build / "verified" / MANIFEST).is_file():
        return _made(project)
    rows = Rows(made=False)
    if project.tool:
        commands = len(list(project.tool.distinct_commands()))
        for split, share in (("train", 1.0), ("val", 0.09), ("calib", 0.09), ("test", 0.09)):
            rows.splits[split] += round(commands * project.generate.rows_per_command * share * NOTHING_CLEAR)
    for source in project.data:
        number, texts = _of_source(project, source)
        rows.texts += texts
        for split in SPLITS:
            share = float(source.split == split) if source.split else getattr(project.splits, split)
            rows.splits[split] += round(number * share)
    rows.texts = every_nth(rows.texts, READ) or [MADE_UP]
    if project.tool:
        paths = [label_of(project.tool, path) for path, _ in project.tool.distinct_commands()]
        rows.answers = [(MADE_UP_VALUE.format(path), f"{path} state=open limit=5") for path in paths]
    return rows


def _made(project: Project) -> Rows:
    data = open_artifact(project.build / "verified", "examples")
    train = read_split(data, "train", project.heads)
    rows = Rows(made=True, splits={split: int(data.manifest.get("rows", {}).get(split, 0)) for split in SPLITS})
    rows.texts = [row.text for row in every_nth(train, READ)] or [MADE_UP]
    if project.tool and project.engine != "encoder":
        rows.answers = [(row.request, row.answer) for row in answered(project.tool, every_nth(train, READ))]
    return rows


def _of_source(project: Project, source: Source) -> tuple[int, list[str]]:
    """How many rows a source gives, and some of its texts where it is a file of examples."""
    if source.templates:
        labels = project.heads[project.main_head].labels if project.main_head else ()
        return project.generate.samples_per_label * max(1, len(labels)), []
    file = project.folder / (source.examples or source.logs or Path())
    if not file.is_file():
        return 0, []
    with open(file, "rb") as stream:
        lines = sum(1 for line in stream if line.strip())
    if source.examples is None:
        return lines, []
    try:
        rows: list[Example] = list(islice(read_examples(file, project.heads), 10 * READ))
    except SaysoError:  # `sayso check` tells what is wrong with it
        return lines, []
    return max(lines, len(rows)) if file.suffix == ".jsonl" else len(rows), [row.text for row in rows]
