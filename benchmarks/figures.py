"""Writes the figures of the README and docs/performance.md: `make figures`, after `make quickstart`.

Reads the quickstart's report and bundle, judges the bundle on the queries in the recipe's human.jsonl, measures its speed, and
adds the results that the other benchmarks left in benchmarks/results.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sayso.evaluate.files import evaluate_file
from sayso.project import Project
from sayso.runtime.bench import bench

ROOT = Path(__file__).parent.parent
QUICKSTART = ROOT / "quickstart"
RESULTS = ROOT / "benchmarks" / "results"
OTHERS = (
    "peers",
    "serving",
    "loop",
    "assistant",
    "commands",
    "language_model",
    "complexity",
    "frozen_layers",
    "packed_base",
    "vocabulary",
    "active",
)
LANGUAGES = {"": "both", "en": "English", "zh": "Chinese"}


def main() -> None:
    """Measure, then write."""
    if not (QUICKSTART / "build" / "bundle").is_dir():
        sys.exit("there is no quickstart bundle yet; run: make quickstart")
    project = Project.load(QUICKSTART)
    report = json.loads((project.build / "report" / "report.json").read_text(encoding="utf-8"))
    human = evaluate_file(QUICKSTART, QUICKSTART / "human.jsonl", project=project)
    speed = asdict(bench(QUICKSTART))
    others = {name: result(RESULTS / f"{name}.json") for name in OTHERS if (RESULTS / f"{name}.json").is_file()}
    languages = [result(path) for path in sorted(RESULTS.glob("home_assistant_*.json"))]
    write_block(
        ROOT / "README.md", "\n\n".join([summary(report, human, speed, languages), *complexity_summary(others), *commands_summary(others)])
    )
    parts = [
        page(report, human, speed, languages),
        *peers_page(others),
        *serving_page(others),
        *loop_page(others),
        *assistant_page(others),
        *complexity_page(others),
        *commands_page(others),
        *language_model_page(others),
        *training_page(others),
        *active_page(others),
    ]
    if "active" in others:
        draw_active(others["active"], ROOT / "docs" / "images" / "active.svg")
    write_block(ROOT / "docs" / "performance.md", "\n\n".join(parts))


def result(path: Path) -> dict[str, Any]:
    """What a benchmark left."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_block(path: Path, text: str) -> None:
    """Replace what stands between the figures' marks."""
    page = path.read_text(encoding="utf-8")
    begin, end = "<!-- figures:begin -->", "<!-- figures:end -->"
    replaced = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    path.write_text(replaced, encoding="utf-8")


def summary(report: dict[str, Any], human: dict[str, Any], speed: dict[str, Any], languages: list[dict[str, Any]]) -> str:
    """The README's table."""
    test, people = report["figures"]["intent"], human["figures"]["intent"]
    thirteen = next(row for row in speed["latencies"] if row["tokens"] == 13)
    best = max(human["baselines"][1:], key=lambda row: row["accuracy"])
    rows = [
        ("right on test templates", f"{percent(test['accuracy'])} ({report['figures']['rows']} rows)"),
        (
            "right on people's queries",
            f"{percent(people['accuracy'])} ({human['figures']['rows']} queries); {best['name']}: {percent(best['accuracy'])}",
        ),
        ("calibration error (ECE), test / people", f"{percent(test['ece'])} / {percent(people['ece'])}"),
        ("cost of INT8", f"{100 * report['figures']['int8_drop']:.1f} points"),
        ("bundle", f"{speed['size_bytes'] / 1e6:.1f} MB"),
        ("13 tokens, one thread, p50", f"{thirteen['p50_ms']:.1f} ms"),
        ("`import sayso` to a loaded model", f"{speed['load_ms'] / 1000:.2f} s"),
    ]
    rows += [
        (
            f"Home Assistant's templates alone, judged on its test sentences, {row['language']}",
            f"{percent(row['accuracy'])} ({row['sentences']})",
        )
        for row in languages
    ]
    return table(("code-search recipe", ""), rows)


