"""A project with rules, through the command line: build, compare, fit the blend, explain, judge the weights, install."""

import json
import random
from string import ascii_lowercase

import pytest

import sayso
from sayso.cli.calibrate import calibrate
from sayso.cli.evaluate import evaluate
from sayso.cli.export import export
from sayso.cli.generate import generate
from sayso.cli.install import install
from sayso.cli.predict import predict
from sayso.cli.train import train
from sayso.errors import UsageError

PROJECT = """\
name: load
base: {base}
heads:
  score: {{type: score, loss_weight: 0.4}}
  tier: {{type: choice, labels: [short, middle, long], ordered: true, loss_weight: 0.3}}
  domains: {{type: tags, labels: [bread, cake], loss_weight: 0.15}}
  kind: {{type: choice, labels: [buy, open], loss_weight: 0.15}}
data: [{{examples: examples.jsonl}}]
check: {{min_per_label: 5}}
train: {{epochs: 6, batch_size: 8, learning_rate: 3.0e-3, freeze_layers: 1, projection: 24, head_hidden: 12, best_by: score}}
export: {{max_int8_drop: 0.3}}
rules: {{mode: hybrid}}
"""
THINGS = ("bread", "cake", "rolls", "two loaves", "a pie")


def rows():
    """Texts that get longer with their tier, as the rules see it too."""
    draw = random.Random(3)
    for number in range(180):
        size, kind = number % 3, ("buy", "open")[number % 2]
        names = ["".join(draw.choices(ascii_lowercase, k=5)) for _ in range(2 + 4 * size)]
        text = " ".join([kind, THINGS[number % 5], *names, THINGS[(number + size) % 5]])
        domains = [thing for thing in ("bread", "cake") if thing in text]
        tier, score = ("short", "middle", "long")[size], (0.1, 0.45, 0.9)[size] + (number % 4) / 50
        yield {"text": text, "tier": tier, "score": score, "domains": domains, "kind": kind}


@pytest.fixture(scope="module")
def built(tiny_base, tmp_path_factory):
    """The folder of a project with rules, built."""
    folder = tmp_path_factory.mktemp("ruled") / "load"
    folder.mkdir()
    (folder / "sayso.yaml").write_text(PROJECT.format(base=tiny_base))
    (folder / "examples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    sayso.build(sayso.Project.load(folder))
    return folder


def printed(capsys, command, **options):
    """The JSON document that a command prints."""
    capsys.readouterr()
    command(as_json=True, **options)
    return json.loads(capsys.readouterr().out)


def test_rules_model_and_blends_are_compared_with_intervals_and_the_best_is_named(built, capsys):
    modes = printed(capsys, evaluate, model=built, data=built / "examples.jsonl", compare=True)
    assert [row["mode"] for row in modes] == ["rules", "hybrid", "ml_only", "ml_refine"]
    assert sum(row["best"] for row in modes) == 1
    assert all(row["mae_low"] <= row["mae"] <= row["mae_high"] for row in modes)
    evaluate(model=built, data=built / "examples.jsonl", compare=True)
    assert "best: " in capsys.readouterr().err


def test_the_test_split_is_compared_too_and_the_report_shows_it(built, capsys):
    modes = printed(capsys, evaluate, project=built, compare=True)
    report = json.loads((built / "build" / "report" / "report.json").read_text())
    assert modes == report["modes"]
    assert report["heads"] == ["score", "tier", "domains", "kind"]
    assert set(report["figures"]["int8_agreement"]) == set(report["heads"])
    html = (built / "build" / "report" / "report.html").read_text()
    assert "Rules, model and blends" in html
    assert "Scores and tags" in html


def test_a_model_without_rules_has_nothing_to_compare_or_explain(tiny_bundle, tmp_path):
    data = tmp_path / "rows.jsonl"
    data.write_text('{"text": "buy bread", "intent": "buy"}\n')
    with pytest.raises(UsageError, match="no rules"):
        evaluate(model=tiny_bundle, data=data, compare=True)
    with pytest.raises(UsageError, match="without rules"):
        predict(tiny_bundle, ["buy bread"], explain=True)


def test_weights_are_judged_by_torch_and_say_what_the_graph_says(built, capsys):
    data = built / "examples.jsonl"
    torch = printed(capsys, evaluate, weights=built / "build" / "weights", data=data)["figures"]
    graph = printed(capsys, evaluate, model=built, data=data)["figures"]
    assert torch["score"]["mae"] == pytest.approx(graph["score"]["mae"], abs=0.02)
    assert torch["tier"]["off_by_one"] == pytest.approx(graph["tier"]["off_by_one"], abs=0.03)


def test_texts_can_be_cut_at_any_length(built, capsys):
    cut = printed(capsys, evaluate, model=built, data=built / "examples.jsonl", max_length=8)["figures"]
    whole = printed(capsys, evaluate, model=built, data=built / "examples.jsonl", max_length=60)["figures"]
    assert cut["score"]["mae"] > whole["score"]["mae"]


def test_the_models_share_is_fitted_on_validation_rows(built, capsys):
    blend = printed(capsys, calibrate, project=built, fit_blend=True)["blend"]
    assert 0 <= blend["model_share"] <= 1
    assert len(blend["edges"]) == 2
    assert blend["edges"] == sorted(blend["edges"])
    assert printed(capsys, calibrate, project=built)["blend"]["model_share"] == 0.6


def test_explaining_shows_every_signal_and_how_both_are_put_together(built, capsys):
    (found,) = printed(capsys, predict, model=str(built), texts=["buy cake please"], explain=True)["estimates"]
    assert found["score"] == pytest.approx(0.6 * found["model_score"] + 0.4 * found["rules_score"])
    assert {"length", "verbs", "scope"} <= found["contributions"].keys()
    predict(built, ["buy cake please"], explain=True)
    out = capsys.readouterr().out
    assert "hybrid: rules" in out
    assert "length" in out


def test_installed_the_model_is_where_an_estimator_looks_for_it(built, tmp_path, capsys):
    (tmp_path / "config.yaml").write_text("task_complexity: {enabled: true}\n")
    export(project=built, install_in=tmp_path / "models")
    files = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "models").rglob("*") if path.is_file()}
    assert {"models/complexity_model_int8.onnx", "models/complexity_tokenizer/tokenizer.json"} <= files
    assert "models/complexity_tokenizer/tokenizer_config.json" in files
    with sayso.Estimator(tmp_path / "config.yaml", watch=False) as estimator:
        found = estimator.estimate("buy bread today")
    assert found.mode == "hybrid"
    assert found.tier in ("short", "middle", "long")
    assert found.intent in ("buy", "open")
    assert printed(capsys, evaluate, model=tmp_path / "models", data=built / "examples.jsonl")["heads"] == [
        "score",
        "tier",
        "domains",
        "kind",
    ]


