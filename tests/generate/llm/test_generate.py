"""What a user can rely on when rows are asked of a language model, whatever its server does. The server is a real one, on this machine."""

import asyncio
import json
from itertools import count

import pytest

from generate.llm.endpoint import (
    TOKENS_IN,
    TOKENS_OUT,
    Endpoint,
    Say,
    bakery,
    cancel,
    examples,
    good_answers,
    listing,
    orders,
    request,
    rows_of,
    wanted,
)
from sayso.errors import DataError, MissingExtra, Unreachable, UsageError
from sayso.examples import normal_form
from sayso.generate.llm import Settings, generate_with_llm, rows_begun
from sayso.generate.llm.client import _pause
from sayso.generate.llm.files import is_for_validation
from sayso.project import Project


def texts_in(project):
    return [row["instruction"] for name in ("train", "train_val") for row in rows_of(project.folder / "data" / f"{name}.jsonl")]


def after(first, then=None):
    """An answer function that gives these answers first, and then good ones."""
    then = then or good_answers()
    return lambda number, asked: first[number] if number < len(first) else then(number - len(first), asked)


def test_as_many_rows_as_wanted_are_written_and_nothing_else_is_left(generate, project, endpoint):
    summary = generate()
    assert summary.stopped == "done" and summary.kept == 24 and summary.batches == 3 and len(endpoint.requests) == 3
    assert sorted(path.name for path in (project.folder / "data").iterdir()) == ["rejected.jsonl", "train.jsonl", "train_val.jsonl"]
    assert sum(summary.files.values()) == len(set(texts_in(project))) == 24
    assert rows_of(project.folder / "data" / "rejected.jsonl") == []
    assert summary.diversity["rows"] == 24


def test_every_row_has_an_instruction_a_context_and_an_output(generate, project):
    generate()
    for row in rows_of(project.folder / "data" / "train.jsonl"):
        assert list(row) == ["instruction", "context", "output"] and isinstance(row["output"], dict)


def test_a_tenth_is_for_validation_and_a_text_is_always_in_the_same_file(generate, project):
    generate(num=200, batch=50)
    validation = [row["instruction"] for row in rows_of(project.folder / "data" / "train_val.jsonl")]
    assert 8 <= len(validation) <= 35
    assert all(is_for_validation(text) == is_for_validation(f"  {text.upper()}!") == (text in validation) for text in texts_in(project))


def test_the_rows_can_be_named_as_data_and_are_read(generate, project):
    from sayso.generate import gather

    summary = generate(num=100, batch=50)
    assert summary.add_to_data == ["- {examples: data/train.jsonl, split: train}", "- {examples: data/train_val.jsonl, split: val}"]
    lines = "data:\n" + "\n".join(f"  {line}" for line in summary.add_to_data)
    with (project.folder / "sayso.yaml").open("a") as file:
        file.write(lines + "\ngenerate: {rows_per_command: 10}\n")
    named = Project.load(project.folder)
    gathered = gather(named)
    texts = {row.text for split in ("train", "val") for row in gathered.fixed[split]}
    assert set(texts_in(project)) <= texts
    assert generate(project=named, num=100).add_to_data == []


def test_what_is_rejected_is_written_with_its_reason(generate, project, endpoint):
    bad = [
        request("some orders", listing(limit=5)),
        request("bake", {"type": "command", "command": "bake"}),
        {"instruction": "x", "reason": "none"},
    ]
    endpoint.answer = after([examples([*bad, *orders([901]), *orders([901])])])
    summary = generate()
    assert summary.rejected == {"not said": 1, "schema": 1, "form": 1, "duplicate": 1}
    rejected = rows_of(project.folder / "data" / "rejected.jsonl")
    assert [row["reason"].partition(":")[0] for row in rejected] == ["not said", "schema", "form", "duplicate"]
    assert rejected[0]["instruction"] == "some orders" and "'limit'" in rejected[0]["reason"]
    assert summary.asked == summary.kept + 4


def test_a_text_that_is_there_already_is_not_taken_again(generate, project, endpoint):
    (project.folder / "sayso.yaml").write_text(
        "name: bake\ncommands: schema.yaml\ndata: [{examples: mine.jsonl, split: test}, {examples: data/train.jsonl}]\n"
    )
    (project.folder / "mine.jsonl").write_text(json.dumps(request("please cancel order 901", cancel(901))) + "\n")
    repeated = [request("Please cancel: order 901!", cancel(901)), *orders([902])]
    endpoint.answer = after([examples(repeated), examples(repeated)])
    summary = generate(project=Project.load(project.folder), batch=2, num=3)
    assert summary.rejected == {"duplicate": 3}
    assert not any(normal_form(text) == "please cancel order 901" for text in texts_in(project))