def page(report: dict[str, Any], human: dict[str, Any], speed: dict[str, Any], languages: list[dict[str, Any]]) -> str:
    """The body of docs/performance.md."""
    parts = [
        f"Measured on: {speed['cpu']}, one thread where nothing else is said.",
        "## Quality of the code-search recipe",
        "`test` are rows of templates that the model never saw. `people` are queries written by hand, apart from the "
        "templates; nothing was fitted or chosen on them.",
        table(
            ("", "test", "people"),
            [
                ("rows", report["figures"]["rows"], human["figures"]["rows"]),
                *(
                    (name, *(percent(found["figures"]["intent"][key]) for found in (report, human)))
                    for name, key in (("accuracy", "accuracy"), ("macro-F1", "macro_f1"), ("ECE", "ece"), ("MCE", "mce"))
                ),
                ("95 % interval of accuracy", *(spread(found["figures"]["intent"]) for found in (report, human))),
            ],
        ),
        "Beside simpler models, fitted on the same training rows:",
        table(("", "test", "people"), [(a["name"], percent(a["accuracy"]), percent(b["accuracy"])) for a, b in baselines(report, human)]),
        "Label by label on people's queries (F1):",
        table(
            ("label", "F1", "queries"), [(label, percent(f1), human["figures"]["intent"]["support"][label]) for label, f1 in labels(human)]
        ),
        "## Size and speed",
        table(
            ("", ""),
            [
                ("bundle", f"{speed['size_bytes'] / 1e6:.1f} MB"),
                ("`import sayso` to a loaded model, fresh process", f"{speed['load_ms']:.0f} ms"),
                ("resident memory", "" if speed["resident_bytes"] is None else f"{speed['resident_bytes'] / 1e6:.0f} MB"),
                ("short texts in a list", f"{speed['texts_per_second']:.0f} a second"),
            ],
        ),
        table(
            ("tokens", "p50", "p95", "p99"),
            [(row["tokens"], *(f"{row[key]:.2f} ms" for key in ("p50_ms", "p95_ms", "p99_ms"))) for row in speed["latencies"]],
        ),
        "INT8 schemes tried, on `val`: "
        + ", ".join(f"{one['scheme']} {one['size_mb']} MB, {100 * one['drop']:.2f} points lost" for one in report["quantization"])
        + ".",
        "## Home Assistant's templates alone",
        "`python benchmarks/home_assistant.py --language LANGUAGE`: a model from the templates of an intents folder, judged on the "
        "sentences that people wrote to test these templates. The words for names and rooms come with sayso, not from the tests.",
        table(
            ("language", "intents", "sentences", "accuracy", "95 % interval", "training rows", "minutes"),
            [
                (
                    row["language"],
                    row["intents"],
                    row["sentences"],
                    percent(row["accuracy"]),
                    f"{percent(row['low'])} to {percent(row['high'])}",
                    row["training_rows"],
                    row["minutes"],
                )
                for row in languages
            ],
        ),
    ]
    return "\n\n".join(parts)


