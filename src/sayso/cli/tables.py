"""Tables that more than one verb prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


def gate_table(gates: list[dict[str, Any]]) -> Table:
    """The gates of a report: what was promised, what was measured, whether it held."""
    table = _plain("Gates", gate="left", measured="right", verdict="left")
    for gate in gates:
        verdict = "[green]held[/green]" if gate["held"] else "[bold red]NOT held[/bold red]"
        table.add_row(gate["gate"], f"{gate['value']:.4g}", verdict)
    return table


def baseline_table(rows: list[dict[str, Any]]) -> Table:
    """The model beside what a user could have had without it, head by head where there are several."""
    several = len({row["head"] for row in rows}) > 1
    table = _plain("Beside simpler models", **({"head": "left"} if several else {}), model="left", right="right", interval="right")
    for row in rows:
        style = "bold" if row["name"] == "this model" else None
        interval = f"{100 * row['low']:.1f} to {100 * row['high']:.1f}" if "low" in row else ""
        measure = "" if row["measure"] == "accuracy" else f" {row['measure']}"
        head = [row["head"] if row["name"] == "this model" else ""] if several else []
        table.add_row(*head, row["name"], f"{100 * row['accuracy']:.1f} %{measure}", interval, style=style)
    return table


def command_tables(figures: dict[str, Any], baselines: list[dict[str, Any]]) -> list[Table]:
    """What a model of commands is worth: its answers as a whole, its questions by kind, its confidence, and what needs no model."""
    whole = _plain("Requests answered", **{"": "left"}, share="right", interval="right")
    told = {
        "exact": "command, arguments and flags right",
        "command_accuracy": "command right",
        "false_execute": "executed though wrong, of all",
        "hallucinated": "commands with an invented value",
    }
    for name, words in told.items():
        whole.add_row(words, _percent(figures[name]), f"{100 * figures[f'{name}_low']:.1f} to {100 * figures[f'{name}_high']:.1f}")
    whole.add_row("questions back, F1", _percent(figures["clarification"]["f1"]), "")
    whole.add_row("arguments, F1", _percent(figures["slots"]["all"]["f1"]), "")
    whole.add_row("confidence off by (ECE)", _percent(figures["ece"]), "")
    whole.add_row("p50, p95 of an answer", f"{figures['latency_ms']['p50']:.1f} ms", f"{figures['latency_ms']['p95']:.1f} ms")
    kinds = _plain("Questions back", kind="left", **{"asked when due": "right", "F1": "right", "rows": "right"})
    for kind, row in figures["clarification"]["kinds"].items():
        kinds.add_row(kind, _percent(row["asked"]), _percent(row["f1"]), str(row["rows"]))
    bands = _plain("Answering only what it is sure of", sure="right", answered="right", **{"of these right": "right"})
    for edge, row in figures["bands"].items():
        bands.add_row(f">= {edge}", _percent(row["coverage"]), _percent(row["precision"]) if row["coverage"] else "–")
    tables = [whole, kinds, bands]
    if baselines:
        columns = dict.fromkeys(("all right", "command", "wrongly executed", "questions"), "right")
        beside = _plain("Beside what needs no model", **{"": "left"}, **columns)
        model = {"name": "this model", "clarification_f1": figures["clarification"]["f1"], **{key: figures[key] for key in told}}
        for row in (model, *baselines):
            cells = (row["exact"], row["command_accuracy"], row["false_execute"], row["clarification_f1"])
            beside.add_row(row["name"], *map(_percent, cells), style="bold" if row is model else None)
        tables.append(beside)
    return tables


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def mode_table(rows: list[dict[str, Any]]) -> Table:
    """Rules, model and every blend of both, side by side."""
    columns = ("MAE", "MAE, 95 %", "tier right", "tier, 95 %", "within one")
    table = _plain("Rules, model and blends", mode="left", **dict.fromkeys(columns, "right"), **{" ": "left"})
    for row in rows:
        figures = (
            f"{row['mae']:.3f}",
            f"{row['mae_low']:.3f} to {row['mae_high']:.3f}",
            f"{100 * row['tier_accuracy']:.1f} %",
            f"{100 * row['low']:.1f} to {100 * row['high']:.1f}",
            f"{100 * row['off_by_one']:.1f} %",
        )
        told = ", ".join(word for word in ("best", "chosen") if row[word])
        table.add_row(row["mode"], *figures, told, style="bold" if row["best"] else None)
    return table


def comparison_table(comparison: dict[str, Any]) -> Table:
    """A new model beside the deployed one, on the same rows."""
    title = f"Beside {comparison['model']}, on the same {comparison['rows']} rows"
    table = _plain(title, **{"": "left"}, before="right", after="right", difference="right", interval="right")
    for name, told in (("accuracy", "accuracy"), ("macro_f1", "macro-F1")):
        one = comparison[name]
        interval = f"{100 * one['low']:+.1f} to {100 * one['high']:+.1f}"
        table.add_row(told, f"{100 * one['before']:.1f}", f"{100 * one['after']:.1f}", f"{100 * one['difference']:+.1f}", interval)
    return table


def label_table(figures: dict[str, Any]) -> Table:
    """Precision, recall and F1 of every label."""
    table = _plain("Label by label", label="left", precision="right", recall="right", F1="right", rows="right")
    for label in figures["precision"]:
        table.add_row(
            label,
            *(f"{100 * figures[name][label]:.1f}" for name in ("precision", "recall", "f1")),
            str(figures["support"][label]),
        )
    return table


def confusion_table(labels: list[str], confusion: list[list[int]]) -> Table:
    """What was taken for what; columns are numbered like the rows, so that many labels fit a terminal."""
    numbers = {str(number): "right" for number in range(1, len(labels) + 1)}
    table = _plain("What (row) was taken for what (column)", label="left", **numbers)
    for number, (label, counts) in enumerate(zip(labels, confusion, strict=True), start=1):
        cells = [f"[bold]{n}[/bold]" if at == number - 1 else str(n) if n else "[dim]·[/dim]" for at, n in enumerate(counts)]
        table.add_row(f"{number} {label}", *cells)
    return table


def _plain(title: str, **columns: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, justify in columns.items():
        table.add_column(name, justify=justify, header_style="dim")  # type: ignore[arg-type]
    return table