def test_a_refusal_for_the_moment_is_tried_again_and_told(generate, endpoint):
    told = []
    busy = Say(status=429, headers={"Retry-After": "0.1"})
    endpoint.answer = after([busy, Say(status=503), Say(status=500)], good_answers())
    assert generate(retries=3, progress=lambda doing, done, total: told.append(doing)).kept == 24
    assert len(endpoint.requests) == 3 + 3
    assert [one for one in told if "again" in one][:2] == [
        f"{endpoint.url} answers 429; trying again, 1 of 3",
        f"{endpoint.url} answers 503; trying again, 2 of 3",
    ]


def test_a_slow_server_is_asked_again(generate, endpoint):
    endpoint.answer = after([Say(after=5)])
    assert generate(timeout=0.5).kept == 24
    assert len(endpoint.requests) == 1 + 3


def test_a_server_that_stays_away_ends_the_work_and_the_next_run_goes_on(generate, project, endpoint):
    good = good_answers()
    endpoint.answer = lambda number, asked: good(number, asked) if number < 2 else Say(status=500)
    with pytest.raises(Unreachable, match=r"answers 500.*the same command goes on from there"):
        generate(retries=1)
    assert rows_begun(project) == 16 and not (project.folder / "data" / "train.jsonl").exists()
    endpoint.answer = lambda number, asked: good(number, asked)
    before = len(endpoint.requests)
    summary = generate()
    assert summary.went_on_from == 16 and summary.kept == 24 and len(endpoint.requests) == before + 1
    assert endpoint.prompts[-1] not in endpoint.prompts[:2]


def test_what_is_under_way_beside_a_failure_is_kept(generate, project, endpoint):
    good = good_answers()

    def answer(number, asked):
        if "This is batch 1:" in asked["messages"][1]["content"]:
            return Say(status=404)
        said = good(number, asked)
        said.after = 0.7
        return said

    endpoint.answer = answer
    with pytest.raises(UsageError):
        generate(concurrency=2)
    assert rows_begun(project) == 8


def test_a_server_that_is_not_there_is_told_with_its_address(project):
    with Endpoint(good_answers()).running() as gone:
        url = gone.url
    with pytest.raises(Unreachable, match=r"no connection to http://127\.0\.0\.1"):
        generate_with_llm(project, Settings(url, "small", retries=0))
    assert not (project.folder / "data").exists()


@pytest.mark.parametrize(("status", "told"), [(401, "is the key in SAYSO_LLM_KEY right"), (404, "--llm-model")])
def test_a_mistake_in_the_settings_is_told_at_once(generate, endpoint, status, told):
    endpoint.answer = lambda *_: Say(status=status, error="no such thing")
    with pytest.raises(UsageError, match=told):
        generate()
    assert len(endpoint.requests) == 1


def test_a_server_of_another_kind_is_told(generate, endpoint):
    endpoint.answer = lambda *_: Say(body={"hello": "world"})
    with pytest.raises(Unreachable, match="does not speak OpenAI's protocol"):
        generate()


FORMS = ({"type": "json_schema"}, {"type": "json_object", "schema": {}}, {"type": "json_object"}, {})


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize("refused", [0, 1, 2, 3])
def test_a_server_that_refuses_a_form_of_answers_is_asked_in_a_simpler_one_at_once(generate, endpoint, refused, status):
    good = good_answers()

    def shape(asked):
        return {key: value if key == "type" else {} for key, value in asked.get("response_format", {}).items() if key != "json_schema"}

    def answer(number, asked):
        return Say(status=status, error="response_format is not supported") if shape(asked) in FORMS[:refused] else good(number, asked)

    endpoint.answer = answer
    assert generate(retries=0).kept == 24
    assert [shape(asked) for asked in endpoint.requests] == [*FORMS[:refused], *[FORMS[refused]] * 3]


def test_a_server_is_asked_for_the_form_of_the_rows(generate, endpoint):
    generate()
    form = endpoint.requests[0]["response_format"]["json_schema"]["schema"]
    assert form["properties"]["examples"]["items"]["required"] == ["instruction", "context", "output"]


