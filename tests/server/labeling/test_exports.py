import threading

import pytest

from sayso.server.labeling.exports import acknowledge, begin, rows_of
from sayso.server.labeling.items import erase
from sayso.server.labeling.opinions import give, undo
from sayso.server.problems import Problem

A = {"intent": "a"}


def label(database, item, who="anna", answer=A):
    with database.writing() as transaction:
        give(transaction, who, item, answer)


def texts(database, *, since_last=False, arrived=True):
    begun = begin(database, "carla", since_last=since_last)
    found = [row["text"] for row in rows_of(database, begun)]
    assert len(found) == begun.rows
    if arrived:
        with database.writing() as transaction:
            acknowledge(transaction, begun.id, "carla")
    return found


def test_an_export_tells_what_was_said_by_whom_of_what(database, fill):
    fill(1, weight=50.0, confidence=0.9, reason="sample", version="m@3")
    label(database, 1)
    row = next(rows_of(database, begin(database, "carla", since_last=False)))
    assert (row["text"], row["intent"], row["labelled_by"], row["source"]) == ("text 0", "a", "anna", "label")
    assert (row["model"], row["predicted"], row["confidence"], row["sampling_weight"]) == ("m@3", "a", 0.9, 50.0)


def test_nothing_labelled_is_told_and_not_an_empty_file(database, fill):
    fill(1)
    with pytest.raises(Problem) as told:
        begin(database, "carla", since_last=False)
    assert told.value.status == 404


def test_what_is_new_is_what_came_since_the_last_export_that_arrived(database, fill):
    fill(4)
    label(database, 1)
    assert texts(database, since_last=True) == ["text 0"]
    label(database, 2)
    assert texts(database, since_last=True, arrived=False) == ["text 1"]
    label(database, 3)
    assert texts(database, since_last=True) == ["text 1", "text 2"]
    with pytest.raises(Problem):
        begin(database, "carla", since_last=True)
    assert texts(database) == ["text 0", "text 1", "text 2"]


def test_an_answer_that_was_changed_is_new_and_one_that_was_taken_back_is_gone(database, fill):
    fill(2)
    label(database, 1)
    label(database, 2)
    texts(database)
    with database.writing() as transaction:
        undo(transaction, "anna")
        give(transaction, "anna", 2, {"intent": "b"})
        undo(transaction, "anna", 1)
    assert texts(database, since_last=True, arrived=False) == ["text 1"]
    assert texts(database) == ["text 1"]


def test_what_is_labelled_while_an_export_runs_is_in_the_next(database, fill):
    fill(3)
    label(database, 1)
    begun = begin(database, "carla", since_last=True)
    label(database, 2)
    assert [row["text"] for row in rows_of(database, begun)] == ["text 0"]
    with database.writing() as transaction:
        acknowledge(transaction, begun.id, "carla")
    assert texts(database, since_last=True) == ["text 1"]


def test_after_an_erasure_no_new_answer_is_taken_for_an_old_one(database, fill):
    fill(3)
    label(database, 1)
    label(database, 2)
    texts(database)
    with database.writing() as transaction:
        erase(transaction, 2)
    label(database, 3)
    assert texts(database, since_last=True) == ["text 2"]


def test_people_who_label_while_others_export_what_is_new_lose_no_row(database, fill):
    fill(120)
    found, done = [], threading.Event()

    def work(own):
        for item in own:
            label(database, item)

    def export():
        last = False
        while not last:
            last = done.is_set()
            try:
                found.extend(texts(database, since_last=True))
            except Problem:
                continue

    exporter = threading.Thread(target=export)
    exporter.start()
    people = [threading.Thread(target=work, args=(range(1 + n, 121, 4),)) for n in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    done.set()
    exporter.join()
    assert sorted(found) == sorted(f"text {n}" for n in range(120))


def test_rows_that_do_not_speak_of_the_only_head_that_is_wanted_are_not_left_out_in_silence(database, fill):
    fill(2)
    label(database, 1)
    begin(database, "carla", since_last=False, only="intent")
    label(database, 2, answer={"urgent": 0.5})
    with pytest.raises(Problem) as told:
        begin(database, "carla", since_last=False, only="intent")
    assert told.value.code == "other_heads"
