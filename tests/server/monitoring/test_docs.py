"""What docs/ says of a server is so: its variables, its answers, its metrics."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from running import client_of, server_at, settings_in
from sayso.server.settings import OTHER_NAMES, PREFIX, Settings

DOCS = Path(__file__).parents[3] / "docs"
OPTIONS = {"SAYSO_HOST", "SAYSO_PORT", "SAYSO_WORKERS", "SAYSO_BEHIND"}
"""Those of `sayso serve` that are no settings of a process."""
CHANGES = {"request_id", "version", "since"}


def rows():
    """{variable: its default, as the table has it}."""
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(SAYSO_\w+)` \| ([^|]*?) \|", text, re.MULTILINE))


def test_every_variable_is_in_the_table_and_no_other():
    assert set(rows()) == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OPTIONS
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    assert all(f"`{other}`" in text for others in OTHER_NAMES.values() for other in others)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_default_is_what_the_table_says(name):
    default = Settings.model_fields[name].get_default(call_default_factory=True)
    said = rows()[f"{PREFIX}{name.upper()}"]
    if default is None:
        assert not said.startswith("`"), "the table says in words what happens without it"
    else:
        assert said == f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_the_answers_that_are_shown_are_those_that_come(tmp_path):
    settings_in(tmp_path)
    text = (DOCS / "serve.md").read_text(encoding="utf-8")
    shown = re.findall(r"```sh\n(curl .*?)```\s+```json\n(.*?)```", text, re.DOTALL)
    assert len(shown) == 6
    with server_at(tmp_path) as server:
        for command, expected in shown:
            asked = command.replace("curl ", "curl -sS ", 1).replace("http://127.0.0.1:8080", server.address)
            result = subprocess.run(["sh", "-c", asked], env={**os.environ, "TOKEN": server.token}, capture_output=True, check=True)
            assert alike(json.loads(expected), json.loads(result.stdout)), f"{command} answered {result.stdout.decode()}"


def alike(shown, found, name=""):
    """Whether two answers differ in nothing but ids, moments and the last digits of numbers."""
    if isinstance(shown, dict):
        return isinstance(found, dict) and list(shown) == list(found) and all(alike(shown[key], found[key], key) for key in shown)
    if isinstance(shown, list):
        return len(shown) == len(found) and all(alike(one, other) for one, other in zip(shown, found, strict=True))
    if isinstance(shown, float):
        return shown == pytest.approx(found, abs=0.001)
    return shown == found or (name in CHANGES and isinstance(found, str))


def test_every_metric_is_described(tmp_path):
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    with client_of(settings_in(tmp_path)) as client:
        client.post("/v1/classify", json={"text": "who calls login"})
        client.app.state.server.monitoring.drift.check()
        shown = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.MULTILINE))
    described = set(re.findall(r"^\| `(sayso_\w+)`", text, re.MULTILINE))
    assert shown - described == set()
    assert described - shown == set()
