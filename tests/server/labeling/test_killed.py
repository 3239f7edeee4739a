"""A server that is killed while people label: what it answered for is there once, and what it did not is not there by halves."""

import contextlib
import os
import signal
import threading
import time

import httpx2
from sqlalchemy import func, select

from running import server_at, settings_in
from sayso.server.labeling.items import DISPUTED, LABELLED
from sayso.server.labeling.opinions import ADJUDICATED
from sayso.server.store import open_database
from sayso.server.store.tables import Item, Opinion, Settled

API = "/api/v1/labeling"
LABELS = ("FindCallers", "FindCallees")


def killed_while(server, work, after, threads=4):
    """Let several threads work until the server is killed, once they have been answered so often."""
    answered = []

    def go(number):
        with contextlib.suppress(httpx2.TransportError, AssertionError):
            for step in range(10_000):
                work(number, step, answered)

    workers = [threading.Thread(target=go, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    end = time.monotonic() + 60
    while len(answered) < after and time.monotonic() < end:
        time.sleep(0.005)
    os.killpg(server.process.pid, signal.SIGKILL)
    for worker in workers:
        worker.join()
    assert len(answered) >= after
    return answered


def test_what_a_killed_server_has_answered_is_captured_once(tmp_path, database_url):
    settings_in(tmp_path)
    with server_at(tmp_path, SAYSO_DATABASE_URL=database_url) as server:

        def ask(number, step, answered):
            text = f"plugh {number} {step}"
            answer = server.ask("POST", "/v1/classify", json={"text": text})
            assert answer.status_code == 200
            answered.append(text)

        answered = killed_while(server, ask, 150)
    with server_at(tmp_path, SAYSO_DATABASE_URL=database_url):
        time.sleep(2.5)
    database = open_database(database_url)
    with database.reading() as transaction:
        seen = dict(transaction.execute(select(Item.text, Item.seen)).all())
    database.close()
    assert set(answered) <= set(seen)
    assert len(seen) <= len(answered) + 4
    assert set(seen.values()) == {1}


def test_what_a_killed_server_has_acknowledged_is_labelled_once_and_adjudicated_once(tmp_path, database_url):
    settings_in(tmp_path)
    rows = "".join(f'{{"text": "text number {n}"}}\n' for n in range(400))
    (tmp_path / "sayso.yaml").write_text(
        f"name: tiny\nheads: {{intent: {{type: choice, labels: [{', '.join(LABELS)}]}}}}\nlabeling: {{second_opinions: 1.0}}\n"
    )
    with server_at(tmp_path, SAYSO_DATABASE_URL=database_url) as server:
        assert server.ask("POST", f"{API}/import", content=rows.encode()).status_code == 200, server.log.read_text()
        tokens = [_token(server, database_url, f"person {n}") for n in range(4)]

        def label(number, step, answered):
            person = {"Authorization": f"Bearer {tokens[number]}"}
            for item in server.ask("POST", f"{API}/take", json={"count": 1}, headers=person).json()["items"]:
                given = {"query_id": item["query_id"], "expert_intent": LABELS[(number + item["query_id"]) % 2], "key": f"{number}-{step}"}
                answer = server.ask("POST", f"{API}/label", json=given, headers=person)
                assert answer.status_code == 200
                answered.append((f"person {number}", item["query_id"]))
                if answer.json()["state"] == DISPUTED and number < 2:
                    settled = server.ask("POST", f"{API}/adjudicate", json=_plain(given), headers=person)
                    assert settled.status_code == 200
                    answered.append(("adjudicated", item["query_id"]))

        answered = killed_while(server, label, 120)
    database = open_database(database_url)
    with database.reading() as transaction:
        opinions = transaction.execute(select(Opinion.who, Opinion.item_id)).all()
        adjudicated = transaction.scalars(select(Settled.item_id).where(Settled.how == ADJUDICATED)).all()
        settled = transaction.scalar(select(func.count()).select_from(Settled))
        labelled = transaction.scalar(select(func.count()).select_from(Item).where(Item.state == LABELLED))
        twice = transaction.scalar(select(func.count()).select_from(Item).where(Item.state == DISPUTED)) or 0
    database.close()
    assert len(opinions) == len(set(opinions))
    assert {each for each in answered if each[0] != "adjudicated"} <= {tuple(each) for each in opinions}
    assert {item for who, item in answered if who == "adjudicated"} <= set(adjudicated)
    assert len(adjudicated) == len(set(adjudicated))
    assert settled == labelled
    by_item = {item: sum(1 for _, other in opinions if other == item) for _, item in opinions}
    assert labelled + twice == sum(1 for count in by_item.values() if count == 2)


def _plain(given):
    return {name: given[name] for name in ("query_id", "expert_intent")}


def _token(server, database_url, name):
    from sayso.server.access.tokens import create_token

    database = open_database(database_url)
    with database.writing() as transaction:
        token = create_token(transaction, "expert", name)
    database.close()
    return token
