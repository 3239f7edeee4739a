"""What is sent to `/api/v1/labeling` and what comes back, as OpenAPI shows it."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from sayso.server.api.forms import Form
from sayso.server.labeling.disputes import Dispute
from sayso.server.labeling.guide import LabelGuide
from sayso.server.labeling.opinions import Outcome
from sayso.server.labeling.stats import Stats
from sayso.server.store.tables import Item, Opinion

State = Literal["open", "labelled", "disputed"]
Reason = Literal["unsure", "sample", "import"]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""By which an item, an opinion or an export is known."""
LONGEST_NOTE = 2000


class QueueItem(Form):
    """A text to label: what the model says of it, how often it came, and until when it is the caller's, if they took it."""

    query_id: Number
    text: str
    head: str
    predicted_intent: str
    confidence: float
    scores: dict[str, dict[str, float]]
    model: str
    reason: Reason
    seen: int
    first_at: datetime.datetime
    last_at: datetime.datetime
    skips: int
    state: State
    answer: dict[str, Any] | None
    lease_until: datetime.datetime | None = None

    @classmethod
    def of(cls, item: Item, lease_until: datetime.datetime | None = None) -> QueueItem:
        """An item as it is sent."""
        return cls(
            query_id=item.id,
            text=item.text,
            head=item.head,
            predicted_intent=item.label,
            confidence=item.confidence,
            scores=item.scores,
            model=item.version,
            reason=item.reason,
            seen=item.seen,
            first_at=item.first_at,
            last_at=item.last_at,
            skips=item.skips,
            state=item.state,
            answer=item.answer,
            lease_until=lease_until,
        )


class QueuePage(Form):
    """One page of the queue, and how many items it has in all."""

    items: list[QueueItem]
    page: int
    page_size: int
    total: int


class Take(Form):
    """How many items to take, and which ones."""

    count: int = Field(default=1, ge=1, le=50)
    head: str | None = None
    label: str | None = None
    reason: Reason | None = None
    words: str | None = Field(default=None, max_length=200, description="What the texts must contain.")


class Taken(Form):
    """Items that nobody else gets for a while."""

    items: list[QueueItem]


class GivenBack(Form):
    """Items that the caller does not label after all."""

    query_ids: list[Number] = Field(max_length=1000)
    until: AwareDatetime | None = Field(default=None, description="The last `lease_until` of them: what was taken again since stays.")


class Said(Form):
    """What an item is: a label of the main head, or an answer for each head."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["expert_intent"]}, {"required": ["answers"]}]})

    query_id: Number
    expert_intent: str = Field(default="", examples=["calculator"])
    answers: dict[str, Any] = Field(default={}, min_length=1, description="`{head: label}`, labels for tags, a number for a score.")
    notes: str = Field(default="", max_length=LONGEST_NOTE)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if len(self.model_fields_set & {"expert_intent", "answers"}) != 1:
            raise ValueError("send either `expert_intent` (a label of the main head) or `answers` (head by head)")
        return self


class GivenLabel(Said):
    """The same from one of those who label. With a `key` it may be sent again without being counted twice."""

    key: str | None = Field(default=None, min_length=1, max_length=100)


class Labelled(Form):
    """What became of a label: its number (to undo it by) and what the item is now."""

    opinion_id: int
    query_id: Number
    state: State

    @classmethod
    def of(cls, outcome: Outcome) -> Labelled:
        """An outcome as it is sent."""
        return cls(opinion_id=outcome.opinion_id, query_id=outcome.item_id, state=outcome.state)


class Undo(Form):
    """Which label to take back, by its number or by the key with which it was sent; without either, the last one."""

    opinion_id: Number | None = None
    key: str | None = Field(default=None, min_length=1, max_length=100)


class OpinionTold(Form):
    """What one person says of an item."""

    who: str
    answer: dict[str, Any]
    notes: str
    at: datetime.datetime

    @classmethod
    def of(cls, opinion: Opinion) -> OpinionTold:
        """An opinion as it is sent."""
        return cls(who=opinion.who, answer=opinion.answer, notes=opinion.notes, at=opinion.at)


class DisputeTold(Form):
    """An item of which people say different things."""

    item: QueueItem
    opinions: list[OpinionTold]

    @classmethod
    def of(cls, dispute: Dispute) -> DisputeTold:
        """A dispute as it is sent."""
        return cls(item=QueueItem.of(dispute.item), opinions=[OpinionTold.of(opinion) for opinion in dispute.opinions])


class Disputes(Form):
    """One page of what is disputed, and how much there is in all."""

    disputes: list[DisputeTold]
    total: int


class GuideEntry(Form):
    """What a person should know to give a label."""

    definition: str = Field(default="", max_length=4000)
    examples: list[str] = Field(default=[], max_length=50)
    tie_breakers: list[str] = Field(default=[], max_length=50)
    edited_by: str | None = None

    @classmethod
    def of(cls, entry: LabelGuide) -> GuideEntry:
        """An entry as it is sent."""
        return cls(
            definition=entry.definition, examples=list(entry.examples), tie_breakers=list(entry.tie_breakers), edited_by=entry.edited_by
        )


class GuideChange(Form):
    """What a label means, written anew."""

    definition: str = Field(default="", max_length=4000)
    examples: list[str] = Field(default=[], max_length=50)
    tie_breakers: list[str] = Field(default=[], max_length=50)


class HeadGuide(Form):
    """A head: what kind of answer it takes, and its labels with what they mean."""

    type: Literal["choice", "tags", "score"]
    labels: dict[str, GuideEntry]


class GuideTold(Form):
    """Every head, by its name; `main` is the one that a bare label speaks of."""

    main: str | None
    heads: dict[str, HeadGuide]


class AgreementTold(Form):
    """How far people agree who were asked the same; kappa is null where it cannot be told."""

    items: int
    agreed: int
    people: int
    kappa: float | None
    labels: dict[str, dict[str, float | None]]


class PersonTold(Form):
    """How much one person has labelled."""

    name: str
    labelled: int
    last_hour: int


class EstimateTold(Form):
    """How often the model that answers now is right on its traffic, with a 95 % interval."""

    version: str
    accuracy: float
    low: float
    high: float
    rows: int


class StatsTold(Form):
    """How labeling goes."""

    items: dict[str, int]
    labels: dict[str, dict[str, int]]
    people: list[PersonTold]
    agreement: dict[str, AgreementTold]
    estimate: EstimateTold | None

    @classmethod
    def of(cls, stats: Stats) -> StatsTold:
        """The figures as they are sent."""
        agreement = {
            head: AgreementTold(
                items=found.items,
                agreed=found.agreed,
                people=found.people,
                kappa=found.kappa,
                labels={
                    label: {"given": one.given, "agreed": one.agreed, "share": one.share, "kappa": one.kappa}
                    for label, one in found.labels.items()
                },
            )
            for head, found in stats.agreement.items()
        }
        return cls(
            items=stats.items,
            labels=stats.labels,
            people=[PersonTold(name=each.name, labelled=each.labelled, last_hour=each.last_hour) for each in stats.people],
            agreement=agreement,
            estimate=EstimateTold(**vars(stats.estimate)) if stats.estimate else None,
        )


class ImportTold(Form):
    """What became of the rows."""

    settled: int
    waiting: int
    known: int
    different: int


class Erase(Form):
    """A text that is to be forgotten, however it is written."""

    text: str = Field(min_length=1)


class Erased(Form):
    """How many items were erased."""

    erased: int
