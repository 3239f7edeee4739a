"""What `sayso label --report` tells, as a person reads it."""

from __future__ import annotations

from typing import Any

from sayso.cli import terminal
from sayso.cli.question import in_words, show

MOST_DIFFERENCES = 20


def show_report(told: dict[str, Any], wanted: int) -> None:
    """How many labels there are, of each how many are `wanted`, and how far model and others agree."""
    show(f"{told['texts']} texts: {told['labelled']} labelled, {told['partly']} in part, {told['waiting']} waiting")
    for head, counts in told["labels"].items():
        _table(head, ("label", "texts", f"of {wanted}"), [(name, count, f"{min(1, count / wanted):.0%}") for name, count in counts.items()])
    for head, model in told["model"].items():
        show(f"{head}: the model had said the same of {model['share']:.0%} of {model['texts']} texts", "dim")
    if "beside" in told:
        _show_beside(told["beside"])


def _show_beside(told: dict[str, Any]) -> None:
    for head, both in told["heads"].items():
        if not both["texts"]:
            show(f"{head}: no text has an answer here and there")
        elif "mean_distance" in both:
            show(f"{head}: {both['texts']} texts have a number here and there; they are {both['mean_distance']:.2f} apart on average")
        else:
            show(f"{head}: the same of {both['share']:.0%} of {both['texts']} texts; kappa {_kappa(both['kappa'])}")
            rows = [(name, one["given"], f"{one['share']:.0%}", _kappa(one["kappa"])) for name, one in both["labels"].items()]
            _table("", ("label", "given", "by both", "kappa"), rows)
    for one in told["differences"][:MOST_DIFFERENCES]:
        show(f"{one['head']}: {in_words(one['here'])}, there {in_words(one['there'])}", "yellow")
        show(f"  {terminal.visible(one['text'])}")
    if (more := len(told["differences"]) - MOST_DIFFERENCES) > 0:
        show(f"and {more} more; --json has all of them", "dim")


def _kappa(kappa: float | None) -> str:
    return "cannot be told" if kappa is None else f"{kappa:.2f}"


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    terminal.stdout().print(table)
