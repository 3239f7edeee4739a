"""Texts that wait to be labelled, people who label them, and what has become of it."""

import datetime

from sqlalchemy import select

from sayso.server.access.tokens import create_token
from sayso.server.labeling import queue
from sayso.server.labeling.items import new_row, put_rows
from sayso.server.labeling.opinions import give
from sayso.server.store.tables import Export, Guidance, Item, Lease, Opinion, Settled

LEASE = datetime.timedelta(minutes=10)


def put_texts(database, texts, wanted=1, **given):
    """These texts and no others; nothing was ever said of any."""
    at = datetime.datetime.now(datetime.UTC)
    known = {"head": "intent", "label": "TextSearch", "scores": {"intent": {"TextSearch": 0.6, "Visualize": 0.3}}, "reason": "unsure"}
    with database.writing() as transaction:
        for table in (Lease, Opinion, Settled, Item, Export, Guidance):
            transaction.query(table).delete()
        rows = [new_row(text, wanted=wanted, at=at, rank=place / 1000, **{**known, **given}) for place, text in enumerate(texts)]
        put_rows(transaction, rows)


def opinions_in(database):
    """Who says what of which text, in the order in which it was said; what was taken back is left out."""
    with database.reading() as transaction:
        query = select(Opinion.who, Item.text, Opinion.answer, Opinion.notes).join(Item, Item.id == Opinion.item_id)
        return [tuple(row) for row in transaction.execute(query.where(Opinion.undone_at.is_(None)).order_by(Opinion.id))]


def said_of(database):
    """What is said of each text."""
    return {text: answer for _, text, answer, _ in opinions_in(database)}


def leased_by(database, who):
    """How many texts a person has before them."""
    with database.reading() as transaction:
        return transaction.query(Lease).filter(Lease.who == who).count()


def somebody_labels(database, who, text, answer, notes=""):
    """What somebody does elsewhere: the text is theirs, whoever else may look at it."""
    with database.writing() as transaction:
        transaction.query(Lease).filter(Lease.who != who).delete()
        item = transaction.scalars(select(Item).where(Item.text == text)).one()
        give(transaction, who, item.id, answer, notes)


def disputed(database, text="a dispute", first="TextSearch", second="Visualize"):
    """A text of which Anna and Bruno say different things; alone."""
    put_texts(database, [text], wanted=2)
    somebody_labels(database, "Anna", text, {"intent": first}, "it says so")
    somebody_labels(database, "Bruno", text, {"intent": second}, "a picture is wanted")


def take_all(database, who):
    """Somebody has all texts before them."""
    with database.writing() as transaction:
        return [item.text for item in queue.take(transaction, who, 50, LEASE)]


def token_of(database, name, role="expert"):
    with database.writing() as transaction:
        return create_token(transaction, role, name)