def test_transformers_reads_the_installed_tokenizer(built, tmp_path):
    from transformers import AutoTokenizer

    install(built, tmp_path / "models", layout="complexity")
    assert AutoTokenizer.from_pretrained(tmp_path / "models" / "complexity_tokenizer")("buy bread")["input_ids"]


def test_files_are_trained_on_with_the_projects_heads(built, tmp_path, capsys):
    for name, part in (("train", list(rows())[:120]), ("val", list(rows())[120:])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    options = {"train_file": tmp_path / "train.jsonl", "eval_file": tmp_path / "val.jsonl", "epochs": 1, "warmup_steps": 2}
    made = printed(capsys, train, project=built, output=tmp_path / "output", **options)
    assert set(made["history"][0]) >= {"score", "tier", "domains", "kind"}


def test_so_many_rows_in_all_are_split_into_three_files_without_a_common_template(tmp_path, capsys):
    from sayso.recipes import copy_recipe

    copy_recipe("complexity", tmp_path / "project")
    made = printed(capsys, generate, project=tmp_path / "project", output=tmp_path / "data.jsonl", count=2000, split=True, seed=42)
    files = {
        name: [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text().splitlines()] for name in ("train", "val", "test")
    }
    assert sum(made["rows"][name] for name in files) == 2000 == made["rows"]["all"]
    assert [round(len(files[name]) / 2000, 1) for name in files] == [0.8, 0.1, 0.1]
    groups = [{row["group"] for row in part} for part in files.values()]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    assert {"text", "score", "tier", "domains", "intent"} <= files["train"][0].keys()


def test_a_count_and_samples_a_label_are_not_both_given(tmp_path):
    from sayso.recipes import copy_recipe

    copy_recipe("complexity", tmp_path / "project")
    with pytest.raises(UsageError, match="give one"):
        generate(project=tmp_path / "project", count=10, samples_per_intent=10)
    with pytest.raises(UsageError, match="--split goes with"):
        generate(project=tmp_path / "project", split=True)
