"""`sayso retrain`: learn from the labels that people gave, and prove that the result is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.cli.options import AliasOption, DeviceOption, JsonOption, ProjectOption, RegistryOption, WhyOption
from sayso.errors import CheckFailed

if TYPE_CHECKING:
    from sayso.pipeline import Outcome
    from sayso.registry import Switch
    from sayso.retrain import Retrained
    from sayso.retrain.labels import Labels
    from sayso.retrain.merge import Merged


def retrain(
    project: ProjectOption = Path("."),
    labels: Annotated[
        list[Path] | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Rows that people labelled; may be given more than once. Default: labels/*.jsonl, then the server's.",
        ),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option("--test", metavar="FILE", help="Judge on these rows; default: `retrain.test`, else the project's test split, frozen."),
    ] = None,
    refreeze: Annotated[bool, typer.Option("--refreeze", help="Take the test set as it is now, though it was changed.")] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="MODEL|none", help="What the new version must not be worse than; default: what the alias points at."
        ),
    ] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Put it into production if every gate holds.")] = False,
    alias: AliasOption = "production",
    registry: RegistryOption = None,
    why: WhyOption = "",
    force: Annotated[bool, typer.Option("--force", help="Run every stage, changed or not.")] = False,
    device: DeviceOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Learn from the labels that people gave, and prove that the result is better.

    They are merged with the project's data; the model is trained, exported and calibrated anew, and judged on a frozen test set that no
    label enters, beside the one that is deployed. It is registered if every gate holds, and promoted only with --promote. The project's
    `build/` stays as it is. Interrupt it at any moment; the same command goes on from there. Ends with code 1 when a gate does not hold.
    """
    from sayso.cli.answers import labels_for
    from sayso.cli.progress_file import also_in_a_file
    from sayso.project import Project
    from sayso.registry.places import check_alias
    from sayso.retrain import STEPS
    from sayso.retrain import retrain as run

    loaded = Project.load(project)
    check_alias(alias)
    given = labels_for(loaded, labels or ())
    with terminal.progress() as shown, also_in_a_file(shown, STEPS) as progress:
        made = run(
            loaded, given, test=test, refreeze=refreeze, against=against, alias=alias, registry=registry, why=why, device=device,
            force=force, progress=progress, tell=_tell,
        )  # fmt: skip
        switch = _promoted(made, alias, why) if promote else None
    is_promoted = promote and made.version is not None
    if as_json:
        terminal.print_json(made.to_dict() | {"promoted": is_promoted, "alias": alias if is_promoted else None})
    else:
        _show(made)
        _show_version(made, alias, switch, is_promoted)
    if made.failed:
        raise CheckFailed(
            f"{len(made.failed)} gate{'s do' if len(made.failed) > 1 else ' does'} not hold: {'; '.join(made.failed)}. Nothing was "
            f"registered; the model is {made.bundle}. See {made.report}"
        )


def _promoted(made: Retrained, alias: str, why: str) -> Switch | None:
    from sayso.registry import promote

    return promote(made.version, alias, why=why or made.version.added.why) if made.version else None


def _tell(done: Outcome | Labels | Merged) -> None:
    from sayso.cli.build import line_of
    from sayso.pipeline import Outcome
    from sayso.retrain.labels import Labels

    if isinstance(done, Outcome):
        terminal.say(line_of(done))
    elif isinstance(done, Labels):
        again = f"; {done.repeated} of them of a text that was labelled before" if done.repeated else ""
        other = f", {done.changed} texts otherwise: the last label counts" if done.changed else ""
        terminal.say(f"✓ labels     {done.given} from {', '.join(done.origins) or 'nowhere'}{again}{other}")
    else:
        terminal.say(f"✓ merge      {_merged(done)}")


def _merged(done: Merged) -> str:
    told = done.to_dict()
    parts = [", ".join(f"{count} {name}" for name, count in told["rows"].items()), f"labels among them: {sum(told['labels'].values())}"]
    if done.frozen_labels or done.frozen_rows:
        parts.append(f"left out because of the frozen test set: {done.frozen_labels} labels and {done.frozen_rows} other rows")
    if done.overruled:
        parts.append(f"{done.overruled} rows of the project's own say otherwise than a person: the label counts")
    return "; ".join(parts)


def _show(made: Retrained) -> None:
    from sayso.cli.tables import comparison_table, gate_table

    out = terminal.stdout()
    out.print("\n".join(_evaluation(made.figures[made.head])), markup=False)
    if made.comparison:
        out.print()
        out.print(comparison_table(made.comparison.to_dict()))
        out.print(f"{made.comparison.fixed} texts were wrong and are right now, {made.comparison.broken} the other way round", markup=False)
    out.print()
    out.print(gate_table(made.gates))
    for warning in made.warnings:
        terminal.say(f"\nwarning: {warning}", style="yellow")


def _evaluation(figures: dict[str, Any]) -> list[str]:
    """The figures of the main head on the frozen test set."""
    f1, precision, recall, support = (figures[name] for name in ("f1", "precision", "recall", "support"))
    weighted = sum(f1[label] * support[label] for label in precision) / sum(support[label] for label in precision)
    lines = ["Evaluation Results:", f"  Accuracy: {figures['accuracy']:.3f}", f"  F1 (weighted): {weighted:.3f}", "  Per-class:"]
    return lines + [f"    {label}: P={precision[label]:.2f} R={recall[label]:.2f} F1={f1[label]:.2f}" for label in precision]


def _show_version(made: Retrained, alias: str, switch: Switch | None, is_promoted: bool) -> None:
    if made.version is None:
        return
    from sayso.cli.promote import tell

    terminal.stdout().print()
    if is_promoted:
        tell(made.version, alias, switch, as_json=False)
        return
    terminal.stdout().print(str(made.version), markup=False)
    terminal.say(f"To use it as {made.version.model}@{alias}: sayso promote {made.version.model}@{made.version.number}")
