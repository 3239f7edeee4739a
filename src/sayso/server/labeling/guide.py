"""What each label means: as sayso.yaml has it, until the experts write something better."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from sayso.labeling.labels import LabelSets
from sayso.project import Project
from sayso.server.audit import record
from sayso.server.problems import Problem
from sayso.server.store.tables import Guidance


@dataclass(frozen=True)
class LabelGuide:
    """What a person should know to give a label: what it means, texts that have it, and what to do in doubt."""

    definition: str = ""
    examples: tuple[str, ...] = ()
    tie_breakers: tuple[str, ...] = ()
    edited_by: str | None = None


Guide = Mapping[str, Mapping[str, LabelGuide]]
"""By head and label."""


def guide(transaction: Transaction, labels: LabelSets, project: Project | None) -> Guide:
    """That of every label that may be given."""
    written = {(row.head, row.label): row for row in transaction.scalars(select(Guidance))}
    return {
        head: {label: _one(written.get((head, label)), head, label, project) for label in known.labels}
        for head, known in labels.heads.items()
    }


def edit(transaction: Transaction, labels: LabelSets, who: str, head: str, label: str, new: LabelGuide) -> None:
    """Write what a label means."""
    if head not in labels.heads or label not in labels.heads[head].labels:
        raise Problem(404, "unknown_label", f"{label!r} is no label of {head!r}")
    transaction.merge(
        Guidance(
            head=head,
            label=label,
            definition=new.definition,
            examples=list(new.examples),
            tie_breakers=list(new.tie_breakers),
            edited_by=who,
            edited_at=datetime.datetime.now(datetime.UTC),
        )
    )
    record(transaction, who, "guide.edit", f"{head}: {label}", definition=new.definition, tie_breakers=list(new.tie_breakers))


def _one(written: Guidance | None, head: str, label: str, project: Project | None) -> LabelGuide:
    if written is not None:
        return LabelGuide(written.definition, tuple(written.examples), tuple(written.tie_breakers), written.edited_by)
    known = project.heads[head].labels.get(label) if project and head in project.heads else None
    return LabelGuide(known.description, known.examples, known.tie_breakers) if known else LabelGuide()
