"""A job runs apart from the server, and how it went is found out, whatever happened to it, to the server or to other jobs."""

import datetime
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from sayso.errors import InputError
from sayso.server.jobs import stop
from sayso.server.jobs.begin import JobRunning
from sayso.server.jobs.folder import LOCK, PROCESS, is_held
from sayso.server.jobs.host import host_of
from sayso.server.jobs.kinds import KINDS, Retraining
from sayso.server.jobs.rows import identity_of
from sayso.server.problems import Problem
from sayso.server.settings import Settings
from sayso.server.store.tables import Job
from server.jobs.standing_in import ANNA, FAILS, GIVES_WAY, STUBBORN, SUCCEEDS, at_step, audited, begin, by, ended, jobs_of, kill, until

RUNS_ON = "import os, time; time.sleep(600)"


def change(jobs, number, **values):
    with jobs.database.writing() as transaction:
        job = transaction.get(Job, number)
        for name, value in values.items():
            setattr(job, name, value)


def test_a_job_runs_in_a_session_of_its_own_says_how_far_it_is_and_what_came_out(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs, why="May's labels")
        seen = at_step(jobs, job.id, "train")
        assert (seen.step.done, seen.step.total, seen.step.share, seen.log) == (30, 100, 0.3, ["begun"])
        assert os.getsid(seen.job.process) == seen.job.process != os.getsid(0)
        assert (seen.job.options, seen.job.asked_by) == ({"promote": False, "why": "May's labels"}, str(ANNA))
        assert jobs.running().job.id == job.id
        (tmp_path / "go").touch()
        seen = ended(jobs, job.id)
        assert (seen.job.state, seen.job.result["exit"], seen.log) == ("done", 0, ["begun", "trained"])
        assert seen.job.result["document"] == {"model": "tiny", "version": 3, "held": True}
        assert seen.job.asked_at <= seen.job.started_at <= seen.job.ended_at
        assert (jobs.running(), seen.step) == (None, None)


def test_beginning_and_end_are_in_the_audit_log_once_however_many_look(tmp_path, database_url):
    (tmp_path / "go").touch()
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs)
        lookers = [threading.Thread(target=lambda: [jobs.look() for _ in range(30)]) for _ in range(4)]
        for looker in lookers:
            looker.start()
        for looker in lookers:
            looker.join()
        ended(jobs, job.id)
        start, end = audited(jobs, "job.start"), audited(jobs, "job.end")
        assert [(entry.who, entry.subject) for entry in start] == [(str(ANNA), "retrain 1")]
        assert [(entry.details["state"], entry.details["exit"], entry.details["asked_by"]) for entry in end] == [("done", 0, str(ANNA))]


def test_one_that_fails_says_with_which_status_and_keeps_its_log(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, FAILS) as jobs:
        seen = ended(jobs, begin(jobs).id)
        assert (seen.job.state, seen.job.result) == ("failed", {"exit": 3, "document": None})
        assert "error: there are no labels" in seen.log


def test_a_command_that_is_not_there_fails_and_says_so(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, "") as jobs:
        kind = jobs.kinds["retrain"]
        jobs.kinds["retrain"] = type(kind)(lambda *_: ["/no/such/program"])
        seen = ended(jobs, begin(jobs).id)
        assert (seen.job.state, seen.job.result["exit"]) == ("failed", 127)
        assert seen.log == ["/no/such/program: No such file or directory"]


def test_what_speaks_against_a_job_is_said_before_it_begins(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, SUCCEEDS, obstacle="there is nothing to retrain") as jobs:
        with pytest.raises(Problem, match="nothing to retrain") as told:
            begin(jobs)
        assert (told.value.status, jobs.latest()) == (409, [])


def test_of_many_who_ask_at_once_one_gets_a_job_and_the_others_are_told_which_it_is(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, GIVES_WAY) as one, jobs_of(tmp_path, database_url, GIVES_WAY) as other:
        begun, told, together = [], [], threading.Barrier(8)

        def ask(jobs):
            together.wait()
            try:
                begun.append(begin(jobs).id)
            except JobRunning as problem:
                told.append((problem.status, problem.number))

        askers = [threading.Thread(target=ask, args=(jobs,)) for jobs in (one, other) * 4]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert len(begun) == 1
        assert told == [(409, begun[0])] * 7
        assert len(one.latest()) == len(audited(one, "job.start")) == 1


def test_a_cancelled_job_is_interrupted_and_may_tidy_up(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, GIVES_WAY, seconds=20) as jobs:
        job = begin(jobs)
        until(lambda: jobs.one(job.id).log == ["begun"])
        jobs.cancel(job.id, ANNA)
        jobs.cancel(job.id, ANNA)
        seen = ended(jobs, job.id)
        assert (seen.job.state, seen.job.result["exit"], seen.log[-1]) == ("cancelled", 130, "tidied up")
        assert len(audited(jobs, "job.cancel")) == 1
        assert audited(jobs, "job.end")[0].details["state"] == "cancelled"
        with pytest.raises(Problem) as told:
            jobs.cancel(job.id, ANNA)
        assert (told.value.status, told.value.code) == (409, "job_ended")


