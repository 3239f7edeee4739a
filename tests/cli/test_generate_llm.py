"""`sayso generate --with llm`, as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generate.llm.endpoint import Endpoint, Say, bakery, examples, good_answers, listing, request, rows_of
from sayso.cli.generate import generate
from sayso.errors import UsageError
from sayso.generate.llm import rows_begun


@pytest.fixture
def project(tmp_path):
    return bakery(tmp_path)


@pytest.fixture
def endpoint():
    with Endpoint(good_answers()).running() as running:
        yield running


@pytest.fixture
def ask(project, endpoint, capsys):
    """The command, with what it printed."""

    def run(**options):
        capsys.readouterr()
        small = {"with_": "llm", "num": 16, "batch": 8, "concurrency": 1, "llm_model": "small", "llm_url": endpoint.url}
        generate(project=project.folder, **(small | options))
        return capsys.readouterr()

    return run


def started(project, endpoint, *options, **environment):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "sayso", "generate", "--with", "llm", "--project", str(project.folder), *options]
    given = {"SAYSO_LLM_URL": endpoint.url, "SAYSO_LLM_MODEL": "small", **environment}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **given})


def test_it_tells_what_was_kept_what_it_cost_and_which_lines_to_add(ask, endpoint):
    good = good_answers()
    bad = examples([request("some orders", listing(limit=5))])
    endpoint.answer = lambda number, asked: bad if number == 0 else good(number, asked)
    told = ask(price_in=1.0, price_out=10.0).err
    assert "16 rows: " in told and " in data/train.jsonl and " in told
    assert "17 looked at: 16 kept, 1 rejected (1 not said)." in told
    assert "3 requests, 0 answers from the cache; 2100 tokens in, 1200 out; 0.0141 USD." in told
    assert "phrasings: " in told
    assert "add to sayso.yaml:\ndata:\n  - {examples: data/train.jsonl, split: train}\n" in told


def test_json_is_the_whole_summary_and_nothing_else(ask):
    document = json.loads(ask(as_json=True).out)
    assert document["kept"] == 16 and document["asked"] == 16 and document["stopped"] == "done"
    assert document["usage"]["tokens_in"] == 1400 and document["diversity"]["rows"] == 16


def test_a_limit_on_the_cost_is_told_with_what_to_do(ask):
    told = ask(price_in=1.0, price_out=10.0, max_cost=0.03, num=160).err
    assert "16 of 160 rows: the next batch could have cost more than --max-cost leaves" in told


def test_a_model_that_is_of_no_use_is_told_with_where_to_look(ask, endpoint):
    endpoint.answer = lambda *_: Say("no")
    assert "0 of 16 rows: too little of what the model wrote could be kept; data/rejected.jsonl says why" in ask().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"with_": None}, "--num goes with --with llm"),
        ({"with_": None, "num": None, "batch": None, "concurrency": None, "llm_max_tokens": 5}, "--llm-max-tokens goes with --with llm"),
        ({"with_": "lm"}, "--with lm: rows can be asked of no such thing; did you mean 'llm'"),
        ({"output": Path("x.jsonl")}, "--output does not go with --with llm"),
        ({"llm_url": None}, "give --llm-url or set SAYSO_LLM_URL"),
    ],
)
def test_options_that_do_not_go_together_are_refused(ask, options, told):
    with pytest.raises(UsageError, match=told):
        ask(**options)


def test_the_address_in_the_environment_is_no_hindrance_without_with(project, endpoint, tmp_path):
    generate(project=project.folder, llm_url=endpoint.url, llm_model="small", output=tmp_path / "rows.jsonl", samples_per_intent=5)
    assert endpoint.requests == [] and (tmp_path / "rows.jsonl").exists()


def test_after_a_kill_the_same_command_goes_on_with_the_rows_that_were_finished(project, endpoint):
    good = good_answers()
    endpoint.answer = lambda number, asked: good(number, asked) if number < 3 else Say(after=60)
    process = started(project, endpoint, "--num", "40", "--batch", "8", "--concurrency", "2")
    wait_for(lambda: len(endpoint.requests) >= 4 and rows_begun(project) == 24)
    process.kill()
    process.wait(10)
    assert not (project.folder / "data" / "train.jsonl").exists()
    kept = [row["instruction"] for entry in rows_of(project.folder / "data" / "train_progress.jsonl")[1:] for row in entry["rows"]]
    endpoint.answer = lambda number, asked: good(number, asked)
    before, asked_before = len(endpoint.requests), set(endpoint.prompts[:3])
    process = started(project, endpoint, "--num", "40", "--batch", "8", "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "going on from 24 rows in data/train_progress.jsonl" in err
    assert json.loads(out)["went_on_from"] == 24 and len(endpoint.requests) == before + 2
    assert not asked_before & set(endpoint.prompts[before:])
    texts = [row["instruction"] for name in ("train", "train_val") for row in rows_of(project.folder / "data" / f"{name}.jsonl")]
    assert len(texts) == len(set(texts)) == 40 and set(kept) < set(texts)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interruption_ends_it_at_once_and_says_that_it_goes_on(project, endpoint):
    good = good_answers()
    endpoint.answer = lambda number, asked: good(number, asked) if number < 2 else Say(after=60)
    process = started(project, endpoint, "--num", "40", "--batch", "8")
    wait_for(lambda: len(endpoint.requests) >= 3 and rows_begun(project) == 16)
    since = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - since < 10 and process.returncode == 130
    assert "16 rows are in data/train_progress.jsonl; the same command goes on from there" in err
    assert "Traceback" not in err


def test_the_key_is_neither_printed_nor_kept(project, endpoint):
    process = started(project, endpoint, "--num", "8", "--batch", "8", "--json", "--verbose", SAYSO_LLM_KEY="very-secret")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and endpoint.keys == ["Bearer very-secret"]
    files = [path.read_text(errors="replace") for path in project.folder.rglob("*") if path.is_file()]
    assert all("very-secret" not in text for text in [out, err, *files])


def wait_for(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
