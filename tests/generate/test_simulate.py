"""Made-up logs look like logs: in the order of time, with users who have habits, mistakes and complaints; the same for the same seed."""

from collections import Counter
from datetime import datetime

import pytest

from sayso.examples.rows import write_rows
from sayso.generate.logs import read_logs
from sayso.generate.simulate import simulate_logs
from sayso.project import Head

SENTENCES = {
    "play": ["play {thing}", "(put on|start) {thing}[ please]", "i want to hear {thing}"],
    "call": ["call {person}", "(ring|phone) {person} {when}"],
    "other": ["hello", "what can you do", "{thing} is great", "i like {person}"],
}


@pytest.fixture
def templates(tmp_path):
    for label, sentences in SENTENCES.items():
        folder = tmp_path / "sentences" / "en" / label
        folder.mkdir(parents=True)
        (folder / "a.yaml").write_text("data:\n  - sentences:\n" + "".join(f'      - "{one}"\n' for one in sentences))
    (tmp_path / "lists" / "en").mkdir(parents=True)
    lists = {"thing": [f"song {n}" for n in range(60)], "person": [f"name{n}" for n in range(60)], "when": ["now", "later", "tonight"]}
    text = "".join(f"  {name}: {{values: [{', '.join(values)}]}}\n" for name, values in lists.items())
    (tmp_path / "lists" / "en" / "a.yaml").write_text("lists:\n" + text)
    return tmp_path


def simulated(templates, **changes):
    return list(simulate_logs(templates, "en", **{"rows": 1500, "users": 40, "seed": 3, **changes}))


def test_the_same_seed_gives_the_same_rows_and_another_does_not(templates):
    assert simulated(templates) == simulated(templates)
    assert simulated(templates) != simulated(templates, seed=4)


def test_rows_come_in_the_order_of_time_from_many_users_of_whom_a_few_write_most(templates):
    rows = simulated(templates)
    times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    assert times == sorted(times)
    counts = sorted(Counter(row["user_id"] for row in rows).values())
    assert len(counts) > 30
    assert sum(counts[-8:]) > sum(counts[:20])


def test_what_a_user_did_before_is_told(templates):
    last = {}
    for row in simulated(templates):
        assert row["previous_intent"] == last.get(row["user_id"])
        last[row["user_id"]] = row["intent"]


def test_some_rows_fail_some_are_complained_of_and_cleaning_finds_them(templates, tmp_path):
    write_rows(tmp_path / "log.jsonl", simulated(templates))
    rows, counts = read_logs(tmp_path / "log.jsonl", {"intent": Head(type="choice", labels=list(SENTENCES))}, 1.0)
    assert counts.read == 1500
    assert 60 < counts.failed < 250
    assert 0 < counts.disliked < 60
    assert counts.repeated > 100
    assert len(rows) == counts.kept > 200