def peers_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of sayso beside what a user would pick instead."""
    if "peers" not in others:
        return []
    found = others["peers"]
    measured = {key: one for key, one in found["contestants"].items() if "not_measured" not in one}
    return [
        "## Beside what a user would pick instead",
        f"`make bench`, {found['minutes']:.0f} minutes on {found['machine']}: the network of the {found['project']} recipe in everything "
        "that can hold it, the same texts, one thread, warm, each contestant in a process of its own, all in turn. In brackets: how many "
        "times as long as sayso in the same round (the median). transformers has no BERT that pools by the mean, so its pipeline runs a "
        "small class that does; its logits are those of the trained network.",
        table(("target", "wanted", "found", ""), [target_row(one) for one in found["targets"]]),
        *equal_labels(measured),
        *peers_tables(found, list(measured.values())),
        *(f"Not measured: {one['title']} ({one['not_measured']})." for key, one in found["contestants"].items() if key not in measured),
    ]


def equal_labels(measured: dict[str, Any]) -> list[str]:
    """How far INT8 gives the labels of the weights in float, which the pipeline runs."""
    if "pipeline" not in measured:
        return []
    ours, theirs = measured["sayso"]["list"], measured["pipeline"]["list"]
    return [
        "INT8 changes labels: sayso's are those of the pipeline, which runs the same weights in float, for "
        f"{percent(theirs['same_label'])} of the list and for {percent(theirs['same_label_unseen'])} of its texts that no weight was "
        f"fitted on. Of those, {percent(ours['right_unseen'])} of sayso's are right, {percent(theirs['right_unseen'])} of the pipeline's."
    ]


def peers_tables(found: dict[str, Any], measured: list[dict[str, Any]]) -> list[str]:
    """One text, a list of texts, a fresh process: everybody of whom it was measured."""
    lengths = list(found["texts_by_tokens"])
    single = [(one["title"], *(beside(one["single"][tokens], "ms") for tokens in lengths)) for one in measured if "single" in one]
    lists = [
        (one["title"], beside(one["list"], "seconds"), percent(one["list"]["same_label_unseen"]), percent(one["list"]["right_unseen"]))
        for one in measured
        if "list" in one
    ]
    cold = [
        (
            one["title"],
            beside(one["cold"], "seconds"),
            f"{one['cold']['bytes'] / 1e6:.0f}" if "bytes" in one["cold"] else "",
            ", ".join(f"{package} {version}" for package, version in one["cold"]["versions"].items()),
        )
        for one in measured
        if "cold" in one
    ]
    return [
        f"One text, milliseconds: the median over {min(found['texts_by_tokens'].values())} texts of each length, "
        f"{found['calls_per_text']} calls each:",
        table(("", *(f"{tokens} tokens" for tokens in lengths)), single),
        f"A list of {found['listed']:,} short texts, seconds; labels among the {found['unseen']:,} of them that no weight was fitted on:",
        table(("", "whole list", "labels as sayso's", "right labels"), lists),
        "From the start of a process to its first answer, imports included, seconds "
        f"(median of {found['starts']} starts, files in the system's cache; in Chromium, from opening a page of which nothing is "
        f"cached), and the memory it has after {found['first_answers']} answers:",
        table(("", "first answer", "memory, MB", "versions"), cold),
    ]


def serving_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of the server under load."""
    if "serving" not in others:
        return []
    found = others["serving"]
    rows = [
        (name, f"{one['answers_per_second']:.0f}", *(f"{one[key]:.0f} ms" for key in ("p50_ms", "p95_ms", "p99_ms")), errors_in(one))
        for name, one in (("sayso serve", found["sayso"]), ("FastAPI + transformers pipeline, same weights", found["peer"]))
    ]
    over, after = found["overload"], found["afterwards"]
    return [
        "## The server under load",
        f"`python benchmarks/serving`: {found['clients']} clients that ask again as soon as they are answered, for "
        f"{found['seconds']:.0f} s, queries of {found['tokens']} tokens, {found['workers']} processes, clients and server on the same "
        f"{found['cpu']}. Wanted: at least 300 answers a second, a p99 below 250 ms, no error.",
        table(("", "answers a second", "p50", "p95", "p99", "errors"), rows),
        f"sayso answers {found['times_as_many']:.1f} times as many. With four times as many texts as its queue holds, "
        f"{over['statuses'].get('429', 0):,} requests were refused (429, in {over['refused_p50_ms']:.0f} ms, p99 "
        f"{over['refused_p99_ms']:.0f} ms) and {over['statuses'].get('200', 0):,} lists of 64 answered; right afterwards 5 clients had "
        f"{after['answers_per_second']:.0f} answers a second, p99 {after['p99_ms']:.0f} ms, {errors_in(after)} errors.",
    ]


