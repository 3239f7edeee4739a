import datetime

from sayso.server.labeling.opinions import give
from sayso.server.labeling.over_time import answers_by_day, paces
from sayso.server.store.tables import Item, Opinion

TODAY = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
DAYS = [TODAY - datetime.timedelta(days=ago) for ago in (2, 1, 0)]


def label(database, numbers, label, at, who="anna"):
    """What one said at a certain time."""
    with database.writing() as transaction:
        for number in numbers:
            give(transaction, who, number, {"intent": label})
            transaction.get(Item, number).answered_at = at
        transaction.query(Opinion).filter(Opinion.item_id.in_(numbers)).update({"at": at})


def test_answers_are_counted_day_by_day_the_most_given_label_first(database, fill):
    fill(5)
    label(database, [1], "a", DAYS[0])
    label(database, [2, 3], "b", DAYS[2] + datetime.timedelta(hours=23))
    label(database, [4], "a", DAYS[0] - datetime.timedelta(hours=1))
    with database.reading() as transaction:
        assert answers_by_day(transaction, "intent", DAYS) == {"b": [0, 0, 2], "a": [1, 0, 0]}
        assert list(answers_by_day(transaction, "intent", DAYS)) == ["b", "a"]
        assert answers_by_day(transaction, "tier", DAYS) == {}
        assert answers_by_day(transaction, None, DAYS) == {"labelled": [1, 0, 2]}


def test_a_pace_leaves_out_what_was_no_labeling(database, fill):
    fill(6)
    for number, seconds in enumerate((0, 10, 20, 3620), start=1):
        label(database, [number], "a", TODAY + datetime.timedelta(seconds=seconds))
    label(database, [5, 6], "a", TODAY, who="bruno")
    with database.reading() as transaction:
        assert paces(transaction, TODAY) == {"anna": 3 / (80 / 60)}
        assert paces(transaction, TODAY + datetime.timedelta(seconds=15)) == {}
