"""`sayso label` in a real terminal, from a script, and killed in the middle."""

import contextlib
import json
import os
import signal
import subprocess
import time

import pytest

from person import SAYSO, Terminal, needs_a_terminal
from sayso.examples import read_examples
from sayso.project import Project
from tiny_model import CODE_SEARCH, INTENTS, write_bundle

ONE = """\
name: tiny
heads:
  intent:
    type: choice
    labels:
      buy: {description: Wants to buy., examples: [order two loaves], tie_breakers: ["price or purchase in doubt: buy"]}
      hours: Asks when the shop is open.
      other: Anything else.
"""
THREE = """\
name: tiny
heads:
  intent: {type: choice, labels: [buy, hours, other]}
  topics: {type: tags, labels: [bread, cake]}
  urgency: {type: score, description: From can wait to now.}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sayso.yaml").write_text(ONE)
    (tmp_path / "q.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in ("two loaves", "open?", "hi", "a cake")))
    return tmp_path


@pytest.fixture
def sayso(folder):
    def sayso(*args, typed="", **environment):
        return subprocess.run(
            [*SAYSO, *map(str, args)], input=typed, cwd=folder, env=os.environ | environment,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip

    return sayso


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def labels(path, head="intent"):
    return {row["text"]: row[head] for row in rows(path) if head in row}


def test_each_line_of_a_script_is_an_answer(sayso, folder):
    result = sayso("label", "q.jsonl", typed="1\nhou\nn or a greeting?\nother\nBUY\n")
    assert result.returncode == 0, result.stderr
    assert "4 of 4 labelled; the labels are in q.labels.jsonl" in result.stderr
    assert labels(folder / "q.labels.jsonl") == {"two loaves": "buy", "open?": "hours", "hi": "other", "a cake": "buy"}
    assert rows(folder / "q.labels.jsonl")[2]["notes"] == "or a greeting?"
    assert len(list(read_examples(folder / "q.labels.jsonl", Project.load(folder).heads))) == 4


def test_quitting_keeps_what_was_said_and_the_next_time_goes_on(sayso, folder):
    assert sayso("label", "q.jsonl", typed="1\nq\n").returncode == 0
    assert labels(folder / "q.labels.jsonl") == {"two loaves": "buy"}
    result = sayso("label", "q.jsonl", typed="2\n")
    assert "2 of 4" in result.stdout and "two loaves" not in result.stdout
    assert labels(folder / "q.labels.jsonl") == {"two loaves": "buy", "open?": "hours"}


def test_a_label_may_be_taken_back_and_a_text_put_off(sayso, folder):
    result = sayso("label", "q.jsonl", typed="1\nu\ns\n2\n3\n1\nbuy\n")
    assert "taken back: buy" in result.stdout
    assert labels(folder / "q.labels.jsonl") == {"open?": "hours", "hi": "other", "a cake": "buy", "two loaves": "buy"}


def test_a_script_that_errs_stops_there_before_every_further_line_means_another_text(sayso, folder):
    result = sayso("label", "q.jsonl", typed="1\nhuors\n3\n3\n")
    assert result.returncode == 3
    assert "stdin:2: 'huors' is not one of the labels; did you mean 'hours'?" in result.stderr
    assert labels(folder / "q.labels.jsonl") == {"two loaves": "buy"}


def test_every_kind_of_head_is_asked_in_turn(sayso, folder):
    (folder / "sayso.yaml").write_text(THREE)
    result = sayso("label", "q.jsonl", typed="buy\nbread; 2\n0,25\nhours\n-\n1\n")
    assert result.returncode == 0, result.stderr
    assert (
        rows(folder / "q.labels.jsonl")[0] | {"intent": "buy", "topics": ["bread", "cake"], "urgency": 0.25}
        == rows(folder / "q.labels.jsonl")[0]
    )
    assert labels(folder / "q.labels.jsonl", "topics")["open?"] == []
    assert "stdin:1: 'urgency' is a number from 0 to 1, found 7.0" in sayso("label", "q.jsonl", "--head", "urgency", typed="7\n").stderr


def test_one_head_alone_may_be_asked_about(sayso, folder):
    (folder / "sayso.yaml").write_text(THREE)
    sayso("label", "q.jsonl", "--head", "topics", typed="cake\n")
    assert [row for row in rows(folder / "q.labels.jsonl") if row["topics"] == ["cake"] and "intent" not in row]
    result = sayso("label", "q.jsonl", "--head", "topic")
    assert result.returncode == 2 and "did you mean 'topics'?" in result.stderr


def test_the_guide_shows_what_sayso_yaml_says(sayso):
    result = sayso("label", "--guide")
    assert result.returncode == 0
    for told in ("buy", "Wants to buy.", "→ price or purchase in doubt: buy", "“order two loaves”", "hours"):
        assert told in result.stdout
    one = sayso("label", "q.jsonl", typed="g hours\n").stdout
    assert "Asks when the shop is open." in one and "Wants to buy." not in one


def test_what_the_model_says_is_shown_unless_one_wants_to_be_blind(sayso, folder):
    (folder / "q.jsonl").write_text(
        '{"text": "sure", "scores": {"buy": 0.97, "hours": 0.03}}\n{"text": "unsure", "label": "other", "confidence": 0.4}\n'
    )
    seen = sayso("label", "q.jsonl").stdout
    assert "model: other 0.40, buy 0.30, hours 0.30" in seen
    blind = sayso("label", "q.jsonl", "--blind").stdout
    assert "unsure" in blind and "model" not in blind


def test_the_bundle_is_asked_what_it_is_unsure_of(sayso, folder):
    write_bundle(folder / "build" / "bundle", CODE_SEARCH)
    (folder / "sayso.yaml").write_text(f"name: tiny\nheads: {{intent: {{type: choice, labels: [{', '.join(INTENTS)}]}}}}\n")
    (folder / "q.txt").write_text("grep text\nxyz\n")
    result = sayso("label", "q.txt", typed="TextSearch\n")
    assert result.stdout.index("xyz") < result.stdout.index("model: ")
    assert labels(folder / "q.labels.jsonl") == {"xyz": "TextSearch"}
    (folder / "build" / "bundle" / "model.onnx").write_bytes(b"broken")
    assert "in the order of the file, since the project's model does not work" in sayso("label", "q.txt").stderr


def test_the_report_tells_how_far_one_is(sayso, folder):
    sayso("label", "q.jsonl", typed="1\n2\n")
    result = sayso("label", "q.jsonl", "--report")
    assert "4 texts: 2 labelled, 0 in part, 2 waiting" in result.stdout and "of 200" in result.stdout
    told = json.loads(sayso("label", "q.jsonl", "--report", "--json").stdout)
    assert told["labels"] == {"intent": {"buy": 1, "hours": 1, "other": 0}}


def test_two_people_see_how_far_they_agree(sayso, folder):
    sayso("label", "q.jsonl", "--out", "anna.jsonl", typed="1\n2\n3\n1\n")
    sayso("label", "q.jsonl", "--out", "bo.jsonl", typed="1\n2\n3\n3\n")
    result = sayso("label", "q.jsonl", "--out", "anna.jsonl", "--beside", "bo.jsonl")
    assert "the same of 75% of 4 texts; kappa 0.64" in result.stdout
    assert "intent: buy, there other\n  a cake" in result.stdout
    told = json.loads(sayso("label", "q.jsonl", "--out", "anna.jsonl", "--beside", "bo.jsonl", "--json").stdout)
    assert told["beside"]["heads"]["intent"]["labels"]["hours"]["share"] == 1.0


def test_the_result_may_be_a_table(sayso, folder):
    (folder / "q.txt").write_text("=1+1\nopen?\n")
    sayso("label", "q.txt", "--out", "out.csv", typed="n why, though?\n1\n2\n")
    assert (folder / "out.csv").read_text().splitlines()[1].startswith("'=1+1,buy,label,")
    assert labels_of_csv(folder / "out.csv") == {"=1+1": "buy", "open?": "hours"}


def labels_of_csv(path):
    return {row.text: row.labels["intent"] for row in read_examples(path, Project.load(path.parent).heads)}


def test_the_labels_may_go_where_retraining_looks_for_them(sayso, folder):
    sayso("label", "q.jsonl", "--out", "labels/anna.jsonl", typed="1\n2\n")
    sayso("label", "q.jsonl", "--out", "labels/anna.jsonl", typed="3\n")
    assert [path.name for path in (folder / "labels").glob("*.jsonl")] == ["anna.jsonl"]
    assert len(labels(folder / "labels" / "anna.jsonl")) == 3


def test_a_file_that_something_else_wrote_is_not_overwritten(sayso, folder):
    (folder / "mine.jsonl").write_text("precious")
    result = sayso("label", "q.jsonl", "--out", "mine.jsonl", typed="1\n")
    assert result.returncode == 2 and "mine.jsonl is there already" in result.stderr
    assert (folder / "mine.jsonl").read_text() == "precious"
    assert sayso("label", "q.jsonl", "--out", "q.jsonl").returncode == 2


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["label"], 2, "name the file with the texts"),
        (["label", "no.jsonl"], 3, "no.jsonl: this file is missing"),
        (["label", "q.jsonl", "--project", "nowhere"], 3, "no project here"),
        (["label", "q.jsonl", "--out", "out.xlsx"], 2, "ends in none of .jsonl, .csv"),
    ],
)
def test_what_cannot_be_done_is_told(sayso, args, code, message):
    result = sayso(*args)
    assert (result.returncode, message in result.stderr) == (code, True), result.stderr


def test_personal_data_stays_out_of_every_file_that_is_written(sayso, folder):
    (folder / "q.jsonl").write_text('{"text": "write to anna@example.com"}\n')
    result = sayso("label", "q.jsonl", "--redact", typed="1\n")
    assert "write to <email>" in result.stdout
    written = "".join(path.read_text() for path in folder.glob("q.labels*"))
    assert "write to <email>" in written and "anna" not in written + result.stdout


def test_odd_texts_do_no_harm_to_a_narrow_terminal(sayso, folder):
    texts = ["مرحبا \u202eback\u202c 👨‍👩‍👧\n\x1b[31mred\x07\r\nnext", "x" * 5000, "half \ud800", "[bold]no markup[/bold]"]
    (folder / "q.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    result = sayso("label", "q.jsonl", typed="1\nm\n1\n1\n1\n", COLUMNS="20", NO_COLOR="1", TERM="dumb")
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout and "\u202e" not in result.stdout
    assert "👨‍👩‍👧" in result.stdout and "[bold]no markup[/bold]" in result.stdout
    assert "more characters; m" in result.stdout and "x" * 5000 in result.stdout.replace("\n", "")
    assert set(labels(folder / "q.labels.jsonl")) == set(texts)


MANY = [f"label{number:02}" for number in range(1, 36)]


def test_more_labels_than_digits_have_letters_and_the_rest_are_typed(sayso, folder):
    (folder / "sayso.yaml").write_text(f"name: tiny\nheads: {{intent: {{type: choice, labels: [{', '.join(MANY)}]}}}}\n")
    result = sayso("label", "q.jsonl", typed="a\nlabel35\n9\n35\n")
    assert "a label10" in result.stdout and " n label" not in result.stdout and " q label" not in result.stdout
    assert list(labels(folder / "q.labels.jsonl").values()) == ["label10", "label35", "label09", "label35"]


def test_a_label_may_be_called_like_a_command(sayso, folder):
    (folder / "sayso.yaml").write_text("name: tiny\nheads: {intent: {type: choice, labels: [q, s, n why]}}\n")
    sayso("label", "q.jsonl", typed="q\ns\nn why\n")
    assert list(labels(folder / "q.labels.jsonl").values()) == ["q", "s", "n why"]


@needs_a_terminal
def test_one_key_is_one_label_in_a_terminal(folder):
    person = Terminal(folder, "label", "q.jsonl")
    person.wait_for("1 buy   2 hours   3 other")
    person.press("1", then="open?")
    person.wait_for("3 other")
    os.write(person.handle, b"\x1b[B")  # an arrow is no label
    time.sleep(0.5)
    person.press("9", then="n: note")
    person.press("è", then="n: note")
    person.press("n", then="note: ")
    person.press("shop, or web site?\n", then="3 other")
    person.press("g", then="guide to")
    person.press("buy\n", then="order two loaves")
    person.wait_for("3 other")
    person.press("\n", then="label: ")
    person.press("huors\n", then="did you mean 'hours'?")
    person.press("/", then="label: ")
    person.press("ho\n", then="intent: hours")
    person.wait_for("3 other")
    person.press("u", then="taken back: hours")
    person.wait_for("3 other")
    person.press("s", then="hi")
    person.press("\x03", then="interrupted; the same command goes on from there")
    assert person.end() == 130
    assert labels(folder / "q.labels.jsonl") == {"two loaves": "buy"}
    person = Terminal(folder, "label", "q.jsonl")
    person.wait_for("hi")
    person.press("\x04", then="1 of 4 labelled")
    assert person.end() == 0


@needs_a_terminal
def test_tags_are_put_together_and_numbers_typed_in_a_terminal(folder):
    (folder / "sayso.yaml").write_text(THREE)
    person = Terminal(folder, "label", "q.jsonl")
    person.wait_for("3 other")
    person.press("1", then="then Enter; / to type one")
    person.press("1", then="bread   (Enter: done)")
    person.press("/", then="tag: ")
    person.press("ca\n", then="bread, cake   (Enter: done)")
    person.press("1", then="cake   (Enter: done)")
    person.press("\r", then="topics: cake")
    person.wait_for("then Enter")
    person.press("0", then="0 to 1: 0")
    person.press(".75\n", then="urgency: 0.75")
    person.wait_for("3 other")
    person.press("q", then="1 of 4 labelled")
    assert person.end() == 0
    row = rows(folder / "q.labels.jsonl")[0]
    assert (row["intent"], row["topics"], row["urgency"]) == ("buy", ["cake"], 0.75)


def test_whatever_was_answered_survives_a_kill(sayso, folder):
    texts = [f"text {number}" for number in range(2000)]
    (folder / "q.txt").write_text("\n".join(texts))
    process = subprocess.Popen([*SAYSO, "label", "q.txt"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    told = 0
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write("1\n" * 2000)
    for line in process.stdout:
        told += line == "intent: buy\n"
        if told == 50:
            process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    assert not (folder / "q.labels.jsonl").exists()
    assert sayso("label", "q.txt", "--report").returncode == 0
    done = labels(folder / "q.labels.jsonl")
    assert told <= len(done) <= 2000
    assert list(done) == texts[: len(done)]


def test_pieces_of_a_text_are_not_asked_about(folder, sayso):
    slots = "  slots: {type: spans, labels: [number, name]}\n"
    (folder / "sayso.yaml").write_text(ONE + slots)
    assert sayso("label", "q.jsonl", typed="1\n").returncode == 0
    assert [row.keys() & {"intent", "slots"} for row in rows(folder / "q.labels.jsonl")] == [{"intent"}]
    (folder / "sayso.yaml").write_text("name: tiny\nheads:\n" + slots)
    refused = sayso("label", "q.jsonl", "--out", "other.jsonl")
    assert refused.returncode == 2
    assert "people are not asked which pieces of a text are marked" in refused.stderr
