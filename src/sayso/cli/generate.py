"""`sayso generate`: examples from templates and schemas, or asked of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import generate_llm, terminal
from sayso.cli.generate_llm import (
    BatchOption,
    ConcurrencyOption,
    ForceOption,
    MaxCostOption,
    MaxTokensOption,
    ModelOption,
    NumOption,
    PriceInOption,
    PriceOutOption,
    TimeoutOption,
    UrlOption,
    WithOption,
)
from sayso.cli.options import JsonOption, ProjectOption
from sayso.errors import UsageError

if TYPE_CHECKING:
    from sayso.examples import Example
    from sayso.project import Project

SPLIT = ("train", "val", "test")


def generate(
    project: ProjectOption = Path("."),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write one file (.jsonl, .csv, .parquet, or .json with metadata).")
    ] = None,
    samples_per_intent: Annotated[
        int | None, typer.Option("--samples-per-intent", min=1, help="Examples a label; default from sayso.yaml.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="Examples in all: as --samples-per-intent, times the number of labels.")
    ] = None,
    split: Annotated[
        bool, typer.Option("--split", help="With --output: train, val and test files beside it (80/10/10), which share no template.")
    ] = False,
    augmentation_ratio: Annotated[
        float | None, typer.Option("--augmentation-ratio", min=0, max=1, help="The share that is varied.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", "-s", help="The same seed gives the same bytes.")] = None,
    verification_output: Annotated[
        Path | None, typer.Option("--verification-output", help="Also write the sample to verify to this file.")
    ] = None,
    simulate_logs: Annotated[
        Path | None,
        typer.Option("--simulate-logs", metavar="FILE", help="Only write made-up production logs, from `templates/`."),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="With --simulate-logs: how many rows.")] = 6000,
    users: Annotated[int, typer.Option("--users", min=1, help="With --simulate-logs: of how many people.")] = 300,
    with_: WithOption = None,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    num: NumOption = None,
    batch: BatchOption = None,
    concurrency: ConcurrencyOption = None,
    price_in: PriceInOption = None,
    price_out: PriceOutOption = None,
    max_cost: MaxCostOption = None,
    llm_max_tokens: MaxTokensOption = None,
    llm_timeout: TimeoutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make examples: from templates, a tool's schema, or a language model.

    Without --output it makes `build/examples`: train, val, calib and test, which share no template, and a sample to verify.
    With `--with llm` it makes `data/train.jsonl` and `data/train_val.jsonl` instead, which `data:` in sayso.yaml may name.
    """
    from sayso import pipeline
    from sayso.project import Project

    loaded = Project.load(project)
    asked = {"url": llm_url, "model": llm_model, "num": num, "batch": batch, "concurrency": concurrency, "price_in": price_in}
    asked |= {"price_out": price_out, "max_cost": max_cost, "max_tokens": llm_max_tokens, "timeout": llm_timeout, "force": force}
    if with_ is not None:
        others: dict[str, Any] = {"output": output, "samples_per_intent": samples_per_intent, "count": count, "split": split}
        others |= {"augmentation_ratio": augmentation_ratio, "verification_output": verification_output, "simulate_logs": simulate_logs}
        generate_llm.run(loaded, with_, asked | {"seed": seed}, others, as_json)
        return
    generate_llm.refuse_without(asked)
    if simulate_logs is not None:
        _simulate(loaded, simulate_logs, rows, users, loaded.generate.seed if seed is None else seed, as_json)
        return
    if count is not None:
        if samples_per_intent is not None:
            raise UsageError("--count and --samples-per-intent say the same in two ways; give one")
        samples_per_intent = _per_label(loaded, count)
    if split and output is None:
        raise UsageError("--split goes with --output FILE; without it, the project's own splits are made")
    loaded = _changed(loaded, samples_per_label=samples_per_intent, augmentation_ratio=augmentation_ratio, seed=seed)
    with terminal.progress() as progress:
        if output is not None:
            summary = _one_file(loaded, output, split, verification_output, progress)
        else:
            made = pipeline.run_step(loaded, "generate", progress)
            summary = {"examples": str(made.path), **made.manifest}
            summary["known_labels"] = list(loaded.heads[loaded.main_head].labels) if loaded.main_head else []
            if verification_output is not None:
                _copy_sample(loaded, made.path / "verify.jsonl", verification_output)
    if as_json:
        terminal.print_json(summary)
        return
    _show(summary)


