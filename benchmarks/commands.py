"""What models of commands are worth: the recipe `gh` on requests by people; four tools that do not exist, with a schema and nothing else,
on requests by people; git and docker, imported as they are, on tldr's descriptions.

    python benchmarks/commands.py [gh] [stagehand] [fleet] [parcel] [ledger] [git] [docker] [--work FOLDER]

The schemas and requests of benchmarks/unseen were each written by somebody who saw neither the generators nor the others' words. parcel and
ledger were used while sayso was made better, and taught it how sure it may be (benchmarks/experience.py); stagehand and fleet never were.

`gh` is judged on human.jsonl, which is read after the model is finished and for nothing else. For git and docker the schema comes from
carapace's files beside SAYSO_DATASETS and the requests from datasets/tldr: people's descriptions of commands, which know nothing of the
schema and hold no values. So each is asked as it is written, where the right command counts, asked for a value or not; and with the
values of its template behind it, where everything counts. What is named is measured again, the rest of the results stays.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sayso
from sayso.artifacts import open_artifact
from sayso.clischema import Command, Schema, parse_line
from sayso.clischema.importing import import_schema
from sayso.clischema.write import write_schema
from sayso.errors import CommandError
from sayso.evaluate.command_baselines import command_baselines
from sayso.evaluate.commands import Judged, command_figures
from sayso.examples import Example, read_examples, read_split
from sayso.recipes import copy_recipe
from sayso.runtime.model import Model

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "commands.json"
NOTHING_TO_DO = 30.0
"""A build that took less found everything there; how long it takes was measured when it was made."""
IMPORTED = {"git": "Git", "docker": "Docker"}
UNSEEN = ("stagehand", "fleet", "parcel", "ledger")
PROJECT = """\
name: {name}
commands: schema.yaml
generate: {{rows_per_command: 48, verification_share: 0}}
train: {{epochs: 3}}
"""


def main() -> None:
    """Build what is named, judge it, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", nargs="*", default=["gh", *UNSEEN, *IMPORTED])
    parser.add_argument("--work", type=Path, default=Path("build/commands"))
    given = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for tool in given.tools:
        before = results.get(tool, {})
        results[tool] = by_tldr(tool, given.work / tool) if tool in IMPORTED else by_people(tool, given.work / tool)
        if results[tool]["build_seconds"] < NOTHING_TO_DO:
            results[tool]["build_seconds"] = before.get("build_seconds", results[tool]["build_seconds"])
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        print(json.dumps({tool: results[tool]}, indent=2))


def by_people(tool: str, folder: Path) -> dict[str, Any]:
    """The recipe, or a schema with no words of ours, on requests that nobody generated."""
    if not folder.is_dir() and tool == "gh":
        copy_recipe("gh", folder)
    elif not folder.is_dir():
        shutil.copytree(HERE / "unseen" / tool, folder)
        (folder / "sayso.yaml").write_text(f"name: {tool}\ncommands: schema.yaml\n", encoding="utf-8")
    model, project, seconds = built(folder)
    rows = list(read_examples(folder / "human.jsonl", project.heads))
    return judged(model, project, rows) | {"build_seconds": seconds}


def by_tldr(tool: str, folder: Path) -> dict[str, Any]:
    """A schema that was imported as it is, on what tldr's authors say of the tool's commands."""
    shared = Path(os.environ.get("SAYSO_DATASETS") or sys.exit("set SAYSO_DATASETS to the folder that has tldr/"))
    if not folder.is_dir():
        folder.mkdir(parents=True)
        write_schema(import_schema(str(shared.parent / "cli-schemas" / tool)).schema, folder / "schema.yaml")
        (folder / "sayso.yaml").write_text(PROJECT.format(name=tool), encoding="utf-8")
    model, project, seconds = built(folder)
    assert project.tool is not None
    plain, whole = requests_of(project.tool, shared / "tldr" / "pairs.jsonl")
    _, answers = command_figures(model, plain)
    return {
        "commands": len(list(project.tool.runnable_commands())),
        "pairs": len(plain),
        "understood": sum(map(understood, answers)) / len(answers),
        "flags_f1": flags_f1(answers),
        "with_values": judged(model, project, whole),
        "build_seconds": seconds,
    }


def built(folder: Path) -> tuple[Model, sayso.Project, float]:
    """The project's model, made if there is something new to do, and how long that took."""
    project = sayso.Project.load(folder)
    started = time.monotonic()
    sayso.build(project)
    model = sayso.load(folder)
    assert isinstance(model, Model)
    return model, project, time.monotonic() - started


def judged(model: Model, project: sayso.Project, rows: Sequence[Example]) -> dict[str, Any]:
    """The figures on some rows, and those of the baselines on the same."""
    figures, _ = command_figures(model, rows)
    train = read_split(open_artifact(project.build / "verified", "examples"), "train", project.heads)
    assert project.tool is not None
    return figures | {"baselines": command_baselines(project.tool, train, rows)}


def requests_of(schema: Schema, pairs: Path) -> tuple[list[Example], list[Example]]:
    """The tool's pairs whose template the schema can read: as they are written, and with the values behind."""
    plain, whole = [], []
    for pair in map(json.loads, pairs.read_text(encoding="utf-8").splitlines()):
        if pair["cli"] != schema.name:
            continue
        try:
            command = parse_line(schema, filled(pair["template"]))
        except CommandError:
            continue
        said = pair["nl"].replace("[", "").replace("]", "").replace("`", "")
        missing = [value for value in values_of(command) if value.casefold() not in said.casefold()]
        plain.append(Example(said, {}, output=command.to_json()))
        whole.append(Example(f"{said}: {', '.join(missing)}" if missing else said, {}, output=command.to_json()))
    return plain, whole


def filled(template: str) -> str:
    """The template with its places filled, always the same way: the long form of an option, the first of several values."""

    def chosen(place: re.Match[str]) -> str:
        words = place[1].strip()
        if words.startswith("["):
            return words.strip("[]").split("|")[-1]
        return words.replace(" ...", "").split("|")[0]

    return re.sub(r"\{\{(.*?)\}\}", chosen, template)


def values_of(command: Command) -> Iterator[str]:
    """Every value as a text."""
    for value in command.args.values():
        yield from map(str, value if isinstance(value, tuple) else [value])


def understood(one: Judged) -> bool:
    """Whether the right command was found: given, or asked for a value of."""
    answer = one.answer
    if answer.get("kind") == "missing_argument":
        answer = answer["suggestions"][0]
    elif answer["type"] != "command":
        return False
    return all((answer.get(key) or "") == (one.truth.get(key) or "") for key in ("command", "subcommand"))


def flags_f1(answers: Sequence[Judged]) -> float:
    """How well flags are found where the command was given."""
    pairs = [({*one.truth["flags"]}, {*one.answer["flags"]}) for one in answers if one.right_command]
    counted = sum(len(true) + len(told) for true, told in pairs)
    return 2 * sum(len(true & told) for true, told in pairs) / counted if counted else 1.0


if __name__ == "__main__":
    main()
