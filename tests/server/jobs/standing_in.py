"""Commands that stand in for what takes minutes, and what is needed to look at how they go."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from sayso.server.access.roles import Who
from sayso.server.audit import entries
from sayso.server.jobs.folder import folder_of
from sayso.server.jobs.jobs import Jobs
from sayso.server.jobs.kinds import RETRAIN_STEPS, Kind, Retraining
from sayso.server.settings import Settings
from sayso.server.store import open_database

TESTS = str(Path(__file__).parents[2])
ANNA = Who("0a1b2c3d", "Anna", "admin")
BEGINS = """
import json, os, signal, sys, time
from pathlib import Path
project = Path(sys.argv[1])
def at(step, done, total):
    file = Path(os.environ["SAYSO_PROGRESS_FILE"])
    file.with_suffix(".part").write_text(json.dumps({"step": step, "done": done, "total": total, "at": "2026-05-04T10:00:00+00:00"}))
    file.with_suffix(".part").replace(file)
def wait_to_go():
    while not (project / "go").exists():
        time.sleep(0.02)
print("begun", file=sys.stderr, flush=True)
"""
SUCCEEDS = (
    BEGINS
    + """
at("train", 30, 100)
wait_to_go()
print("trained", file=sys.stderr)
print(json.dumps({"model": "tiny", "version": 3, "held": True}))
"""
)
FAILS = (
    BEGINS
    + """
print("error: there are no labels", file=sys.stderr)
sys.exit(3)
"""
)
GIVES_WAY = (
    BEGINS
    + """
try:
    wait_to_go()
except KeyboardInterrupt:
    print("tidied up", file=sys.stderr)
    sys.exit(130)
"""
)
STUBBORN = (
    BEGINS
    + """
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: print("no", number, file=sys.stderr, flush=True))
at("ready", 0, 0)
while True:
    wait_to_go()
"""
)


def by(program, seconds=0.3, obstacle=None):
    """The kinds of jobs of a server whose retraining is this program."""

    def command(settings, options, who):
        return [sys.executable, "-c", program, str(settings.project)]

    return {"retrain": Kind(command, lambda settings: obstacle, RETRAIN_STEPS, seconds)}


def serves(program):
    """What stands in for `-m sayso`: the same, but its retraining is this program."""
    patched = (
        f"import sys; sys.path.insert(0, {TESTS!r}); from sayso.server.jobs.kinds import KINDS; from server.jobs.standing_in import by"
    )
    return ("-c", f"{patched}; KINDS.update(by({program!r})); from sayso.cli import main; sys.exit(main())")


@contextlib.contextmanager
def jobs_of(folder, database_url, program, **more):
    """The jobs of one process; nothing of them lives on."""
    settings = Settings(project=folder, database_url=database_url)
    database = open_database(database_url)
    jobs = Jobs(database, settings, by(program, **more))
    jobs.database, jobs.folder = database, lambda number: folder_of(folder, number)
    yield jobs
    until(lambda: nothing_runs(jobs))
    database.close()


def nothing_runs(jobs):
    """Whether no job is left here, after what was has been killed."""
    seen = [jobs.one(one.job.id) for one in jobs.latest()]
    left = [one.job for one in seen if one.is_open and not one.is_elsewhere]
    for job in left:
        kill(job.process)
    return not left


def kill(session):
    """Kill every process of a session."""
    for name in filter(str.isdecimal, os.listdir("/proc")) if session else ():
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(int(name)) == session:
                os.kill(int(name), signal.SIGKILL)


def begin(jobs, who=ANNA, **options):
    return jobs.begin("retrain", Retraining(**options), who)


def until(condition, seconds=20):
    """What the condition gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def ended(jobs, number, seconds=60):
    """The job when it has ended."""
    return until(lambda: (seen := jobs.one(number)) and not seen.is_open and seen, seconds)


def at_step(jobs, number, name):
    """The job when it is at a step."""
    return until(lambda: (seen := jobs.one(number)) and seen.job.state == "running" and seen.step and seen.step.name == name and seen)


def audited(jobs, action):
    """What the audit log has of an action, the newest first."""
    with jobs.database.reading() as transaction:
        return entries(transaction, action=action)
