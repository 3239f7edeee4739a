"""`/jobs` and the models page: an admin retrains, everybody sees how it goes and what came of it."""

import datetime
import re

import pytest

from sayso.server.jobs.folder import folder_of
from sayso.server.jobs.host import host_of
from sayso.server.jobs.kinds import KINDS, RETRAIN_STEPS
from sayso.server.jobs.outcome import outcome_of
from sayso.server.store.tables import Job
from server.jobs.standing_in import FAILS, GIVES_WAY, SUCCEEDS, by, nothing_runs, until
from server.pages.visitors import HTML, noted

LABELS = ("calculator", "chitchat")
DOCUMENT = {
    "model": "tiny",
    "version": 2,
    "id": "0123456789ab",
    "held": True,
    "promoted": True,
    "alias": "production",
    "gates": [
        {"gate": "intent.accuracy >= 0.9", "value": 0.93, "held": True},
        {"gate": "intent.f1.min >= 0.85", "value": 0.8, "held": False},
    ],
    "figures": {
        "intent": {
            "accuracy": 0.93,
            "macro_f1": 0.91,
            "ece": 0.02,
            "f1": dict.fromkeys(LABELS, 0.92),
            "precision": dict.fromkeys(LABELS, 0.94),
            "recall": dict.fromkeys(LABELS, 0.9),
            "support": dict.fromkeys(LABELS, 40),
        },
        "rows": 80,
    },
    "against": {
        "model": "tiny@1",
        "rows": 80,
        "fixed": 9,
        "broken": 2,
        "accuracy": {"before": 0.84, "after": 0.93, "low": 0.01, "high": 0.16, "difference": 0.09},
        "macro_f1": {"before": 0.82, "after": 0.91, "low": -0.01, "high": 0.17, "difference": 0.09},
    },
    "labels": {"given": 412, "texts": 400},
    "warnings": ["fewer than 200 labels of <b>calculator</b> (12)"],
}


@pytest.fixture
def project(settings):
    """The project, where a job that stands in for retraining is told to go on."""
    (settings.project / "go").unlink(missing_ok=True)
    return settings.project


@pytest.fixture
def retraining(server, project):
    """What retraining is, while a test lasts; nothing of it stays."""

    def be(program, **more):
        server.jobs.kinds = by(program, **more)

    yield be
    server.jobs.kinds = KINDS
    until(lambda: nothing_runs(server.jobs))


def note(server, project, **values):
    """A job as a process of long ago left it."""
    at = datetime.datetime(2026, 5, 4, 10, tzinfo=datetime.UTC)
    given = {"kind": "retrain", "state": "done", "options": {"promote": False, "why": "May"}, "asked_by": "Anna (admin 0a)", "asked_at": at}
    given |= {
        "started_at": at,
        "ended_at": at + datetime.timedelta(seconds=133),
        "host": host_of(project),
        "cancel": False,
        "process": None,
    }
    with server.database.writing() as transaction:
        transaction.add(job := Job(**{**given, **values}))
        transaction.flush()
        return job.id


