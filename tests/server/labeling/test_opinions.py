import datetime
import threading

import pytest

from sayso.server.labeling import disputes, opinions, queue
from sayso.server.labeling.items import count_by_state, find_item
from sayso.server.labeling.opinions import give, skip, undo
from sayso.server.problems import Problem

A, B = {"intent": "a"}, {"intent": "b"}
LEASE = datetime.timedelta(minutes=10)


def refused(code, database, work):
    with pytest.raises(Problem) as told, database.writing() as transaction:
        work(transaction)
    assert told.value.code == code
    return told.value


def test_one_opinion_settles_an_item_of_which_one_is_wanted(database, fill):
    fill(1)
    with database.writing() as transaction:
        assert give(transaction, "anna", 1, A, "clear").state == "labelled"
    with database.reading() as transaction:
        item = find_item(transaction, 1)
        assert (item.answer, item.answered_by) == (A, "anna")
        assert opinions.settled_how(transaction, 1) == "agreed"


def test_two_who_agree_settle_an_item_and_two_who_do_not_dispute_it(database, fill):
    fill(2, wanted=2)
    with database.writing() as transaction:
        assert [give(transaction, who, 1, A).state for who in ("anna", "bruno")] == ["open", "labelled"]
        assert [give(transaction, who, 2, what).state for who, what in (("anna", A), ("bruno", B))] == ["open", "disputed"]
    with database.reading() as transaction:
        found, total = disputes.disputed(transaction)
        assert total == 1
        assert [(opinion.who, opinion.answer) for opinion in found[0].opinions] == [("anna", A), ("bruno", B)]
    with database.writing() as transaction:
        assert disputes.adjudicate(transaction, "carla", 2, B, "the second is right").state == "labelled"
    with database.reading() as transaction:
        assert count_by_state(transaction) == {"open": 0, "labelled": 2, "disputed": 0}


def test_the_same_key_again_is_the_same_opinion_again(database, fill):
    fill(1)
    with database.writing() as transaction:
        first = give(transaction, "anna", 1, A, key="k")
    with database.writing() as transaction:
        assert give(transaction, "anna", 1, A, key="k") == first


def test_nobody_labels_an_item_twice_and_nobody_one_that_is_labelled(database, fill):
    fill(2, wanted=2)
    with database.writing() as transaction:
        give(transaction, "anna", 1, A)
    assert "undo" in refused("already_labelled", database, lambda tx: give(tx, "anna", 1, B)).message
    with database.writing() as transaction:
        give(transaction, "bruno", 1, A)
    refused("already_labelled", database, lambda tx: give(tx, "carla", 1, A))
    refused("already_labelled", database, lambda tx: skip(tx, "carla", 1))


def test_an_item_that_somebody_else_took_meanwhile_is_a_stale_lease(database, fill):
    fill(1)
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    with database.writing() as transaction:
        assert queue.take(transaction, "anna", 1, LEASE, now=long_ago)
    with database.writing() as transaction:
        assert queue.take(transaction, "bruno", 1, LEASE)
    refused("stale_lease", database, lambda tx: give(tx, "anna", 1, A))
    with database.writing() as transaction:
        assert give(transaction, "bruno", 1, A).state == "labelled"


def test_what_is_undone_is_open_again_and_was_never_the_answer_of_an_export(database, fill):
    fill(1)
    with database.writing() as transaction:
        given = give(transaction, "anna", 1, A)
    with database.writing() as transaction:
        assert undo(transaction, "anna").state == "open"
    with database.reading() as transaction:
        assert find_item(transaction, 1).answer is None
    refused("nothing_to_undo", database, lambda tx: undo(tx, "anna"))
    refused("nothing_to_undo", database, lambda tx: undo(tx, "bruno", given.opinion_id))
    with database.writing() as transaction:
        assert give(transaction, "anna", 1, B).state == "labelled"


def test_what_is_undone_by_its_key_is_undone_once(database, fill):
    fill(2)
    for number, key in ((1, "first"), (2, "second")):
        with database.writing() as transaction:
            give(transaction, "anna", number, A, key=key)
    for _ in range(2):
        with database.writing() as transaction:
            assert undo(transaction, "anna", key="first").item_id == 1
    with database.reading() as transaction:
        assert count_by_state(transaction) == {"open": 1, "labelled": 1, "disputed": 0}
    refused("nothing_to_undo", database, lambda tx: undo(tx, "bruno", key="second"))


def test_a_dispute_ends_when_one_of_the_two_takes_the_label_back(database, fill):
    fill(1, wanted=2)
    with database.writing() as transaction:
        give(transaction, "anna", 1, A)
        give(transaction, "bruno", 1, B)
    with database.writing() as transaction:
        assert undo(transaction, "bruno").state == "open"
    with database.writing() as transaction:
        assert give(transaction, "bruno", 1, A).state == "labelled"


def test_what_was_adjudicated_is_not_undone_by_those_who_disagreed_but_may_be_corrected(database, fill):
    fill(1, wanted=2)
    with database.writing() as transaction:
        give(transaction, "anna", 1, A)
        give(transaction, "bruno", 1, B)
        disputes.adjudicate(transaction, "carla", 1, B)
    assert "carla" in refused("settled", database, lambda tx: undo(tx, "anna")).message
    with database.writing() as transaction:
        assert disputes.adjudicate(transaction, "carla", 1, A).answer == A


def test_what_nobody_disputes_is_not_adjudicated(database, fill):
    fill(1)
    refused("not_disputed", database, lambda tx: disputes.adjudicate(tx, "carla", 1, A))
    refused("not_found", database, lambda tx: disputes.adjudicate(tx, "carla", 99, A))
    refused("not_found", database, lambda tx: give(tx, "carla", 2**40, A))


def test_many_who_give_the_same_item_at_once_leave_one_opinion(database, fill):
    fill(1)
    told = []

    def say(who):
        try:
            with database.writing() as transaction:
                told.append(give(transaction, who, 1, A).state)
        except Problem as problem:
            told.append(problem.code)

    threads = [threading.Thread(target=say, args=(f"person {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["already_labelled"] * 7 + ["labelled"]


def test_a_key_that_was_used_for_another_item_is_refused_and_the_label_not_lost_in_silence(database, fill):
    fill(2)
    with database.writing() as transaction:
        give(transaction, "anna", 1, A, key="k")
    assert "item 1" in refused("key_used", database, lambda tx: give(tx, "anna", 2, B, key="k")).message