def loop_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of learning from what the model was unsure of."""
    if "loop" not in others:
        return []
    found = others["loop"]
    names = {"zero-shot": "zero-shot, from what the labels mean", "templates": "its templates", "labels": "its templates and the labels"}
    judged = {"traffic": "traffic", "people": "people's queries"}
    rows = [
        (name, *(f"{percent(one['accuracy'])} ({percent(one['accuracy_low'])}–{percent(one['accuracy_high'])})" for one in model.values()),
         *(percent(one["ece"]) for one in model.values()))
        for name, model in ((names[key], found["models"][key]) for key in names)
    ]  # fmt: skip
    counts = {key: one["rows"] for key, one in found["models"]["labels"].items()}
    return [
        "## Learning from what it was unsure of",
        f"`python benchmarks/loop.py`: the zero-shot model of the recipe tax-it is asked {found['asked']:,} made-up texts; a server "
        f"would have kept {found['labels']:,} of them, which are labelled, {percent(found['wrong'])} of them wrongly. Judged on "
        f"{counts['traffic']} texts of the same kind from templates of their own, and on {counts['people']} queries that people "
        f"wrote. `sayso build` took {found['seconds']['templates'] / 60:.0f} minutes, `sayso retrain` "
        f"{found['seconds']['labels'] / 60:.0f}.",
        table(("learned from", *(f"right, {name}" for name in judged.values()), *(f"ECE, {name}" for name in judged.values())), rows),
    ]


def errors_in(load: dict[str, Any]) -> int:
    """How many requests were answered by anything but what was asked for."""
    return int(load["broken"]) + sum(count for status, count in load["statuses"].items() if status != "200")


def assistant_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of the recipe `assistant`, on every base that could be had."""
    if "assistant" not in others:
        return []
    had = [one for one in others["assistant"] if "people" in one]
    missing = [f"`{one['base']}` could not be had here ({one['reason']})." for one in others["assistant"] if "people" not in one]
    rows = [
        (
            one["base"],
            f"{one['parameters_m']:.0f} M",
            f"{one['size_bytes'] / 1e6:.1f} MB",
            f"{one['p50_ms']:.2f} ms",
            f"{percent(one['test']['accuracy'])} ({one['test']['rows']})",
            f"{percent(one['people']['accuracy'])} ({one['people']['rows']}; {percent(one['people']['accuracy_low'])} to "
            f"{percent(one['people']['accuracy_high'])})",
            percent(one["people"]["ece"]),
        )
        for one in had
    ]
    simpler = [(row["name"], "", "", "", "", percent(row["accuracy"]), "") for row in had[0]["people"]["baselines"][1:]] if had else []
    return [
        "## The assistant recipe",
        "`python benchmarks/assistant.py`: learned from made-up production logs, split by user. `people` are queries written by hand by "
        "the author of the recipe's templates, apart from them; nothing was fitted or chosen on them.",
        table(("base", "parameters", "bundle", "13 tokens, p50", "test", "people", "ECE, people"), [*rows, *simpler]),
        " ".join(missing),
    ]


def beside(figures: dict[str, Any], key: str) -> str:
    """A figure, and how many times sayso's it is."""
    ratio = figures["ratio"]
    return f"{figures[key]:.3g} ({ratio:.2g})" if ratio < 1 else f"{figures[key]:.3g} ({ratio:.1f})"


def target_row(target: dict[str, Any]) -> tuple[str, str, str, str]:
    """A target, what was found, and whether and by how much it is met."""
    wanted, found = target.get("at_least", target.get("below")), target["found"]
    told = f"{'at least' if 'at_least' in target else 'less than'} {wanted:g}"
    if found is None:
        return target["what"], told, "", "not measured"
    by = f"{100 * abs(found / wanted - 1):.0f} % {'above' if found >= wanted else 'below'}"
    return target["what"], told, f"{found:.2f}", f"{'met' if target['met'] else '**missed**'}, {by}"


def complexity_summary(others: dict[str, Any]) -> list[str]:
    """The README's table of the recipe `complexity`."""
    if "complexity" not in others:
        return []
    found = others["complexity"]
    people, speed = found["people"], found["speed"]
    thirteen = next(row for row in speed["latencies"] if row["tokens"] == 13)
    columns = [people[language] for language in LANGUAGES]
    rows = [(name, *(told(column) for column in columns)) for name, told in COMPLEXITY.items()]
    rows += [
        ("bundle", f"{speed['size_bytes'] / 1e6:.1f} MB", "", ""),
        ("13 tokens, one thread, p50", f"{thirteen['p50_ms']:.1f} ms", "", ""),
    ]
    head = tuple(f"{LANGUAGES[language]} ({people[language]['rows']} prompts)" for language in LANGUAGES)
    return [table(("complexity recipe, on people's prompts", *head), rows)]