def test_one_that_does_not_listen_is_killed_with_all_that_it_started(tmp_path, database_url):
    stays = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN); {RUNS_ON}"
    program = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {stays!r}]){STUBBORN}"
    with jobs_of(tmp_path, database_url, program) as jobs:
        job = begin(jobs)
        session = at_step(jobs, job.id, "ready").job.process
        jobs.cancel(job.id, ANNA)
        seen = ended(jobs, job.id)
        assert (seen.job.state, seen.job.result["exit"]) == ("cancelled", -9)
        assert [line for line in seen.log if line.startswith("no ")] == ["no 2", "no 15"]
        until(lambda: not living(session))


def living(session):
    """The processes of a session that have not ended."""
    found = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(session)], capture_output=True, text=True, check=False).stdout
    return [line for line in found.splitlines() if line and " Z" not in line]


def test_one_that_had_done_its_work_before_it_could_be_stopped_is_done(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, SUCCEEDS + "\nsignal.signal(signal.SIGINT, signal.SIG_IGN)", seconds=20) as jobs:
        job = begin(jobs)
        at_step(jobs, job.id, "train")
        (tmp_path / "go").touch()
        until(lambda: not is_held(jobs.folder(job.id)))
        change(jobs, job.id, cancel=True)
        assert ended(jobs, job.id).job.state == "done"


def test_one_whose_processes_are_killed_is_lost_keeps_its_log_and_makes_room(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs)
        kill(at_step(jobs, job.id, "train").job.process)
        seen = ended(jobs, job.id)
        assert (seen.job.state, seen.job.result["exit"], seen.log) == ("lost", None, ["begun"])
        assert begin(jobs).id == job.id + 1


def test_a_command_that_is_killed_has_failed_by_that_signal(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs)
        at_step(jobs, job.id, "train")
        os.kill(json.loads((jobs.folder(job.id) / PROCESS).read_text())["command"], signal.SIGKILL)
        seen = ended(jobs, job.id)
        assert (seen.job.state, seen.job.result["exit"]) == ("failed", -9)


def test_a_command_that_outlives_the_process_which_stayed_with_it_can_still_be_cancelled(tmp_path, database_url, monkeypatch):
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs)
        session = at_step(jobs, job.id, "train").job.process
        os.kill(session, signal.SIGKILL)
        time.sleep(0.2)
        assert jobs.one(job.id).job.state == "running"
        jobs.cancel(job.id, ANNA)
        monkeypatch.setattr(stop, "PATIENCE", 0)
        assert ended(jobs, job.id).job.state == "cancelled"
        until(lambda: not living(session))


def test_a_process_that_has_got_a_dead_jobs_number_is_not_taken_for_it_nor_killed(tmp_path, database_url, monkeypatch):
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs)
        kill(at_step(jobs, job.id, "train").job.process)
        other = subprocess.Popen([sys.executable, "-c", RUNS_ON], start_new_session=True)
        numbers = {"process": other.pid, "command": other.pid, "at": "2026-05-04T10:00:00+00:00"}
        until(lambda: not is_held(jobs.folder(job.id)))
        (jobs.folder(job.id) / PROCESS).write_text(json.dumps(numbers))
        monkeypatch.setattr(stop, "PATIENCE", -1)
        change(jobs, job.id, process=other.pid, state="running", cancel=True, ended_at=None)
        assert ended(jobs, job.id).job.state == "cancelled"
        assert other.poll() is None
        other.kill()
        other.wait()


def test_one_that_the_machine_tells_to_end_has_failed_and_could_tidy_up(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, GIVES_WAY, seconds=20) as jobs:
        job = begin(jobs)
        session = until(lambda: (seen := jobs.one(job.id)) and seen.log == ["begun"] and seen.job.process)
        os.kill(session, signal.SIGTERM)
        seen = ended(jobs, job.id)
        assert (seen.job.state, seen.job.result["exit"], seen.log[-1]) == ("failed", 130, "tidied up")


def test_what_a_job_puts_aside_lies_with_it_and_goes_with_its_end(tmp_path, database_url):
    program = "import sys, tempfile; print(tempfile.mkdtemp(), file=sys.stderr)"
    with jobs_of(tmp_path, database_url, program) as jobs:
        job = begin(jobs)
        seen = ended(jobs, job.id)
        assert seen.log[0].startswith(str(jobs.folder(job.id) / "tmp"))
        until(lambda: not (jobs.folder(job.id) / "tmp").exists())


