"""`/api/v1/labeling`: what experts do with the texts that the model was unsure of."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from sayso.server.access.guard import allow
from sayso.server.access.roles import Who
from sayso.server.api.forms import refusals
from sayso.server.api.labeling_forms import (
    Disputes,
    DisputeTold,
    GivenBack,
    GivenLabel,
    GuideChange,
    GuideEntry,
    GuideTold,
    HeadGuide,
    Labelled,
    Number,
    QueueItem,
    QueuePage,
    Reason,
    Said,
    State,
    StatsTold,
    Take,
    Taken,
    Undo,
)
from sayso.server.labeling import disputes, guide, opinions, queue
from sayso.server.labeling.items import LABELLED, find_item
from sayso.server.labeling.opinions import Outcome
from sayso.server.labeling.stats import stats
from sayso.server.state import Server

router = APIRouter(prefix="/api/v1/labeling", tags=["Labeling"])
Expert = Annotated[Who, Depends(allow("expert"))]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
PageSize = Annotated[int, Query(ge=1, le=200)]
ALWAYS = (400, 401, 403, 413, 422, 503)


@router.get("/queue", responses=refusals(*ALWAYS))
def read_queue(
    request: Request,
    who: Expert,
    page: Page = 1,
    page_size: PageSize = 20,
    state: State = "open",
    head: str | None = None,
    label: str | None = None,
    reason: Reason | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
) -> QueuePage:
    """Look at the queue, those first that help most. Nothing is taken by it."""
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        found = queue.look(transaction, page, page_size, queue.Wanted(state, head, label, reason, q))
    return QueuePage(items=[QueueItem.of(item) for item in found.items], page=found.page, page_size=found.page_size, total=found.total)


@router.post("/take", responses=refusals(*ALWAYS))
def take(wish: Take, request: Request, who: Expert) -> Taken:
    """Take the next items: for some minutes nobody else gets them. Taken again, they are the same until they are labelled."""
    server: Server = request.app.state.server
    now = datetime.datetime.now(datetime.UTC)
    wanted = queue.Wanted("open", wish.head, wish.label, wish.reason, wish.words)
    with server.database.writing() as transaction:
        found = queue.take(transaction, who.name, wish.count, server.desk.lease, wanted, now)
    return Taken(items=[QueueItem.of(item, now + server.desk.lease) for item in found])


@router.post("/give-back", status_code=204, responses=refusals(*ALWAYS))
def give_back(given: GivenBack, request: Request, who: Expert) -> None:
    """Let others have items that were taken."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        queue.give_back(transaction, who.name, given.query_ids, given.until)


@router.post("/label", responses=refusals(404, 409, *ALWAYS))
def label(given: GivenLabel, request: Request, who: Expert) -> Labelled:
    """Say what an item is. When this answers, it is on the disk."""
    server: Server = request.app.state.server
    answer = server.desk.answer(given.expert_intent, given.answers)
    with server.database.writing() as transaction:
        outcome = opinions.give(transaction, who.name, given.query_id, answer, given.notes, given.key)
    tell_langfuse(server, outcome)
    return Labelled.of(outcome)


@router.post("/skip/{query_id}", status_code=204, responses=refusals(404, 409, *ALWAYS))
def skip(query_id: Number, request: Request, who: Expert) -> None:
    """Put an item at the back of the queue."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        opinions.skip(transaction, who.name, query_id)


@router.post("/undo", responses=refusals(404, 409, *ALWAYS))
def undo(wish: Undo, request: Request, who: Expert) -> Labelled:
    """Take back a label of one's own."""
    server: Server = request.app.state.server
    with server.database.writing() as transaction:
        return Labelled.of(opinions.undo(transaction, who.name, wish.opinion_id, wish.key))


@router.get("/disputes", responses=refusals(*ALWAYS))
def read_disputes(request: Request, who: Expert, page: Page = 1, page_size: PageSize = 20) -> Disputes:
    """Items of which people say different things, with what they say."""
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        found, total = disputes.disputed(transaction, page, page_size)
    return Disputes(disputes=[DisputeTold.of(dispute) for dispute in found], total=total)


@router.post("/adjudicate", responses=refusals(404, 409, *ALWAYS))
def adjudicate(given: Said, request: Request, who: Expert) -> QueueItem:
    """Settle what is disputed."""
    server: Server = request.app.state.server
    answer = server.desk.answer(given.expert_intent, given.answers)
    with server.database.writing() as transaction:
        item = disputes.adjudicate(transaction, who.name, given.query_id, answer, given.notes)
    return QueueItem.of(item)


@router.get("/stats", responses=refusals(*ALWAYS))
def read_stats(request: Request, who: Expert) -> StatsTold:
    """How much is done and by whom, how far people agree, and how good that says the model is."""
    server: Server = request.app.state.server
    with server.database.reading() as transaction:
        return StatsTold.of(stats(transaction, server.production.serving.model_id))


@router.get("/guide", responses=refusals(*ALWAYS))
def read_guide(request: Request, who: Expert) -> GuideTold:
    """What may be answered, and what each label means."""
    server: Server = request.app.state.server
    labels = server.desk.labels
    with server.database.reading() as transaction:
        found = guide.guide(transaction, labels, server.desk.project)
    heads = {
        head: HeadGuide(type=labels.heads[head].type, labels={name: GuideEntry.of(entry) for name, entry in entries.items()})
        for head, entries in found.items()
    }
    return GuideTold(main=labels.main, heads=heads)


@router.put("/guide/{head}/{label:path}", responses=refusals(404, *ALWAYS))
def edit_guide(head: str, label: str, change: GuideChange, request: Request, who: Expert) -> GuideEntry:
    """Write what a label means, for all who label."""
    server: Server = request.app.state.server
    new = guide.LabelGuide(change.definition, tuple(change.examples), tuple(change.tie_breakers), who.name)
    with server.database.writing() as transaction:
        guide.edit(transaction, server.desk.labels, who.name, head, label, new)
    return GuideEntry.of(new)


def tell_langfuse(server: Server, outcome: Outcome) -> None:
    """Tell Langfuse, if there is one, what the text of a request was found to be."""
    if server.monitoring.langfuse is None or outcome.state != LABELLED:
        return
    with server.database.reading() as transaction:
        item = find_item(transaction, outcome.item_id)
    said: Any = (item.answer or {}).get(server.desk.labels.main or "")
    if said and item.request_id:
        server.monitoring.score(item.request_id, str(said), position=item.position)