def begin(admin, **fields):
    """Press the button; where it leads."""
    admin.get("/models")
    answer = admin.post("/jobs", **{"why": "May's labels", **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_an_admin_retrains_from_the_models_page_and_watches(admin, server, project, retraining):
    retraining(SUCCEEDS)
    assert 'name="promote" value="true">' in admin.get("/models").text
    path = begin(admin)
    text = until(lambda: "30 %" in (text := admin.get(path).text) and text)
    for told in ("It is running.", "Step 6 of 12:", "begun", "May&#39;s labels", 'hx-trigger="every 1s"', "Cancel the job"):
        assert told in text
    models = admin.get("/models").text
    assert f'href="{path}"' in models
    assert 'name="promote"' not in models
    (project / "go").touch()
    text = until(lambda: "It is done." in (text := admin.get(path).text) and text)
    assert 'href="/models/tiny/3"' in text
    assert 'hx-trigger="every 1s"' not in text
    assert 'name="promote" value="true">' in admin.get("/models").text
    assert noted(server, "job.start").details == {"promote": False, "why": "May's labels"}
    assert "began a job" in admin.get("/audit").text


def test_the_part_that_renews_itself_says_when_it_is_time_for_the_whole_page(admin, project, retraining):
    retraining(SUCCEEDS)
    path = begin(admin)
    assert admin.get(f"{path}/now").headers["location"] == path
    htmx = {**HTML, "HX-Request": "true"}
    answer = admin.get(f"{path}/now?lines=1", headers=htmx)
    assert ("<html" in answer.text, "hx-refresh" in answer.headers) == (False, False)
    (project / "go").touch()
    assert until(lambda: admin.get(f"{path}/now", headers=htmx).headers.get("hx-refresh")) == "true"


def test_who_comes_second_is_brought_to_the_job_that_there_is(admin, retraining):
    retraining(GIVES_WAY)
    path = begin(admin)
    again = begin(admin)
    assert again == f"{path}?told=running"
    assert "no other was begun" in admin.get(again).text


def test_an_admin_cancels(admin, server, retraining):
    retraining(GIVES_WAY)
    path = begin(admin)
    until(lambda: "begun" in admin.get(path).text)
    assert admin.post(f"{path}/cancel").headers["location"] == path
    text = until(lambda: "It was cancelled." in (text := admin.get(path).text) and text)
    assert "tidied up" in text
    assert admin.post(f"{path}/cancel").status_code == 303
    assert noted(server, "job.cancel").subject == f"retrain {path.rpartition('/')[2]}"


def test_a_job_that_failed_says_why(admin, expert, retraining):
    retraining(FAILS)
    path = begin(admin)
    text = until(lambda: "It failed." in (text := expert.get(path).text) and text)
    assert "Exit status 3. Something that it needs is missing" in text
    assert "error: there are no labels" in text


def test_without_a_reason_or_without_a_project_nothing_is_begun(admin, server, project):
    before = len(server.jobs.latest())
    admin.get("/models")
    answer = admin.post("/jobs", why="  ")
    assert (answer.status_code, "Say why" in answer.text) == (422, True)
    answer = admin.post("/jobs", why="x")
    assert (answer.status_code, "there is no sayso.yaml" in answer.text) == (409, True)
    assert admin.post("/jobs", why="x" * 501).status_code == 422
    assert "there is nothing to retrain" in admin.get("/models").text
    assert len(server.jobs.latest()) == before


def test_experts_see_and_do_nothing(admin, expert, server, retraining):
    retraining(GIVES_WAY)
    before = len(server.jobs.latest())
    expert.get("/models")
    assert expert.post("/jobs", why="x").status_code == 403
    assert len(server.jobs.latest()) == before
    path = begin(admin)
    for shown in (expert.get(path).text, expert.get("/models").text):
        assert "Cancel" not in shown
        assert path in shown
    assert expert.post(f"{path}/cancel").status_code == 403
    assert expert.get("/jobs").status_code == 200


def test_strangers_are_sent_to_the_log_in(stranger):
    for path in ("/jobs", "/jobs/1"):
        assert stranger.get(path).headers["location"] == f"/login?next={path}"


def test_a_page_that_did_not_come_from_us_begins_and_cancels_nothing(admin, server, retraining):
    retraining(GIVES_WAY)
    path = begin(admin)
    csrf, admin.csrf = admin.csrf, "wrong"
    assert [admin.post(where, why="x").status_code for where in ("/jobs", f"{path}/cancel")] == [403, 403]
    admin.csrf = csrf
    assert server.jobs.running()


def test_what_came_out_is_shown_with_its_gates_and_the_comparison(expert, server, project):
    number = note(server, project, result={"exit": 1, "document": DOCUMENT}, state="failed")
    text = expert.get(f"/jobs/{number}").text
    for told in ("Exit status 1. A gate does not hold", 'href="/models/tiny/2"', "promoted it", "intent.accuracy &gt;= 0.9", "0.930"):
        assert told in text
    for told in ("Compared with tiny@1", "84.0 %", "+9.0 pp", "-1.0 pp to +17.0 pp", "9 were wrong and are right now", "412 labels"):
        assert told in text
    assert "&lt;b&gt;calculator" in text
    assert "<b>calc" not in text
    assert text.count("92.0 %") == 2
    assert "2 min 13 s" in text
    assert "Its log is not kept any more." in text


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"anything": [1, {"<script>": 2}]},
        {"model": "tiny", "version": None, "gates": [], "figures": {}, "against": None, "warnings": []},
        {"gates": "none"},
        {"figures": {"intent": {"accuracy": None, "f1": {"a": 1}, "precision": {"b": 1}, "recall": {}, "support": {}}, "x": 3}},
        {"version": 10**30, "model": "x"},
    ],
)
def test_a_result_of_another_shape_is_shown_as_it_is(expert, server, project, document):
    number = note(server, project, result={"exit": 0, "document": document})
    answer = expert.get(f"/jobs/{number}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text.partition("<main")[2]
    assert expert.get("/jobs").status_code == 200


def test_a_lost_job_says_so_and_one_that_is_elsewhere_where(admin, expert, server, project):
    number = note(server, project, state="lost", result={"exit": None, "document": None})
    assert "It is lost." in expert.get(f"/jobs/{number}").text
    now = datetime.datetime.now(datetime.UTC)
    elsewhere = {"state": "running", "host": "web2 00000000", "ended_at": None, "seen_at": now}
    number = note(server, project, **elsewhere)
    text = expert.get(f"/jobs/{number}").text
    assert "It belongs to the machine web2" in text
    with server.database.writing() as transaction:
        transaction.get(Job, number).seen_at = now - datetime.timedelta(hours=1)
    assert "Nothing was heard of it from web2" in admin.get(f"/jobs/{number}").text
    assert "Give the job up" in admin.get(f"/jobs/{number}").text
    assert admin.post(f"/jobs/{number}/cancel").status_code == 303
    assert "It is lost." in expert.get(f"/jobs/{number}").text


def test_all_jobs_are_listed_the_newest_first_page_by_page(expert, server, project):
    numbers = [note(server, project, options={"promote": False, "why": f"turn {turn}"}) for turn in range(30)]
    path, seen = "/jobs", []
    while path:
        text = expert.get(path).text
        seen += [int(number) for number in re.findall(r'<th scope="row"><a href="/jobs/(\d+)"', text)]
        older = re.search(r'href="(/jobs\?before=\d+)"', text)
        path = older[1] if older else None
    assert seen == sorted(seen, reverse=True)
    assert set(numbers) <= set(seen)
    assert "turn 29" in expert.get("/jobs").text


@pytest.mark.parametrize(("path", "status"), [("/jobs/2147483647", 404), ("/jobs/0", 422), ("/jobs/x", 422), ("/jobs?before=x", 422)])
def test_a_job_that_there_is_not_is_refused(expert, path, status):
    assert expert.get(path).status_code == status


def test_a_log_is_text(admin, server, project, retraining):
    retraining("import sys; print('<script>alert(1)</script>', file=sys.stderr)")
    path = begin(admin)
    text = until(lambda: "It is done." in (text := admin.get(path).text) and text)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert folder_of(project, int(path.rpartition("/")[2])).is_dir()


def test_the_steps_that_are_counted_are_those_of_a_retraining():
    from sayso.retrain import STEPS

    assert RETRAIN_STEPS == STEPS


def test_an_outcome_is_what_a_retraining_says():
    found = outcome_of(DOCUMENT)
    assert (found.version, found.promoted, found.heads) == (2, True, {"intent": {"accuracy": 0.93, "macro_f1": 0.91, "ece": 0.02}})
    assert found.by_label("intent")["chitchat"] == [0.94, 0.9, 0.92, 40]
    assert outcome_of(None) is None
