"""`GET /v1/shadow` tells experts how the candidate compares with production, in the form that the docs show."""

import json
import re
import time
from pathlib import Path

import pytest

from running import client_of, settings_in
from tiny_model import INTENT, write_bundle

OTHER = {"intent": INTENT | {"labels": [label for label in INTENT["labels"] if label != "FindCallers"]}}
DOCS = Path(__file__).parents[3] / "docs" / "serve.md"


@pytest.fixture
def settings(tmp_path, database_url):
    candidate = write_bundle(tmp_path / "candidate", OTHER, name="other")
    return settings_in(tmp_path, shadow=str(candidate), shadow_share=1.0, database_url=database_url)


def shown(client):
    answer = client.get("/v1/shadow")
    assert answer.status_code == 200, answer.text
    return answer.json()


def compared(client, answers):
    """What is told once so many answers are in the database."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        client.app.state.server.monitoring.comparisons.write()
        if (found := shown(client))["answers"] == answers:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def keys_of(value):
    if isinstance(value, dict):
        return {name: keys_of(one) for name, one in value.items()}
    return keys_of(value[0]) if isinstance(value, list) else None


def running(client):
    end = time.monotonic() + 10
    while shown(client)["state"] != "running":
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_figures_are_those_of_what_was_asked(settings):
    with client_of(settings, "expert") as client:
        running(client)
        for text in ("who calls login", "draw the graph", "draw a diagram", "grep for TODO"):
            client.post("/v1/classify", json={"text": text})
        found = compared(client, 4)
        assert (found["agreement"], found["share"], found["problem"]) == (0.75, 1.0, None)
        assert found["low"] < 0.75 < found["high"]
        assert (found["production"]["name"], found["candidate"]["name"], found["source"]) == ("tiny", "other", settings.shadow)
        assert [(one["production"], one["answers"], one["share"]) for one in found["differences"]] == [("FindCallers", 1, 0.25)]
        assert all(found[figure][side] > 0 for figure in ("confidence", "milliseconds") for side in ("production", "candidate"))
        example = json.loads(re.search(r"`GET /v1/shadow`.*?```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1])
        assert keys_of(example) == keys_of(found)


def test_without_a_candidate_it_says_so(tmp_path):
    with client_of(settings_in(tmp_path), "expert") as client:
        found = shown(client)
        assert (found["state"], found["candidate"], found["answers"], found["agreement"]) == ("none", None, 0, None)
        assert found["production"]["name"] == "tiny"


def test_a_candidate_that_does_not_run_is_told_of(tmp_path):
    with client_of(settings_in(tmp_path, shadow="registry:nobody"), "expert") as client:
        end = time.monotonic() + 10
        while (found := shown(client))["state"] != "refused" and time.monotonic() < end:
            time.sleep(0.02)
        assert "nobody" in found["problem"]


def test_a_program_that_only_asks_is_not_told(tmp_path):
    with client_of(settings_in(tmp_path)) as client:
        assert client.get("/v1/shadow").status_code == 403