COMPLEXITY = {
    "tier right": lambda found: percent(found["heads"]["tier"]["accuracy"]),
    "within one tier": lambda found: percent(found["heads"]["tier"]["off_by_one"]),
    "mean error of the score": lambda found: f"{found['heads']['score']['mae']:.3f}",
    "intent right": lambda found: percent(found["heads"]["intent"]["accuracy"]),
    "domains, micro-F1": lambda found: percent(found["heads"]["domains"]["micro_f1"]),
    "tier right: rules alone": lambda found: percent(found["modes"][0]["tier_accuracy"]),
    "tier right: TF-IDF + logistic regression": lambda found: percent(baseline(found, "tier")),
    "intent right: rules alone": lambda found: percent(found["rules"]["intent_accuracy"]),
    "intent right: TF-IDF + logistic regression": lambda found: percent(baseline(found, "intent")),
    "domains: rules alone": lambda found: percent(found["rules"]["domains_micro_f1"]),
    "domains: TF-IDF + logistic regression": lambda found: percent(baseline(found, "domains")),
}


def baseline(found: dict[str, Any], head: str) -> float:
    """The linear model's figure on a head."""
    return next(row["accuracy"] for row in found["baselines"] if row["head"] == head and row["name"].startswith("TF-IDF"))


def complexity_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of the recipe `complexity`."""
    if "complexity" not in others:
        return []
    found = others["complexity"]
    modes = []
    for row in found["people"][""]["modes"]:
        error = f"{row['mae']:.3f} ({row['mae_low']:.3f} to {row['mae_high']:.3f})"
        modes.append((row["mode"], error, percent(row["tier_accuracy"]), percent(row["off_by_one"])))
    agreement = ", ".join(f"{head} {percent(value)}" for head, value in found["int8_agreement"].items())
    tried = [f"{one['scheme']} {one['size_mb']} MB, {percent(one['agreement'])} of tiers as before" for one in found["quantization"]]
    return [
        "## The complexity recipe",
        "`python benchmarks/complexity.py`: judged on prompts written by hand from the recipe's page alone, by somebody who saw no "
        "template. Nothing was fitted or chosen on them.",
        *complexity_summary(others),
        "Rules, model and blends on these prompts:",
        table(("mode", "mean error of the score", "tier right", "within one tier"), modes),
        f"INT8 beside torch, on the test split: {agreement} (of a score: 1 less the mean difference). Schemes tried: {', '.join(tried)}. "
        f"Vocabulary: {found['vocabulary']['kept']:,} of {found['vocabulary']['of']:,} pieces.",
    ]


def commands_summary(others: dict[str, Any]) -> list[str]:
    """The README's table of the recipe `gh`."""
    found = others.get("commands", {}).get("gh")
    return [commands_table(found)] if found else []


UNSEEN = {"stagehand": "stagehand", "fleet": "fleet", "parcel": "parcel (development)", "ledger": "ledger (development)"}
UNSEEN_COLUMNS = ("tool", "requests", "command right", "all right", "executed though wrong", "questions, F1", "ECE")
BASELINES = "lookup / nearest / keywords"
TLDR = (
    *("", "commands", "requests", "as written: command", "with values: command", "all of it"),
    *("table / nearest / keywords: command", "p50"),
)


def commands_table(found: dict[str, Any]) -> str:
    """A model of commands beside what needs no model, on the same requests."""
    requests = f"gh recipe, {found['rows']} requests written by hand"
    model = {"name": "this model", **found, "clarification_f1": found["clarification"]["f1"]}
    columns = {
        "command right": "command_accuracy",
        "all of it right": "exact",
        "questions back, F1": "clarification_f1",
        "executed though wrong": "false_execute",
    }
    compared = (model, *found["baselines"])
    rows: list[tuple[Any, ...]] = [(told, *(percent(one[key]) for one in compared)) for told, key in columns.items()]
    rows += [("an answer, one thread, p50", f"{found['latency_ms']['p50']:.1f} ms", *[""] * len(found["baselines"]))]
    return table((requests, *(one["name"] for one in compared)), rows)