@pytest.mark.parametrize(
    ("parameter", "error"),
    [("max_tokens", "Unsupported parameter: use max_completion_tokens instead"), ("seed", "extra_forbidden: seed")],
)
def test_a_parameter_that_a_server_does_not_know_is_left_out(generate, endpoint, parameter, error):
    good = good_answers()
    endpoint.answer = lambda number, asked: Say(status=422, error=error) if parameter in asked else good(number, asked)
    assert generate().kept == 24
    assert parameter not in endpoint.requests[-1] and "response_format" in endpoint.requests[-1]
    assert endpoint.requests[-1].get("max_tokens", endpoint.requests[-1].get("max_completion_tokens")) == 8 * 200 + 300


def test_an_answer_that_is_cut_off_keeps_its_whole_rows(generate, project, endpoint):
    text = json.dumps({"examples": list(orders(range(901, 909)))})
    endpoint.answer = after([Say(text[: text.index("904") + 30], finish="length")])
    summary = generate()
    assert summary.rejected == {"broken": 1}
    assert "please cancel order 901" in texts_in(project)
    (broken,) = rows_of(project.folder / "data" / "rejected.jsonl")
    assert broken["reason"] == "broken" and broken["answer"].startswith('"instruction"')


def test_words_around_the_rows_do_no_harm(generate, endpoint):
    good = good_answers()
    endpoint.answer = lambda number, asked: Say(f"Sure! Here they are:\n```json\n{good(number, asked).text}\n```\nAnything else?")
    assert generate().kept == 24


def test_a_model_that_only_talks_is_given_up_on_and_says_why(generate, project, endpoint):
    endpoint.answer = lambda *_: Say("I cannot do that.")
    summary = generate(give_up_after=4)
    assert summary.stopped == "in_vain" and summary.kept == 0 and len(endpoint.requests) == 4
    assert summary.rejected == {"broken": 4}
    assert rows_of(project.folder / "data" / "rejected.jsonl")[0] == {"reason": "broken", "answer": "I cannot do that."}


def test_a_model_that_repeats_itself_is_given_up_on(generate, endpoint):
    endpoint.answer = lambda number, _: examples(orders([901, 904, 907, 910 + 3 * (number % 5)]))
    summary = generate(num=400, give_up_after=6)
    assert summary.stopped == "in_vain" and summary.kept == 8


def test_the_same_question_is_never_asked_twice_of_the_same_model(generate, project, endpoint):
    generate()
    first = texts_in(project)
    again = generate(force=True)
    assert texts_in(project) == first and len(endpoint.requests) == 3
    assert (again.usage.requests, again.usage.cached, again.usage.tokens_in) == (0, 3, 0)
    generate(force=True, seed=2)
    assert len(endpoint.requests) == 6


def test_rows_from_before_count_and_are_kept(generate, project, endpoint):
    generate()
    first = texts_in(project)
    summary = generate(num=40)
    assert summary.before == 24 and summary.kept == 16 and len(endpoint.requests) == 5
    assert set(first) < set(texts_in(project)) and len(texts_in(project)) == 40
    assert len(set(endpoint.prompts)) == 5


def test_with_enough_rows_nothing_is_asked_and_nothing_changes(generate, project, endpoint):
    endpoint.answer = after([examples([request("some orders", listing(limit=5))])])
    generate()
    before = {path.name: path.read_bytes() for path in (project.folder / "data").iterdir()}
    asked = len(endpoint.requests)
    summary = generate(num=20)
    assert summary.stopped == "done" and summary.kept == 0 and len(endpoint.requests) == asked
    assert {path.name: path.read_bytes() for path in (project.folder / "data").iterdir()} == before


def test_starting_over_leaves_the_old_files_until_there_are_new_ones(generate, project, endpoint):
    generate()
    first = texts_in(project)
    endpoint.answer = lambda *_: Say(status=404)
    with pytest.raises(UsageError):
        generate(force=True, seed=2)
    assert texts_in(project) == first
    endpoint.answer = lambda number, asked: examples(orders(range(9000 + 8 * number, 9008 + 8 * number)))
    generate(force=True, seed=2)
    assert not set(first) & set(texts_in(project)) and len(texts_in(project)) == 24


