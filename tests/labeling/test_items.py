"""What waits for a label is read from whatever `sayso predict` writes, and from plain texts."""

import json

import pytest

from sayso import load
from sayso.errors import DataError, SaysoError
from sayso.labeling.items import ask, read_items
from sayso.labeling.labels import HeadLabels, LabelSets, UnknownLabel
from tiny_model import CODE_SEARCH, COMPLEXITY, INTENTS, write_bundle

INTENT = LabelSets({"intent": HeadLabels("choice", INTENTS)}, "intent")
THREE = LabelSets(
    {
        "score": HeadLabels("score", ()),
        "tier": HeadLabels("choice", ("easy", "hard")),
        "domains": HeadLabels("tags", ("coding", "maths")),
    },
    "tier",
)


@pytest.fixture
def read(tmp_path):
    def read(content, name="texts.jsonl", sets=INTENT, **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_items(path, sets, **options)

    return read


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.txt", "who calls login\r\n\n  \ngrep è 🚀\n"),
        ("t.jsonl", '{"text": "who calls login"}\n{"text": " "}\n{"text": "grep è 🚀", "label": "a guess of nobody"}\n'),
        ("t.csv", "\ufefftext,label\nwho calls login,\n,\ngrep è 🚀,TextSearch\n"),
        ("t.json", '[{"text": "who calls login"}, {"text": ""}, {"text": "grep è 🚀"}]'),
    ],
)
def test_texts_are_read_from_any_kind_of_file_and_blank_ones_passed_over(read, name, content):
    items = read(content, name)
    assert [item.text for item in items] == ["who calls login", "grep è 🚀"]
    assert all(item.guesses == {} and item.known == {} for item in items)


def test_a_text_that_came_several_times_waits_once(read):
    items = read('{"text": "a", "id": 1}\n{"text": "b"}\n{"text": "a", "id": 2, "seen": 3}\n')
    assert [(item.text, item.seen, item.other) for item in items] == [("a", 4, {"id": 1}), ("b", 1, {})]


@pytest.mark.parametrize("heads", [CODE_SEARCH, COMPLEXITY], ids=["one head", "three heads"])
def test_what_predict_writes_is_what_the_model_says(read, tmp_path, heads):
    from sayso.examples.predict import predict_file

    sets = INTENT if heads is CODE_SEARCH else THREE
    texts = ["who calls login", "prove the sum", "a small function"]
    with load(write_bundle(tmp_path / "bundle", heads)) as model:
        asked = ask(model, read("\n".join(texts), "t.txt", sets), sets)
        document = {"bundle": "x", "predictions": [{"text": text, **model.predict(text).to_dict()} for text in texts]}
        (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        for name in ("out.jsonl", "out.csv"):
            predict_file(model, tmp_path / "in.jsonl", tmp_path / name, top=20)
    assert all(item.guesses.keys() == sets.heads.keys() for item in asked)
    assert read(json.dumps(document), "t.json", sets) == asked
    for name in ("out.jsonl", "out.csv"):
        found = read_items(tmp_path / name, sets)
        assert [item.guesses for item in found] == [item.guesses for item in asked]


def test_the_model_is_asked_only_where_nothing_is_said_yet(read, tmp_path):
    told = {"text": "grep", "label": "TextSearch", "confidence": 0.3}
    items = read(json.dumps(told) + '\n{"text": "grep this"}')
    with load(write_bundle(tmp_path / "bundle")) as model:
        asked = ask(model, items, INTENT)
    assert asked[0] == items[0]
    assert asked[0].scores("intent")["TextSearch"] == 0.3
    assert next(iter(asked[1].scores("intent"))) == "TextSearch"


def test_a_label_and_its_confidence_leave_the_rest_to_the_others(read):
    (item,) = read('{"text": "x", "tier_label": "?", "label": "hard", "confidence": 0.75}', sets=THREE)
    assert item.scores("tier") == {"hard": 0.75, "easy": 0.25}


@pytest.mark.parametrize(
    "said",
    [{"scores": {"gone": 0.9}}, {"label": "gone", "confidence": 1}, {"scores": "?"}, {"scores": {"hard": "NaN"}}, {"heads": {"tier": 5}},
     {"label": "hard", "confidence": 7}, {"scores": {"hard": True}}, {"heads": {"tier": {"scores": [1]}}}],
)  # fmt: skip
def test_what_a_model_says_that_the_project_cannot_use_is_no_answer(read, said):
    assert read(json.dumps({"text": "x", **said}), sets=THREE)[0].guesses == {}


def test_answers_that_the_file_has_are_kept(read):
    (item,) = read('{"text": "x", "tier": "hard", "domains": ["maths", "coding"], "group": "g", "weight": 2, "other": 1}', sets=THREE)
    assert item.known == {"tier": "hard", "domains": ["coding", "maths"]}
    assert item.other == {"group": "g", "weight": 2}


def test_personal_data_is_gone_before_anything_else_is_done(read):
    items = read('{"text": "write to a@b.it"}\n{"text": "write to c@d.it"}\n', redacted=lambda text: text[:9] + "<email>")
    assert [(item.text, item.seen) for item in items] == [("write to <email>", 2)]


@pytest.mark.parametrize(
    ("content", "name", "error", "message"),
    [
        ('{"text": "a"}\n{"txt": "b"}', "t.jsonl", DataError, r"t\.jsonl:2: the key `text` is missing"),
        ('{"text": 5}', "t.jsonl", DataError, r"t\.jsonl:1: `text` must be text, found 5"),
        ('{"text": "a", "intent": "TextSerch"}', "t.jsonl", UnknownLabel, r"t\.jsonl:1: 'TextSerch' .* did you mean 'TextSearch'"),
        ('{"predictions": 5}', "t.json", DataError, r"t\.json: expected a list of rows, or what `sayso predict --json` prints"),
        ('{"a": 5', "t.json", SaysoError, r"t\.json:1: this is not valid JSON"),
        ("x", "t.docx", SaysoError, r"t\.docx: the name of this file ends in none of"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(read, content, name, error, message):
    with pytest.raises(error, match=message):
        read(content, name)
