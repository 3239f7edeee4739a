"""Items to label in a database of each kind."""

import datetime

import pytest

from sayso.server.labeling.items import new_row, put_rows
from sayso.server.store import open_database

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


@pytest.fixture
def database(database_url):
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def fill(database):
    """Puts items in: so many texts, of which so many opinions are wanted; their numbers, in the order of the queue."""

    def put(count=5, wanted=1, **given):
        told = {"head": "intent", "label": "a", "at": NOW, "wanted": wanted, **given}
        rows = [new_row(f"text {n}", rank=n / 1000, **told) for n in range(count)]
        with database.writing() as transaction:
            put_rows(transaction, rows)
        return list(range(1, count + 1))

    return put