def test_the_cost_is_what_the_server_counted(generate):
    usage = generate(price_in=1.0, price_out=10.0).usage
    assert (usage.requests, usage.tokens_in, usage.tokens_out, usage.estimated) == (3, 3 * TOKENS_IN, 3 * TOKENS_OUT, 0)
    assert usage.cost == pytest.approx(3 * (TOKENS_IN + 10 * TOKENS_OUT) / 1e6)


def test_tokens_that_no_server_tells_are_estimated_and_said_to_be(generate, endpoint):
    good = good_answers()

    def answer(number, asked):
        said = good(number, asked)
        said.usage = None
        return said

    endpoint.answer = answer
    usage = generate().usage
    assert usage.estimated == 3 and usage.tokens_in > 1000 and usage.tokens_out > 300


@pytest.mark.parametrize("concurrency", [1, 4])
def test_the_cost_never_goes_over_the_limit_and_what_is_there_is_written(generate, project, endpoint, concurrency):
    endpoint.answer = dear()
    prices = {"price_in": 1.0, "price_out": 10.0, "concurrency": concurrency, "num": 800}
    summary = generate(**prices, max_cost=0.1)
    assert summary.stopped == "max_cost"
    assert 0.06 < summary.usage.cost <= 0.1 and summary.usage.requests == len(endpoint.requests)
    assert len(texts_in(project)) == summary.kept == 8 * len(endpoint.requests) < 800
    more = generate(**prices, max_cost=0.2)
    assert more.went_on_from == summary.kept and more.kept > summary.kept
    assert summary.usage.cost < more.usage.cost <= 0.2
    assert len(texts_in(project)) == len(set(texts_in(project))) == more.kept


def dear():
    """Answers as long as they may be."""
    good = good_answers()

    def answer(number, asked):
        said = good(number, asked)
        said.usage = {"prompt_tokens": 2000, "completion_tokens": asked["max_tokens"]}
        return said

    return answer


def test_a_limit_that_is_too_small_for_one_batch_asks_nothing(generate, project, endpoint):
    summary = generate(price_in=1.0, price_out=10.0, max_cost=0.0001)
    assert summary.stopped == "max_cost" and endpoint.requests == [] and summary.files == {}


def test_several_are_asked_at_once_and_no_more_than_that(generate, endpoint):
    good = good_answers()

    def answer(number, asked):
        said = good(number, asked)
        said.after = 0.2
        return said

    endpoint.answer = answer
    assert generate(num=64, concurrency=4).kept == 64
    assert endpoint.most_at_once == 4


def test_two_runs_at_once_are_refused(generate, project):
    from sayso.registry.locks import locked

    with locked(project.build / "llm"), pytest.raises(UsageError, match="another process is generating for this project"):
        generate()


def test_a_finished_batch_that_a_kill_cut_off_is_asked_for_again(generate, project, endpoint):
    good = good_answers()
    endpoint.answer = lambda number, asked: good(number, asked) if number < 2 else Say(status=404)
    with pytest.raises(UsageError):
        generate()
    progress = project.folder / "data" / "train_progress.jsonl"
    progress.write_bytes(progress.read_bytes()[:-40])
    assert rows_begun(project) == 8
    endpoint.answer = lambda number, asked: good(number, asked)
    assert generate().kept == 24


def test_a_file_that_nobody_can_go_on_from_is_told(generate, project):
    progress = project.folder / "data" / "train_progress.jsonl"
    progress.parent.mkdir()
    progress.write_text('{"over": false, "first": 0}\n{"instruction": "x"}\n')
    with pytest.raises(DataError, match=r"train_progress\.jsonl:2: .*--force starts over"):
        generate()
    assert generate(force=True).kept == 24


def test_rows_that_the_schema_no_longer_allows_are_left_out_when_it_goes_on(generate, project, endpoint):
    good = good_answers()
    endpoint.answer = lambda number, asked: good(number, asked) if number < 2 else Say(status=404)
    with pytest.raises(UsageError):
        generate()
    schema = project.folder / "schema.yaml"
    schema.write_text(
        schema.read_text().replace("enum: [open, baked, sold]", "enum: [fresh, baked, sold]").replace("default: open", "default: fresh")
    )
    endpoint.answer = lambda number, asked: examples(orders([3 * (900 + 8 * number + one) for one in range(8)]))
    summary = generate(project=Project.load(project.folder))
    assert summary.went_on_from < 16 and summary.rejected["schema"] == 16 - summary.went_on_from
    assert summary.stopped == "done"


