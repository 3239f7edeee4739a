"""A job outlives the server that began it, however that ends; the next server finds out how it went."""

import contextlib
import json
import os
import signal
import threading
import time

import httpx2
import pytest

from running import server_at, settings_in
from server.jobs.standing_in import FAILS, GIVES_WAY, SUCCEEDS, kill, serves, until


@pytest.fixture
def serving(tmp_path, database_url):
    """A server whose retraining is a program that stands in for it; the first one's token is that of all."""
    settings_in(tmp_path)
    token, sessions = [], []

    class Serving:
        def __init__(self, program):
            self.manager = server_at(tmp_path, "--database-url", database_url, program=serves(program))

        def __enter__(self):
            self.server = self.manager.__enter__()
            token.append(self.server.token or token[0])
            self.server.token = token[0]
            return self

        def __exit__(self, *error):
            return self.manager.__exit__(*error)

        def ask(self, method, path, **given):
            answer = self.server.ask(method, f"/api/v1/jobs{path}", **given)
            assert answer.status_code < 300, answer.text
            return answer.json()

        def begin(self):
            return self.ask("POST", "", json={"kind": "retrain"})["id"]

        def at_work(self, number):
            job = until(lambda: (job := self.ask("GET", f"/{number}")) and job["state"] == "running" and job["log"] and job)
            sessions.append(processes_of(tmp_path))
            return job

        def ended(self, number):
            return until(lambda: (job := self.ask("GET", f"/{number}")) and job["ended_at"] and job)

        def kill(self):
            os.killpg(self.server.process.pid, signal.SIGKILL)
            self.server.process.wait()

    yield Serving
    for session in sessions:
        kill(session)


def processes_of(folder):
    """The session of the job that is running here."""
    newest = max((folder / "server" / "jobs").iterdir(), key=lambda one: int(one.name))
    return json.loads((newest / "process.json").read_text())["process"]


def test_a_job_that_ends_while_no_server_lives_is_told_of_by_the_next(tmp_path, serving):
    with serving(SUCCEEDS) as first:
        number = first.begin()
        first.at_work(number)
        first.kill()
    (tmp_path / "go").touch()
    until((tmp_path / "server" / "jobs" / str(number) / "exit.json").exists)
    with serving(FAILS) as second:
        job = second.ended(number)
        assert (job["state"], job["exit"], job["result"]["version"], job["log"]) == ("done", 0, 3, ["begun", "trained"])
        assert job["started_at"] < job["ended_at"] < job["seen_at"]


def test_a_job_goes_on_while_servers_stop_and_start_and_can_be_cancelled_by_another_than_began_it(tmp_path, serving):
    with serving(GIVES_WAY) as first:
        number = first.begin()
        first.at_work(number)
        first.server.process.send_signal(signal.SIGTERM)
        first.server.process.wait(20)
        session = processes_of(tmp_path)
    assert os.getsid(session) == session
    with serving(GIVES_WAY) as second:
        assert second.at_work(number)["state"] == "running"
        answer = second.server.ask("POST", "/api/v1/jobs", json={"kind": "retrain"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "job_running")
        second.ask("POST", f"/{number}/cancel")
        assert (second.ended(number)["state"], second.ended(number)["exit"]) == ("cancelled", 130)


def test_a_cancellation_is_carried_out_though_the_server_that_took_it_is_killed(tmp_path, serving):
    with serving(GIVES_WAY) as first:
        number = first.begin()
        first.at_work(number)
        first.ask("POST", f"/{number}/cancel")
        first.kill()
    with serving(GIVES_WAY) as second:
        assert second.ended(number)["state"] == "cancelled"


def test_a_job_that_is_killed_while_no_server_lives_is_lost_and_nobody_has_to_ask(tmp_path, serving):
    with serving(SUCCEEDS) as first:
        number = first.begin()
        first.at_work(number)
        first.kill()
    kill(processes_of(tmp_path))
    with serving(SUCCEEDS) as second:
        until(lambda: '"job_ended"' in second.server.log.read_text())
        job = second.ask("GET", f"/{number}")
        assert (job["state"], job["exit"], job["log"]) == ("lost", None, ["begun"])


def test_kills_at_any_moment_leave_one_job_or_none(tmp_path, serving):
    """A server is killed while it begins one; what the next one finds has ended, or runs and can be cancelled."""
    for turn in range(3):
        with serving(GIVES_WAY) as server:
            threading.Thread(target=lambda server=server: _begin_whatever_happens(server), daemon=True).start()
            time.sleep(0.01 + 0.05 * turn)
            server.kill()
        with serving(GIVES_WAY) as server:
            found = [job for job in server.ask("GET", "")["jobs"] if not job["ended_at"]]
            assert len(found) <= 1
            for job in found:
                server.at_work(job["id"])
                server.ask("POST", f"/{job['id']}/cancel")
                assert server.ended(job["id"])["state"] == "cancelled"
    with serving(SUCCEEDS) as server:
        (tmp_path / "go").touch()
        assert server.ended(server.begin())["state"] == "done"


def _begin_whatever_happens(server):
    with contextlib.suppress(httpx2.TransportError, AssertionError):
        server.begin()
