"""The real thing: a model is retrained, promoted and told of by a job; one that is cancelled leaves the registry as it was."""

import contextlib

import pytest

from retrain.conftest import elsewhere, retrained, shop_folder, trained_shop  # noqa: F401
from sayso.registry import aliases_in, versions_in
from sayso.server.jobs.jobs import Jobs
from sayso.server.jobs.outcome import outcome_of
from sayso.server.settings import Settings
from sayso.server.store import open_database
from server.jobs.standing_in import ANNA, audited, begin, ended, kill, until

SECONDS = 300


@pytest.fixture
def jobs(trained_shop, tmp_path, database_url):  # noqa: F811
    """The jobs of a server of a shop that only has to be judged anew."""
    place = trained_shop.folder
    (place / "labels").mkdir()
    (place / "people.jsonl").rename(place / "labels" / "march.jsonl")
    with open(place / "sayso.yaml", "a") as stream:
        stream.write("\nretrain: {test: judge.jsonl}\n")
    settings = Settings(project=place, registry=tmp_path / "registry", database_url=database_url)
    database = open_database(database_url)
    jobs = Jobs(database, settings)
    jobs.database, jobs.registry, jobs.place = database, settings.registry, place
    yield jobs
    database.close()


def test_a_job_retrains_promotes_and_tells_what_came_out(jobs):
    job = begin(jobs, promote=True, why="March's labels")
    steps = set()

    def seen():
        found = jobs.one(job.id)
        steps.add(found.step.name if found.step else None)
        return not found.is_open and found

    found = until(seen, SECONDS)
    assert (found.job.state, found.job.result["exit"]) == ("done", 0), found.log
    outcome = outcome_of(found.job.result["document"])
    assert (outcome.model, outcome.version, outcome.promoted) == ("tiny", 1, True)
    assert [gate.held for gate in outcome.gates] == [True] * len(outcome.gates) != []
    assert outcome.heads["intent"]["accuracy"] > 0.9
    assert len(outcome.by_label("intent")) == 3
    assert outcome.against.rows > 0 and outcome.labels.given > 0
    production = aliases_in(jobs.registry / "tiny")["production"]
    assert (production.after, production.made.why) == (1, "March's labels (Anna)")
    assert steps & set(jobs.kinds["retrain"].steps)
    assert any("labels" in line for line in found.log)
    assert (end := audited(jobs, "job.end")[0].details)["state"] == "done"
    assert (end["version"], end["promoted"]) == ("tiny@1", True)


def test_one_that_is_killed_or_cancelled_registers_nothing_and_the_next_one_goes_on_from_there(jobs):
    text = (jobs.place / "sayso.yaml").read_text()
    (jobs.place / "sayso.yaml").write_text(text.replace("epochs: 8", "epochs: 3000"))
    killed = begin(jobs, why="too long")
    kill(training(jobs, killed.id).job.process)
    assert ended(jobs, killed.id).job.state == "lost"
    cancelled = begin(jobs, why="still too long")
    training(jobs, cancelled.id)
    jobs.cancel(cancelled.id, ANNA)
    found = ended(jobs, cancelled.id)
    assert (found.job.state, found.job.result["exit"]) == ("cancelled", 130), found.log
    with contextlib.suppress(FileNotFoundError):
        assert versions_in(jobs.registry / "tiny") == []
    (jobs.place / "sayso.yaml").write_text(text)
    found = ended(jobs, begin(jobs).id)
    assert (found.job.state, outcome_of(found.job.result["document"]).promoted) == ("done", False), found.log
    assert [version.number for version in versions_in(jobs.registry / "tiny")] == [1]
    assert aliases_in(jobs.registry / "tiny") == {}


def training(jobs, number):
    """The job when it has trained for a moment."""
    return until(lambda: (found := jobs.one(number)).step and found.step.name == "train" and found.step.share and found, SECONDS)
