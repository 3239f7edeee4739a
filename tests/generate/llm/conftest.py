import pytest

from generate.llm.endpoint import Endpoint, bakery, good_answers
from sayso.artifacts import no_progress
from sayso.generate.llm import Settings, generate_with_llm


@pytest.fixture
def project(tmp_path):
    return bakery(tmp_path)


@pytest.fixture
def endpoint():
    """A running server whose answers are good until a test says otherwise."""
    with Endpoint(good_answers()).running() as running:
        yield running


@pytest.fixture
def generate(project, endpoint):
    """Generation against the server: small batches, one after the other, few retries."""

    def run(progress=no_progress, **changes):
        of = changes.pop("project", project)
        settings = {"num": 24, "batch": 8, "concurrency": 1, "retries": 2, "timeout": 10.0} | changes
        return generate_with_llm(of, Settings(endpoint.url, "small", **settings), progress)

    return run