def commands_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of models of commands."""
    if "commands" not in others:
        return []
    found, parts = others["commands"], ["## Commands"]
    if gh := found.get("gh"):
        told = ("command_accuracy", "exact", "false_execute")
        low_high = [f"{percent(gh[f'{key}_low'])} to {percent(gh[f'{key}_high'])}" for key in told]
        bands = [(f"≥ {edge}", percent(row["coverage"]), percent(row["precision"])) for edge, row in gh["bands"].items()]
        kinds = [
            (kind.replace("_", " "), percent(row["asked"]), percent(row["f1"]), row["rows"])
            for kind, row in gh["clarification"]["kinds"].items()
        ]
        parts += [
            f"`python benchmarks/commands.py gh`: the recipe on {gh['rows']} requests that were written by hand, apart from everything it "
            "learned from; nothing was fitted or chosen on them. With 95 % intervals: command right "
            f"{low_high[0]}, all of it right {low_high[1]}, executed though wrong {low_high[2]} of all requests. Values that nobody said: "
            f"{percent(gh['hallucinated'])} of commands. ECE {percent(gh['ece'])}; p95 {gh['latency_ms']['p95']:.1f} ms. Built in "
            f"{gh['build_seconds'] / 60:.0f} minutes.",
            commands_table(gh),
            table(("sure", "answered", "of these all right"), bands),
            table(("question back", "asked when due", "of this kind, F1", "requests"), kinds),
        ]
    unseen = {name: found[name] for name in UNSEEN if name in found}
    if unseen:
        told = ("command_accuracy", "exact", "false_execute")
        rows = [
            (
                UNSEEN[name],
                one["rows"],
                *(f"{percent(one[key])} ({percent(one[f'{key}_low'])} to {percent(one[f'{key}_high'])})" for key in told),
                percent(one["clarification"]["f1"]),
                percent(one["ece"]),
                " / ".join(percent(row["exact"]) for row in one["baselines"]),
            )
            for name, one in unseen.items()
        ]
        parts += [
            f"`python benchmarks/commands.py {' '.join(unseen)}`: tools that do not exist, a schema and `commands: schema.yaml` and no "
            "more, on requests by people who were asked to use words that the schema has not. Nobody who made sayso has looked at the "
            "requests of stagehand and fleet; those of parcel and ledger were used to make it better, and to learn how sure it may be.",
            table(
                (
                    "tool",
                    "requests",
                    "command right",
                    "all right",
                    "executed though wrong",
                    "questions, F1",
                    "ECE",
                    "all right: " + BASELINES,
                ),
                rows,
            ),
        ]
    imported = {name: one for name, one in found.items() if name != "gh" and name not in UNSEEN}
    if imported:
        rows = [
            (
                name,
                one["commands"],
                one["pairs"],
                percent(one["understood"]),
                percent(one["with_values"]["command_accuracy"]),
                percent(one["with_values"]["exact"]),
                " / ".join(percent(row["command_accuracy"]) for row in one["with_values"]["baselines"]),
                f"{one['with_values']['latency_ms']['p50']:.1f} ms",
            )
            for name, one in imported.items()
        ]
        parts += [
            f"`python benchmarks/commands.py {' '.join(imported)}`: schemas imported from carapace as they are, with no words of ours in "
            "them, on tldr's descriptions of commands, which their authors wrote without these schemas. `as written`: without values, "
            "where the right command counts, given or asked a value for; `with values`: the values of the template behind it. Both tools "
            "were looked at while the weight of a request's words was chosen; git was measured before requests were made in more ways "
            "([log](log.md)).",
            table(TLDR, rows),
        ]
    return parts


def language_model_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of the engine that writes its answers."""
    if "language_model" not in others:
        return []
    found = others["language_model"]
    names = {"encoder": "encoder", "llm": "language model", "hybrid": "hybrid"}
    rows = [
        (
            names[name],
            f"{percent(one['exact'])} ({percent(one['exact_low'])} to {percent(one['exact_high'])})",
            percent(one["command_accuracy"]),
            percent(one["clarification_f1"]),
            percent(one["false_execute"]),
            percent(one["ece"]),
            f"{one['p50']:.1f} / {one['p95']:.1f} ms",
            f"{one['size_mb']:.0f} MB",
        )
        for name, one in found["engines"].items()
    ]
    sft, budget, validity, hybrid = found["sft"], found["budget"], found["validity"], found["engines"]["hybrid"]
    written = ", ".join(f"{percent(row['exact'])} after epoch {row['epoch']}" for row in sft["by_writing"])
    quality = [(name, f"{one['size_mb']:.0f} MB", percent(one["exact"])) for name, one in found["gguf"]["quality"].items()]
    mix = ", ".join(f"{one['tensors']} {name}" for name, one in found["gguf"]["tensors"].items())
    seconds = ", ".join(f"{step} {took / 60:.1f}" for step, took in found["seconds"].items() if took > 20)
    parts = [
        "## Three engines",
        f"`python benchmarks/language_model.py`: the recipe `gh` with SmolLM2-135M beside its encoder, on a budget for two CPU cores "
        f"({sft['rows']['train']} rows, {budget['epochs']} epochs, {(found['preferences'] or {}).get('pairs', 0)} pairs), on the "
        f"same {found['rows']} requests by people as above. All were built in one run, from rows as sayso made them then; the encoder "
        "above is newer. The hybrid asked its language model about "
        f"{percent(hybrid['asked_further'])} of them.",
        table(("engine", "all right", "command right", "questions, F1", "executed though wrong", "ECE", "p50 / p95", "size"), rows),
        f"Minutes: {seconds}. The fine-tuning was killed once on the way and went on. Prompts have {sft['tokens']['prompt']:g} tokens, "
        f"answers {sft['tokens']['answer']:g} ({sft['tokens']['longest_answer']} at most). On validation rows, which have words that "
        f"training has not, {written} were right in everything. Of {validity['rows']} answers {percent(validity['valid'])} were allowed by "
        f"the schema without the grammar and {percent(validity['valid_with_grammar'])} with it.",
        table(("quantization", "size", "validation rows all right"), quality),
        f"The file's tensors: {mix}.",
    ]
    if dpo := found["dpo"]:
        parts.append(
            "DPO against fine-tuning alone, on the same requests: "
            f"{100 * dpo['gain_in_right_answers']:+.1f} points of right answers "
            f"({100 * dpo['low']:+.1f} to {100 * dpo['high']:+.1f}); alone, "
            f"{percent(dpo['sft_alone']['exact'])} of the commands were right."
        )
    return parts


