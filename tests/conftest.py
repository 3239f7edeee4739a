"""Small real things that many tests need: a random encoder, a project of three labels, what each stage makes of it."""

import json
import random
import shutil

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")  # whoever else is at work there, an example takes as long as it takes

WORDS = {
    "buy": ["buy", "order", "reserve", "purchase", "get"],
    "hours": ["open", "close", "hours", "today", "sunday"],
    "other": ["hello", "weather", "joke", "sing", "thanks"],
}
THINGS = ["bread", "cake", "rolls", "a pie", "two loaves", "the shop", "you", "it", "me", "us"]
OPENERS = ["", "please ", "can i ", "so ", "well "]

PROJECT = """\
name: tiny
base: {base}
heads:
  intent:
    type: choice
    fallback: other
    labels:
      buy: Wants to buy something.
      hours: Asks when the shop is open.
      other: Anything else.
data:
  - examples: examples.jsonl
splits: {{train: 0.55, val: 0.15, calib: 0.15, test: 0.15}}
check: {{min_per_label: 10}}
train:
  epochs: 8
  batch_size: 16
  learning_rate: 3.0e-3
  head_learning_rate_factor: 3
  max_length: 32
export: {{max_int8_drop: 0.2}}
"""

THREE_HEADS = """\
name: complexity
base: {base}
heads:
  tier: {{type: choice, labels: [short, long], ordered: true}}
  domains: {{type: tags, labels: [bread, cake]}}
  score: {{type: score, loss_weight: 2}}
data: [{{examples: examples.jsonl}}]
train: {{epochs: 6, batch_size: 8, learning_rate: 3.0e-3, head_learning_rate_factor: 3}}
export: {{max_int8_drop: 0.2}}
"""


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """The folder of a BERT with two layers of width 32, random weights, and a tokenizer that knows the words used here."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    tokenizer = write_bert_tokenizer(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=tokenizer.pad_token_id,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture
def tiny_project(tiny_base, tmp_path):
    """A fresh project folder with 180 examples of three labels, on the tiny base."""
    from sayso.project import Project

    folder = tmp_path / "tiny"
    write_project(folder, tiny_base)
    return Project.load(folder)


@pytest.fixture
def tiny_data(tiny_project):
    """The examples of the fresh project, split, as training reads them."""
    return examples_of(tiny_project)


@pytest.fixture(scope="session")
def tiny_build(tiny_base, tmp_path_factory):
    """The folder of a tiny project that was trained and exported; not to be written to."""
    from sayso.export import export
    from sayso.project import Project
    from sayso.train import train

    folder = tmp_path_factory.mktemp("built") / "tiny"
    write_project(folder, tiny_base)
    project = Project.load(folder)
    data = examples_of(project)
    export(project, train(project, data, project.build / "weights"), data, project.build / "onnx")
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tiny_build, tmp_path_factory):
    """The folder of the tiny project's bundle, calibrated and judged; not to be written to."""
    from sayso.artifacts import open_artifact
    from sayso.evaluate import calibrate, evaluate
    from sayso.export import bundle
    from sayso.project import Project

    folder = shutil.copytree(tiny_build, tmp_path_factory.mktemp("bundled") / "tiny")
    project, build = Project.load(folder), folder / "build"
    onnx, data = open_artifact(build / "onnx", "onnx"), open_artifact(build / "verified", "examples")
    calibration = calibrate(project, onnx, data, build / "calibration")
    report = evaluate(project, onnx, calibration, data, build / "report")
    return bundle(project, onnx, calibration, report, build / "bundle").path


@pytest.fixture
def built_project(tiny_build, tmp_path):
    """A copy of the trained and exported tiny project, to be written to."""
    from sayso.project import Project

    return Project.load(shutil.copytree(tiny_build, tmp_path / "built"))


@pytest.fixture
def three_headed(tiny_base, tmp_path):
    """A project of three heads, and its examples, of which each knows only some."""
    from sayso.artifacts import new_artifact, open_artifact
    from sayso.project import Project

    (tmp_path / "sayso.yaml").write_text(THREE_HEADS.format(base=tiny_base))
    rows = []
    for number in range(60):
        things = ["bread"] * (number % 2) + ["cake"] * (number % 3 == 0) or ["rolls"]
        text = "buy " + " ".join(things * (1 + number % 4)) + " today" * (number % 5)
        row = {"tier": "long" if len(text.split()) > 5 else "short", "score": min(1.0, len(text.split()) / 12)}
        row |= {"domains": [thing for thing in things if thing != "rolls"]}
        known = [name for position, name in enumerate(row) if number % 4 != position]
        rows.append({"text": text} | {name: row[name] for name in known})
    with new_artifact(tmp_path / "build" / "verified", "examples") as draft:
        for name, part in (("train", rows[:40]), ("val", rows[40:]), ("calib", []), ("test", [])):
            (draft.path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    return Project.load(tmp_path), open_artifact(tmp_path / "build" / "verified", "examples")


def write_project(folder, base):
    """sayso.yaml and its examples."""
    folder.mkdir(parents=True)
    (folder / "sayso.yaml").write_text(PROJECT.format(base=base), encoding="utf-8")
    rows = [json.dumps(row) + "\n" for row in tiny_rows()]
    (folder / "examples.jsonl").write_text("".join(rows), encoding="utf-8")


def tiny_rows():
    """Sixty texts of each label; a word of the label is in every one."""
    draw = random.Random(5)
    for label, words in WORDS.items():
        pairs = [(opener, word, thing) for opener in OPENERS for word in words for thing in THINGS]
        for opener, word, thing in draw.sample(pairs, 60):
            yield {"text": f"{opener}{word} {thing}", "intent": label}


def examples_of(project):
    """The project's examples, split, as the artifact that training reads."""
    from sayso.artifacts import new_artifact, open_artifact
    from sayso.examples import read_examples, split_by_group, write_splits

    rows = list(read_examples(project.folder / "examples.jsonl", project.heads))
    out = project.build / "verified"
    with new_artifact(out, "examples") as draft:
        draft.facts["rows"] = write_splits(draft.path, split_by_group(rows, project.splits, 1, project.main_head))
    return open_artifact(out, "examples")


def write_bert_tokenizer(folder):
    """BERT's tokenizer over the words used here and single letters."""
    from transformers import BertTokenizerFast

    words = {word for line in [*THINGS, *OPENERS, *(" ".join(own) for own in WORDS.values())] for word in line.split()}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(words | set(letters)), *(f"##{letter}" for letter in letters)]
    tokenizer = BertTokenizerFast(vocab={piece: number for number, piece in enumerate(pieces)}, model_max_length=64)
    tokenizer.save_pretrained(folder)
    return tokenizer