def test_texts_for_labels_are_asked_for_in_a_project_without_commands(tmp_path, endpoint):
    (tmp_path / "sayso.yaml").write_text("name: shop\nheads: {intent: {type: choice, labels: [hours, buy]}}\n")
    numbers = count(1)

    def answer(number, asked):
        rows = [{"text": f"loaf {one} please", "intent": "buy"} for one in (next(numbers) for _ in range(wanted(asked) - 1))]
        return examples([*rows, {"text": "a joke", "intent": "joke"}])

    endpoint.answer = answer
    project = Project.load(tmp_path)
    summary = generate_with_llm(project, Settings(endpoint.url, "small", num=14, batch=8, concurrency=1))
    assert summary.kept == 14 and summary.rejected == {"label": 2}
    assert {tuple(row) for row in rows_of(tmp_path / "data" / "train.jsonl")} == {("text", "intent")}
    assert "- `hours`" in endpoint.prompts[0]


def test_the_key_is_taken_from_the_environment_and_only_needed_elsewhere(generate, endpoint, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("SAYSO_LLM_KEY", raising=False)
    generate()
    with pytest.raises(UsageError, match=r"no key for https://models\.example/v1: set SAYSO_LLM_KEY"):
        Settings("https://models.example/v1", "x").key()
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    generate(seed=2, force=True)
    monkeypatch.setenv("SAYSO_LLM_KEY", "first")
    generate(seed=3, force=True)
    assert [endpoint.keys[place] for place in (0, 3, 6)] == ["Bearer none", "Bearer second", "Bearer first"]


def test_a_server_on_this_machine_is_never_asked_through_a_proxy(generate, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert generate().kept == 24


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"url": ""}, "give --llm-url or set SAYSO_LLM_URL"),
        ({"model": ""}, "give --llm-model or set SAYSO_LLM_MODEL"),
        ({"url": "localhost:8000"}, "no address of a server"),
        ({"batch": 0}, "at least 1"),
        ({"max_cost": 1.0}, "give --price-in and --price-out"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, told):
    with pytest.raises(UsageError, match=told):
        Settings(**({"url": "http://127.0.0.1:1/v1", "model": "x"} | settings))


def test_without_the_package_the_extra_to_install_is_named(generate, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"sayso\[llm\]"):
        generate()


def test_a_project_that_nothing_can_be_asked_for_is_told(tmp_path, endpoint):
    (tmp_path / "sayso.yaml").write_text("name: shop\nheads: {score: {type: score}}\n")
    with pytest.raises(UsageError, match="no head of this project has labels"):
        generate_with_llm(Project.load(tmp_path), Settings(endpoint.url, "small"))


def test_it_can_be_called_from_a_notebook_whose_loop_is_running(generate):
    async def cell():
        return generate()

    assert asyncio.run(cell()).kept == 24


def test_progress_tells_how_many_rows_there_are(project, endpoint):
    seen = []
    generate_with_llm(project, Settings(endpoint.url, "small", num=24, batch=8, concurrency=1), lambda *told: seen.append(told))
    assert seen == [("asking small", done, 24) for done in (0, 8, 16, 24)]


def test_the_progress_file_is_on_disk_after_each_batch(project, endpoint):
    good, lengths = good_answers(), []

    def answer(number, asked):
        lengths.append(rows_begun(project))
        return good(number, asked)

    endpoint.answer = answer
    generate_with_llm(project, Settings(endpoint.url, "small", num=24, batch=8, concurrency=1))
    assert lengths == [0, 8, 16]


def test_a_bakery_in_another_folder_is_another_work(tmp_path, endpoint):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        generate_with_llm(bakery(tmp_path / name), Settings(endpoint.url, "small", num=8, batch=8))
    assert len(endpoint.requests) == 2


def test_each_wait_is_longer_than_the_one_before_unless_the_server_says_how_long(project):
    import httpx2
    import openai

    request_ = httpx2.Request("POST", "http://127.0.0.1/v1")
    waits = [_pause(openai.APITimeoutError(request_), attempt) for attempt in range(12)]
    assert all(0.75 * min(0.5 * 2**attempt, 30) <= wait <= min(0.5 * 2**attempt, 30) for attempt, wait in enumerate(waits))
    busy = openai.RateLimitError("busy", response=httpx2.Response(429, headers={"Retry-After": "7"}, request=request_), body=None)
    assert _pause(busy, 0) == _pause(busy, 5) == 7