def _simulate(project: Project, output: Path, rows: int, users: int, seed: int, as_json: bool) -> None:
    from sayso.examples.rows import write_rows
    from sayso.generate.simulate import simulate_logs

    written = write_rows(output, simulate_logs(project.folder / "templates", project.languages[0], rows=rows, users=users, seed=seed))
    if as_json:
        terminal.print_json({"logs": str(output), "rows": written, "users": users, "seed": seed})
    else:
        terminal.say(f"{written} rows of {users} simulated users in {output}")


def _changed(project: Project, **settings: Any) -> Project:
    given = {name: value for name, value in settings.items() if value is not None}
    return project.with_section("generate", given) if given else project


def _per_label(project: Project, count: int) -> int:
    """How many examples of each label of the main head make so many in all."""
    labels = len(project.heads[project.main_head].labels) if project.main_head else 1
    return max(1, -(-count // labels))


def _one_file(project: Project, output: Path, split: bool, verification_output: Path | None, progress: Any) -> dict[str, Any]:
    from sayso.examples.files import write_for_name
    from sayso.generate import gather, verification_sample

    gathered = gather(project, progress)
    rows = gathered.rows
    metadata = {"seed": project.generate.seed, "augmentation_ratio": project.generate.augmentation_ratio}
    files = _split_files(project, rows, output) if split else {"all": rows}
    for name, part in files.items():
        write_for_name(output if name == "all" else output.with_name(f"{name}{output.suffix}"), part, metadata)
    if verification_output is not None:
        write_for_name(verification_output, verification_sample(rows, project), metadata | {"verification_of": output.name})
    head = project.main_head or next(iter(project.heads))
    return {
        "examples": str(output.parent if split else output),
        "rows": {name: len(part) for name, part in files.items()},
        "labels": {name: _counts(part, head) for name, part in files.items()},
        "varied": sum("+" in (row.source or "") for row in rows),
        "templates": [{"label": given.template.label, "possible": given.possible, "rows": given.rows} for given in gathered.yields],
    }


def _counts(rows: list[Example], head: str) -> dict[str, int]:
    from collections import Counter

    return dict(sorted(Counter(str(row.labels[head]) for row in rows if head in row.labels).items()))


def _split_files(project: Project, rows: list[Example], output: Path) -> dict[str, list[Example]]:
    """Four fifths to train on, a tenth to choose by, a tenth to judge on."""
    from sayso.examples import split_by_group
    from sayso.project import Splits

    if output.stem in SPLIT:
        raise UsageError(f"--split writes {', '.join(name + output.suffix for name in SPLIT)} beside --output; give that another name")
    parts = split_by_group(rows, Splits(train=0.8, val=0.1, calib=0.05, test=0.05), project.generate.seed, project.main_head)
    return {name: parts[name] + (parts["calib"] if name == "test" else []) for name in SPLIT} | {"all": rows}


def _copy_sample(project: Project, sample: Path, output: Path) -> None:
    from sayso.examples import read_examples
    from sayso.examples.files import write_for_name

    write_for_name(output, read_examples(sample, project.heads), {"seed": project.generate.seed})


def _show(summary: dict[str, Any]) -> None:
    from rich.table import Table

    splits, templates = list(summary["labels"]), summary["templates"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("label", *(("templates", "texts possible") if templates else ()), *splits):
        table.add_column(column, justify="left" if column == "label" else "right")
    for label in sorted({label for counts in summary["labels"].values() for label in counts} | set(summary.get("known_labels", ()))):
        own = [template for template in templates if template["label"] == label]
        told = [str(len(own)), _large(sum(template["possible"] for template in own))] if templates else []
        table.add_row(label, *told, *(str(summary["labels"][split].get(label, 0)) for split in splits))
    terminal.stdout().print(table)
    total = sum(summary["rows"].values())
    varied = f", {summary['varied']} of them varied" if templates else ""
    terminal.say(f"\n{total} rows in {summary['examples']}{varied}.")
    if made := summary.get("requests"):
        terminal.say("Answers: " + _counted(made["answers"]) + ".")
        if made["refused"]:
            terminal.say("Made and refused: " + _counted(made["refused"]) + ".")
    for name, cleaned in summary.get("logs", {}).items():
        terminal.say(f"{name}: {_counted({what: count for what, count in cleaned.items() if count})}.")
    if summary.get("near_leaks_left_out"):
        terminal.say(f"{summary['near_leaks_left_out']} held-out rows were nearly training rows and were left out.")


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in numbers.items())


def _large(number: int) -> str:
    return f"{number:,}" if number < 10**7 else f"{number:.1e}"
