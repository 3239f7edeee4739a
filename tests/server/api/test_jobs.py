"""`/api/v1/jobs`: an admin begins and cancels, an expert looks, and whatever is asked wrongly is refused."""

import contextlib

import pytest

from running import client_of, settings_in
from sayso.server.audit import entries
from server.jobs.standing_in import FAILS, GIVES_WAY, SUCCEEDS, by, nothing_runs, until

JOBS = "/api/v1/jobs"


@contextlib.contextmanager
def served(tmp_path, database_url, program, role="admin", **more):
    """A client of a server whose retraining is a program that stands in for it."""
    with client_of(settings_in(tmp_path, database_url=database_url), role) as client:
        server = client.app.state.server
        server.jobs.kinds = by(program, **more)
        yield client
        until(lambda: nothing_runs(server.jobs))


def ended(client, number):
    return until(lambda: (job := client.get(f"{JOBS}/{number}").json()) and job["ended_at"] and job)


def test_a_job_is_begun_watched_and_told_of(tmp_path, database_url):
    with served(tmp_path, database_url, SUCCEEDS) as client:
        answer = client.post(JOBS, json={"kind": "retrain", "options": {"promote": True, "why": "May's  labels"}})
        assert answer.status_code == 201
        number = answer.json()["id"]
        job = until(lambda: (job := client.get(f"{JOBS}/{number}").json())["progress"] and job)
        assert (job["state"], job["progress"], job["log"]) == (
            "running",
            {"step": "train", "doing": "", "done": 30, "total": 100},
            ["begun"],
        )
        assert (job["options"], job["exit"], job["result"]) == ({"promote": True, "why": "May's labels"}, None, None)
        (tmp_path / "go").touch()
        job = ended(client, number)
        assert (job["state"], job["exit"], job["result"]["version"], job["progress"]) == ("done", 0, 3, None)
        assert {name: value for name, value in job.items() if name not in ("progress", "log")} == client.get(JOBS).json()["jobs"][0]


def test_while_one_runs_another_is_refused_and_then_it_is_cancelled(tmp_path, database_url):
    with served(tmp_path, database_url, GIVES_WAY) as client:
        number = client.post(JOBS, json={"kind": "retrain"}).json()["id"]
        refused = client.post(JOBS, json={"kind": "retrain"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "job_running")
        assert f"job {number} (retrain, asked for by a test's admin" in refused.json()["error"]["message"]
        until(lambda: client.get(f"{JOBS}/{number}").json()["log"])
        assert client.post(f"{JOBS}/{number}/cancel").json()["cancelled"] is True
        assert ended(client, number)["state"] == "cancelled"
        again = client.post(f"{JOBS}/{number}/cancel")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "job_ended")


def test_jobs_are_paged_the_newest_first(tmp_path, database_url):
    with served(tmp_path, database_url, FAILS) as client:
        for number in (1, 2, 3):
            client.post(JOBS, json={"kind": "retrain"})
            ended(client, number)
        page = client.get(JOBS, params={"limit": 2}).json()
        assert ([job["id"] for job in page["jobs"]], page["older"]) == ([3, 2], 2)
        page = client.get(JOBS, params={"limit": 2, "before": 2}).json()
        assert ([(job["id"], job["state"], job["exit"]) for job in page["jobs"]], page["older"]) == ([(1, "failed", 3)], None)


@pytest.mark.parametrize("number", [7, 2**31 - 1])
def test_a_job_that_there_is_not_is_not_found(tmp_path, database_url, number):
    with served(tmp_path, database_url, FAILS) as client:
        for answer in (client.get(f"{JOBS}/{number}"), client.post(f"{JOBS}/{number}/cancel")):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "build"},
        {"kind": "retrain", "options": {"promote": True}},
        {"kind": "retrain", "options": {"promote": "yes"}},
        {"kind": "retrain", "options": {"why": "x" * 501}},
        {"kind": "retrain", "options": {"command": "rm"}},
        {"kind": "retrain", "also": 1},
    ],
)
def test_what_makes_no_sense_begins_nothing(tmp_path, wrong):
    with served(tmp_path, None, FAILS) as client:
        assert client.post(JOBS, json=wrong).status_code == 422
        for path in ("/0", f"/{2**31}", "/x"):
            assert client.get(JOBS + path).status_code == 422
        assert client.get(JOBS).json() == {"jobs": [], "older": None}


def test_experts_look_and_admins_act(tmp_path, database_url):
    for role, may_look in (("expert", True), ("app", False), (None, False)):
        with served(tmp_path, database_url, FAILS, role) as client:
            refused = 401 if role is None else 403
            assert client.get(JOBS).status_code == (200 if may_look else refused)
            assert client.get(f"{JOBS}/1").status_code == (404 if may_look else refused)
            for path in (JOBS, f"{JOBS}/1/cancel"):
                assert client.post(path, json={"kind": "retrain"}).status_code == refused
            assert client.app.state.server.jobs.latest() == []


def test_without_a_project_there_is_nothing_to_retrain(tmp_path, database_url):
    with client_of(settings_in(tmp_path, database_url=database_url), "admin") as client:
        answer = client.post(JOBS, json={"kind": "retrain"})
        assert answer.status_code == 409
        assert "there is no sayso.yaml" in answer.json()["error"]["message"]
        with client.app.state.server.database.reading() as transaction:
            assert entries(transaction, action="job.start") == []


def test_no_secret_of_the_server_is_in_what_a_job_is_shown_to_say(tmp_path, postgres_url):
    url = postgres_url.replace("sayso@", "sayso:pass-word-1@")
    program = "import json, os, sys; url = os.environ['SAYSO_DATABASE_URL']; print(url, file=sys.stderr); print(json.dumps({'url': url}))"
    with served(tmp_path, url, program) as client:
        number = client.post(JOBS, json={"kind": "retrain"}).json()["id"]
        told = ended(client, number)
        assert "sayso:…@" in told["log"][0]
        assert "sayso:…@" in told["result"]["url"]
        assert "pass-word-1" not in client.get(f"{JOBS}/{number}").text + client.get(JOBS).text