def test_a_kill_between_the_row_and_the_process_leaves_a_lost_job_and_no_more(tmp_path, database_url, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(subprocess, "Popen", die)
            begin(jobs)
        assert [seen.job.state for seen in jobs.latest()] == ["lost"]
        assert begin(jobs).state in ("queued", "running")


def test_another_machines_job_is_shown_and_left_alone_until_that_one_is_silent(tmp_path, database_url):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with jobs_of(ours, database_url, GIVES_WAY) as here, jobs_of(theirs, database_url, GIVES_WAY) as there:
        job = begin(there)
        seen = here.one(job.id)
        assert (seen.is_open, seen.is_elsewhere, seen.log, seen.is_silent) == (True, True, None, False)
        with pytest.raises(JobRunning):
            begin(here)
        here.cancel(job.id, ANNA)
        assert here.one(job.id).is_open
        assert ended(there, job.id).job.state == "cancelled"
        second = begin(there)
        until(lambda: there.one(second.id).log == ["begun"])
        change(here, second.id, seen_at=datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=6))
        assert here.one(second.id).is_silent
        assert here.cancel(second.id, ANNA).state == "lost"
        third = begin(here)
        assert audited(here, "job.cancel")[0].details == {"given_up": True}
        until(lambda: there.look() or not is_held(there.folder(second.id)))
        assert there.one(second.id).job.state == "lost"
        assert here.one(third.id).is_open


def test_a_folder_that_another_databases_job_left_says_nothing_of_this_one(tmp_path, database_url):
    with jobs_of(tmp_path, f"sqlite:///{tmp_path / 'old.db'}", FAILS) as old:
        ended(old, begin(old).id)
    with jobs_of(tmp_path / "theirs", database_url, GIVES_WAY) as there, jobs_of(tmp_path, database_url, GIVES_WAY) as here:
        job = begin(there)
        assert (here.one(job.id).is_open, here.one(job.id).log) == (True, None)
        there.cancel(job.id, ANNA)
        ended(there, job.id)
        second = begin(here)
        until(lambda: here.one(second.id).log == ["begun"])
        assert (here.folder(second.id), "no labels" in (here.folder(job.id) / "log").read_text()) == (tmp_path / "server/jobs/2", True)


def test_a_job_of_a_machine_that_has_been_restarted_since_is_lost(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        job = begin(jobs)
        kill(at_step(jobs, job.id, "train").job.process)
        until(lambda: not is_held(jobs.folder(job.id)))
        change(jobs, job.id, state="running", ended_at=None, host="before 00000000")
        assert ended(jobs, job.id).job.state == "lost"


def test_what_is_written_where_a_job_runs_differs_by_project_and_names_the_machine(tmp_path):
    assert host_of(tmp_path) == host_of(tmp_path / "x" / "..") != host_of(tmp_path / "x")


def test_files_that_cannot_be_written_are_told_of_and_leave_no_job(tmp_path, database_url):
    (tmp_path / "server").write_text("in the way")
    with jobs_of(tmp_path, database_url, SUCCEEDS) as jobs:
        with pytest.raises(InputError, match="cannot keep its files here"):
            begin(jobs)
        assert jobs.latest() == []


def test_the_lock_and_the_identity_are_there_before_anybody_can_see_the_job(tmp_path, database_url):
    with jobs_of(tmp_path, database_url, GIVES_WAY) as jobs:
        job = begin(jobs)
        folder = jobs.folder(job.id)
        assert is_held(folder)
        assert json.loads((folder / "job.json").read_text()) == identity_of(job)
        assert (folder.stat().st_mode & 0o777, (folder / LOCK).stat().st_size) == (0o700, 0)


def test_the_command_says_what_was_asked_for_whatever_that_is(tmp_path):
    command = KINDS["retrain"].command(Settings(project=tmp_path), Retraining(promote=True, why="--promote\n-x \x00 ; rm"), ANNA)
    assert command[3:] == ["sayso", "retrain", "--project", str(tmp_path), "--json", "--promote", "--why=--promote -x \ufffd ; rm (Anna)"]
    assert "--promote" not in KINDS["retrain"].command(Settings(project=tmp_path), Retraining(), ANNA)
    assert KINDS["retrain"].obstacle(Settings(project=tmp_path)) is not None
    (tmp_path / "sayso.yaml").write_text("name: x\n")
    assert KINDS["retrain"].obstacle(Settings(project=tmp_path)) is None


def test_nothing_is_promoted_without_a_reason():
    with pytest.raises(ValueError, match="say `why`"):
        Retraining(promote=True, why=" \n")


def test_kinds_that_stand_in_are_data(tmp_path):
    assert by(FAILS)["retrain"].command(Settings(project=tmp_path), Retraining(), ANNA)[-1] == str(tmp_path)


def test_a_folder_in_which_another_databases_job_still_runs_is_not_taken(tmp_path, database_url):
    with (
        jobs_of(tmp_path, f"sqlite:///{tmp_path / 'old.db'}", GIVES_WAY) as old,
        jobs_of(tmp_path, database_url, GIVES_WAY) as jobs,
    ):
        begin(old)
        with pytest.raises(InputError, match="another database"):
            begin(jobs)
        assert jobs.latest() == []
        assert old.one(1).is_open
