"""Tables that more than one verb prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


def gate_table(gates: list[dict[str, Any]]) -> Table:
    """The gates of a report: what was promised, what was measured, whether it held."""
    from rich.table import Table

    table = Table(title="Gates", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("gate")
    table.add_column("measured", justify="right")
    table.add_column("verdict")
    for gate in gates:
        verdict = "[green]held[/green]" if gate["held"] else "[bold red]NOT held[/bold red]"
        table.add_row(gate["gate"], f"{gate['value']:.4g}", verdict)
    return table