def training_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of frozen layers and of the multilingual base."""
    parts = []
    if frozen := others.get("frozen_layers"):
        told = (
            "{frozen_layers} layers frozen, {rows} rows: an epoch takes {seconds_an_epoch_with} s instead of {seconds_an_epoch_without} s "
            "({times_faster} times as fast), after {seconds_to_run_the_frozen_layers_once} s once. The losses differ by "
            "{largest_difference_of_losses:g} at most."
        )
        parts += ["## Frozen layers that run once", "`python benchmarks/frozen_layers.py`: " + told.format(**frozen)]
    if packed := others.get("packed_base"):
        told = (
            "{sentences} sentences in English, Chinese and Italian: least cosine to the package's own engine {least_cosine}, the same "
            "number of tokens in {same_number_of_tokens}."
        )
        parts += ["## The multilingual base from a 4-bit package", "`python benchmarks/packed_base.py`: " + told.format(**packed)]
    if pruned := others.get("vocabulary"):
        linear = pruned["tier_by_a_linear_model"]
        parts += [
            "## A pruned vocabulary",
            f"`python benchmarks/vocabulary.py`: {pruned['pieces_kept']:,} of {pruned['pieces']:,} pieces kept, for English and Chinese.",
            table(("people's prompts", "English", "Chinese"), [(key, pruned["en"][key], pruned["zh"][key]) for key in pruned["en"]]),
            f"A linear model on the frozen vectors is right about the tier of unseen templates {percent(linear['whole'])} of the time "
            f"with the whole vocabulary, {percent(linear['pruned'])} with the pruned one.",
        ]
    return parts


SETS_OF_INTENTS = {"clinc150": "CLINC150", "banking77": "BANKING77"}


def active_page(others: dict[str, Any]) -> list[str]:
    """What docs/performance.md says of the order in which texts are labelled."""
    if "active" not in others:
        return []
    cases = [(f"{SETS_OF_INTENTS[name]}, {kind}", one) for name, kinds in others["active"].items() for kind, one in kinds.items()]
    counts, orders = cases[0][1]["counts"], list(cases[0][1]["orders"])
    shown = [count for count in (50, 100, 200, 500, 1000) if count in counts]
    curves = [
        (
            case,
            order,
            *(f"{percent(row['accuracy']['mean'][at])} / {percent(row['macro_f1']['mean'][at])}" for at in map(counts.index, shown)),
        )
        for case, one in cases
        for order, row in one["orders"].items()
    ]
    gains = [
        (case, *(points(one["orders"]["queue"]["more_accuracy_than_random"], counts.index(count)) for count in shown))
        for case, one in cases
    ]
    labels = [(case, *(f"{one['orders'][order]['needed']['mean']:.0f}" for order in orders)) for case, one in cases]
    return [
        "## Does the order of the queue help?",
        "`python benchmarks/active`: public sets of intents, frozen vectors of the base `minilm` and a logistic regression that is fitted "
        f"anew after every 50 labels, {cases[0][1]['seeds']} seeds. `even`: texts as the set has them, each sent once. `skewed`: the n-th "
        "label comes 1/n as often as the first and some texts come many times; accuracy counts a label as often as it comes, macro-F1 all "
        "labels alike. In the third case the orders go by scores that are renewed every 250 labels only. `queue` is sayso's order, "
        "`random` takes texts as they come, `least confidence` and `margin` are what others take. The order was chosen on HWU64, which is "
        "not judged here. The curve of an encoder that is trained itself was not measured.",
        "![Learning curves of the four orders](images/active.svg)",
        "Labels needed to be as right as random is with 1,000 (mean of the seeds; one that never gets there counts as 1,000):",
        table(("", *orders), labels),
        "Points of accuracy that the queue has more than random, and their 95 % interval, by the number of labels:",
        table(("", *map(str, shown)), gains),
        "Accuracy / macro-F1, means of the seeds:",
        table(("", "order", *map(str, shown)), curves),
    ]


def points(difference: dict[str, list[float]], at: int) -> str:
    """A difference of shares with its interval, in points."""
    return "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * difference[key][at] for key in ("mean", "low", "high")))


def draw_active(found: dict[str, Any], path: Path) -> None:
    """The learning curves with their intervals, case by case."""
    import altair as alt
    import vl_convert

    colours = {"queue": "#3b7dd8", "random": "#8a8f98", "least confidence": "#d97b29", "margin": "#4c9f70"}
    colour = alt.Color("order:N", title=None, sort=list(colours), scale=alt.Scale(domain=list(colours), range=list(colours.values())))
    colour = colour.legend(orient="top", symbolOpacity=1, symbolType="square")
    charts = []
    for name, kinds in found.items():
        for kind, one in kinds.items():
            rows = [
                {"labels": count, "order": order, **{key: row["accuracy"][key][at] for key in ("mean", "low", "high")}}
                for order, row in one["orders"].items()
                for at, count in enumerate(one["counts"])
            ]
            base = alt.Chart(alt.Data(values=rows), title=f"{SETS_OF_INTENTS[name]}, {kind}").properties(width=250, height=180)
            x, axis = alt.X("labels:Q", title="labels"), alt.Axis(format="%")
            band = base.mark_area(opacity=0.15).encode(x=x, y=alt.Y("low:Q", scale=alt.Scale(zero=False)), y2="high:Q", color=colour)
            line = base.mark_line(strokeWidth=2).encode(x=x, y=alt.Y("mean:Q", title="accuracy", axis=axis), color=colour)
            charts.append(band + line)
    grid = alt.concat(*charts, columns=3).configure(background="transparent")
    grey = "#8a8f98"
    grid = grid.configure_axis(labelColor=grey, titleColor=grey, gridColor="#8a8f9833", domainColor=grey, tickColor=grey)
    grid = grid.configure_title(color=grey).configure_legend(labelColor=grey).configure_view(stroke=None)
    path.write_text(vl_convert.vegalite_to_svg(grid.to_json()), encoding="utf-8")


def baselines(report: dict[str, Any], human: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each model on test beside itself on people's queries."""
    return list(zip(report["baselines"], human["baselines"], strict=True))


def labels(human: dict[str, Any]) -> list[tuple[str, float]]:
    """Every label with its F1."""
    return [(label, f1) for label, f1 in human["figures"]["intent"]["f1"].items() if label != "min"]


def percent(value: float) -> str:
    """A share as people read it."""
    return f"{100 * value:.1f} %"


def spread(figures: dict[str, Any]) -> str:
    """The interval of an accuracy."""
    return f"{percent(figures['accuracy_low'])} to {percent(figures['accuracy_high'])}"


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) + ("---:",) * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    main()
