"""What the experts' pages have in common: the heads with a key for every label, how much is done, and answers out of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction
from starlette.datastructures import FormData

from sayso.labeling.labels import LabelSets
from sayso.server.labeling.desk import Desk
from sayso.server.labeling.items import OPEN, count_by_state
from sayso.server.problems import Problem
from sayso.server.store.tables import Item, Opinion

KEYS = "123456789abcdefhijklopqrtvwxy"
"""What a label may be given by: g, m, n, s, u and z do something else."""
FIELD = "answer."


@dataclass(frozen=True)
class ShownHead:
    """A head as the pages show it: its labels with their keys (empty if there are more labels than keys), and their places in the guide."""

    name: str
    type: str
    description: str
    keys: Mapping[str, str]
    ids: Mapping[str, str]

    @property
    def field(self) -> str:
        """What its fields in a form are called."""
        return FIELD + self.name

    @property
    def has_more_than_keys(self) -> bool:
        """Whether some of the labels must be found otherwise."""
        return len(self.keys) > len(KEYS)


def heads_of(desk: Desk) -> list[ShownHead]:
    """Every head that people answer."""
    described = {name: head.description for name, head in desk.project.heads.items()} if desk.project else {}
    return [
        ShownHead(
            name,
            head.type,
            described.get(name, ""),
            {label: KEYS[at : at + 1] for at, label in enumerate(head.labels)},
            {label: f"meaning-{number}-{at}" for at, label in enumerate(head.labels)},
        )
        for number, (name, head) in enumerate(desk.labels.heads.items())
    ]


def is_single(heads: Sequence[ShownHead]) -> bool:
    """Whether one key is the whole answer."""
    return [head.type for head in heads] == ["choice"]


def progress_of(transaction: Transaction, who: str) -> dict[str, int]:
    """How much there is left for a person, how much is done, and how much is disputed."""
    states = count_by_state(transaction)
    said = select(func.count()).select_from(Item).join(Opinion, Opinion.item_id == Item.id)
    waiting = transaction.scalar(said.where(Item.state == OPEN, Opinion.who == who, Opinion.undone_at.is_(None))) or 0
    left = states[OPEN] - waiting
    return {"done": sum(states.values()) - left, "open": left, "disputed": states["disputed"]}


async def read_form(request: Request) -> FormData:
    """A dependency that gives all that was sent, whatever it is called."""
    return await request.form()


def answers_in(form: FormData, labels: LabelSets) -> dict[str, Any]:
    """What a form says of each head; of which it says nothing is left out."""
    given = {name: [str(value) for value in form.getlist(FIELD + name)] for name in labels.heads}
    read = {"choice": lambda values: values[0], "tags": lambda values: [value for value in values if value], "score": _number}
    return {name: read[labels.heads[name].type](values) for name, values in given.items() if _says(values, labels.heads[name].type)}


def _says(values: list[str], kind: str) -> bool:
    return bool(values) and (kind == "tags" or bool(values[0].strip()))


def _number(values: list[str]) -> float:
    try:
        return float(values[0].replace(",", "."))
    except ValueError:
        raise Problem(422, "invalid", f"{values[0]!r} is no number") from None
