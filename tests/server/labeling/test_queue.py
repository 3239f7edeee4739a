import datetime
import threading
import time

from sayso.server.labeling.opinions import give, skip
from sayso.server.labeling.queue import Wanted, give_back, look, take

A = {"intent": "a"}
LEASE = datetime.timedelta(minutes=10)


def taken(database, who, count=1, **options):
    with database.writing() as transaction:
        return [item.id for item in take(transaction, who, count, LEASE, **options)]


def test_two_people_get_different_items_and_each_their_own_again(database, fill):
    fill(4)
    assert taken(database, "anna", 2) == [1, 2]
    assert taken(database, "bruno", 2) == [3, 4]
    assert taken(database, "anna", 2) == [1, 2]
    assert taken(database, "carla", 2) == []


def test_two_people_get_the_same_item_if_two_opinions_are_wanted_and_a_third_does_not(database, fill):
    fill(1, wanted=2)
    assert [taken(database, who) for who in ("anna", "bruno", "carla")] == [[1], [1], []]


def test_nobody_gets_again_what_they_have_labelled(database, fill):
    fill(2, wanted=2)
    with database.writing() as transaction:
        give(transaction, "anna", 1, A)
    assert taken(database, "anna", 5) == [2]
    assert taken(database, "bruno", 5) == [1, 2]


def test_what_is_skipped_comes_last(database, fill):
    fill(3)
    with database.writing() as transaction:
        skip(transaction, "anna", 1)
    assert taken(database, "anna", 3) == [2, 3, 1]


def test_what_is_given_back_or_kept_too_long_others_get(database, fill):
    fill(2)
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    assert taken(database, "anna", 2, now=long_ago) == [1, 2]
    assert taken(database, "bruno", 1) == [1]
    with database.writing() as transaction:
        give_back(transaction, "bruno", [1])
    assert taken(database, "carla", 2) == [1, 2]


def test_what_was_taken_again_since_is_not_given_back_by_who_did_not_know(database, fill):
    fill(2)
    now = datetime.datetime.now(datetime.UTC)
    assert taken(database, "anna", 2, now=now) == [1, 2]
    assert taken(database, "anna", 1, now=now + datetime.timedelta(seconds=1)) == [1]
    with database.writing() as transaction:
        give_back(transaction, "anna", [1, 2], until=now + LEASE)
    assert taken(database, "bruno", 2) == [2]


def test_looking_takes_nothing_and_tells_how_many_there_are(database, fill):
    fill(5)
    with database.reading() as transaction:
        page = look(transaction, 2, 2, Wanted())
    assert ([item.id for item in page.items], page.total) == ([3, 4], 5)
    assert taken(database, "anna") == [1]


def test_a_search_is_for_words_and_not_for_patterns(database, fill):
    fill(3)
    with database.reading() as transaction:
        assert [item.id for item in look(transaction, 1, 9, Wanted(words="TEXT 2")).items] == [3]
        assert look(transaction, 1, 9, Wanted(words="%")).total == 0
        assert look(transaction, 1, 9, Wanted(label="b")).total == 0


def test_twenty_people_label_ten_thousand_items_at_once_and_none_of_them_twice(database, fill):
    fill(10_000)
    seen, slowest, changing = [], [], threading.Lock()

    def label(who):
        for _ in range(5):
            started = time.perf_counter()
            items = taken(database, who, 3)
            waited = time.perf_counter() - started
            with changing:
                seen.extend(items)
                slowest.append(waited)
            for item in items:
                with database.writing() as transaction:
                    give(transaction, who, item, A)

    threads = [threading.Thread(target=label, args=(f"person {n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 300
    alone = []
    for _ in range(20):
        started = time.perf_counter()
        with database.reading() as transaction:
            look(transaction, 1, 20, Wanted())
        alone.append(time.perf_counter() - started)
    assert sorted(alone)[10] < 0.1
