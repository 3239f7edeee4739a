import datetime

from sqlalchemy import select

from captured import record
from sayso.labeling.redact import Redactor
from sayso.server.labeling.imports import import_rows
from sayso.server.labeling.items import count_by_state, erase, find_by_text, find_item, forget_old, opinions_wanted, put_captured
from sayso.server.labeling.opinions import give
from sayso.server.labeling.ranking import Ranking
from sayso.server.store.tables import Item, Opinion, Settled

A, B = {"intent": "a"}, {"intent": "b"}
NONE = Redactor.of({})


def capture(database, *records, share=0.0):
    with database.writing() as transaction:
        put_captured(transaction, records, share)


def item(database, text):
    with database.reading() as transaction:
        return find_item(transaction, find_by_text(transaction, text))


def test_a_text_that_comes_again_is_counted_and_its_prediction_renewed(database):
    capture(database, record("hello", weight=50.0, reason="sample"), record("Hello!", label="b"))
    capture(database, record("hello", version="m@2", label="c"))
    found = item(database, "HELLO")
    assert (found.text, found.seen, found.weight, found.label, found.version) == ("hello", 3, 1.0, "c", "m@2")


def test_what_the_model_said_of_a_labelled_text_stays_what_it_was_labelled_against(database):
    capture(database, record("hello"))
    with database.writing() as transaction:
        give(transaction, "anna", 1, B)
    capture(database, record("hello", label="b", version="m@2"))
    found = item(database, "hello")
    assert (found.seen, found.label, found.version, found.answer) == (2, "a", "m@1", B)


def test_which_texts_get_two_opinions_is_a_matter_of_the_text_and_of_the_share(database):
    hashes = [f"{n:08x}" for n in range(0, 2**32, 2**22)]
    assert sum(opinions_wanted(each, 0.25) == 2 for each in hashes) == len(hashes) // 4
    capture(database, record("hello"), share=1.0)
    assert item(database, "hello").wanted == 2


def test_the_most_doubtful_are_asked_for_first(database):
    for n in range(30):
        sure = 0.5 + n / 100
        capture(database, record(f"question {n} about something else", scores={"intent": {"a": sure, "b": 1 - sure}}))
    assert Ranking(database).renew_if_needed()
    with database.reading() as transaction:
        order = list(transaction.scalars(select(Item.id).order_by(Item.rank)))
    assert sum(order[:10]) < sum(order[-10:])


def test_an_erased_text_is_gone_with_all_that_was_said_of_it_whatever_its_case(database):
    capture(database, record("forget me"), record("keep me"))
    with database.writing() as transaction:
        give(transaction, "anna", 1, A)
    with database.writing() as transaction:
        erase(transaction, find_by_text(transaction, "Forget me."))
    with database.reading() as transaction:
        assert [transaction.scalars(select(table.id)).all() for table in (Item, Opinion, Settled)] == [[2], [], []]


def test_after_so_many_days_what_nobody_labelled_is_forgotten_and_labels_are_kept(database):
    capture(database, *(record(f"text {n}") for n in range(3)))
    with database.writing() as transaction:
        give(transaction, "anna", 1, A)
    late = datetime.datetime(2027, 11, 22, tzinfo=datetime.UTC)
    assert forget_old(database, 365, datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)) == 0
    assert forget_old(database, 365, late) == 2
    with database.reading() as transaction:
        assert count_by_state(transaction) == {"open": 0, "labelled": 1, "disputed": 0}


def test_imported_labels_settle_and_imported_texts_wait(database):
    told = import_rows(database, [("one", A), ("two", None), ("One", A)], "carla", NONE, 0.0)
    assert (told.settled, told.waiting) == (1, 1)
    assert item(database, "one").answer == A
    again = import_rows(database, [("one", A), ("two", None), ("two", B)], "carla", NONE, 0.0)
    assert (again.known, again.settled) == (1, 1)


def test_an_import_does_not_change_what_is_settled_here(database):
    import_rows(database, [("one", A)], "carla", NONE, 0.0)
    assert import_rows(database, [("one", B)], "carla", NONE, 0.0).different == 1
    assert item(database, "one").answer == A


def test_a_text_that_is_imported_with_and_without_a_label_has_the_label(database):
    told = import_rows(database, [("one", A), ("one", None), ("two", None), ("two", B)], "carla", NONE, 0.0)
    assert told.settled == 2
