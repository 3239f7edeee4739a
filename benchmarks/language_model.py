"""The three engines on one recipe: an encoder, a language model, and both together; and what DPO and the grammar give.

    python benchmarks/language_model.py [--rows N] [--pairs N] [--work FOLDER]

Builds the recipe `gh` as a hybrid on SmolLM2-135M with a budget for two CPU cores, kills the fine-tuning once on the way and goes on, and
judges every engine on the requests that people wrote for judging (`human.jsonl`, read after everything is built and for nothing else).
With a GPU: --rows 3000 --epochs 3 --pairs 1000.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import sayso
from sayso import pipeline
from sayso.artifacts import read_json
from sayso.clischema import from_spec
from sayso.evaluate.command_baselines import command_baselines
from sayso.evaluate.commands import Judged, command_figures
from sayso.evaluate.llm import without_grammar
from sayso.examples import Example, read_examples, read_split
from sayso.recipes import copy_recipe
from sayso.runtime.hybrid import Hybrid
from sayso.runtime.llm_model import LlmModel
from sayso.runtime.model import Model

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "language_model.json"
FIGURES = ("exact", "exact_low", "exact_high", "command_accuracy", "command_accuracy_low", "command_accuracy_high", "false_execute")
DRAWS = 2000


def main() -> None:
    """Build, judge, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=120)
    parser.add_argument("--requests", type=int, default=240)
    parser.add_argument("--work", type=Path, default=Path("build/llm/gh"))
    given = parser.parse_args()
    if not given.work.is_dir():
        copy_recipe("gh", given.work)
        _as_a_hybrid(given)
    project = sayso.Project.load(given.work)
    killed = _killed_once(given.work, project)
    times = {}
    for outcome in pipeline.build(project, progress=_told):
        print(f"{outcome.step:<14} {outcome.seconds:8.1f} s  {outcome.reason or 'up to date'}", flush=True)
        times[outcome.step] = round(outcome.seconds, 1)
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    results = measured(project, list(read_examples(given.work / "human.jsonl", project.heads)))
    results["seconds"] = {step: took if took > 1 else before.get("seconds", {}).get(step, took) for step, took in times.items()}
    results["killed_and_resumed"] = killed or before.get("killed_and_resumed")
    results["budget"] = {"rows": given.rows, "epochs": given.epochs, "pairs": given.pairs, "requests": given.requests}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=2))


def measured(project: sayso.Project, rows: list[Example]) -> dict[str, Any]:
    """Every engine on the same requests."""
    assert project.tool is not None
    gguf, spec = project.build / "gguf" / "model.gguf", read_json(project.build / "llm-calibration" / "calibration.json")
    with sayso.load(project.folder) as hybrid:
        assert isinstance(hybrid, Model)
        both, _ = command_figures(hybrid, rows)
        together = hybrid._interpreter
        assert isinstance(together, Hybrid)
        asked = together.asked_further / max(1, together.answered)
    with Model(read_json(project.build / "calibration" / "calibration.json"), *_graph(project)) as encoder:
        alone, _ = command_figures(encoder, rows)
    with LlmModel(spec, gguf) as llm:
        written, answers = command_figures(llm, rows)
    found: dict[str, Any] = {"encoder": _short(alone), "llm": _short(written), "hybrid": _short(both) | {"asked_further": round(asked, 4)}}
    found["encoder"]["size_mb"] = round(sum(file.stat().st_size for file in _graph(project)) / 1e6, 1)
    found["llm"]["size_mb"] = round(gguf.stat().st_size / 1e6, 1)
    found["hybrid"]["size_mb"] = round(found["encoder"]["size_mb"] + found["llm"]["size_mb"], 1)
    train = read_split(pipeline.finished(project, "verify"), "train", project.heads)
    return {
        "rows": len(rows),
        "engines": found,
        "validity": without_grammar(spec, gguf, rows),
        "baselines": command_baselines(from_spec(spec["commands"]["schema"]), train, rows),
        "sft": _of_manifest(project, "sft", ("rows", "tokens", "perplexity", "by_writing", "settings")),
        "preferences": _of_manifest(project, "preferences", ("pairs", "found", "kept", "requests")),
        "dpo": dpo_against_sft(project, rows, answers) if project.llm.dpo else None,
        "gguf": _of_manifest(project, "gguf", ("quality", "tensors", "parity")),
    }


def dpo_against_sft(project: sayso.Project, rows: list[Example], answers: list[Judged]) -> dict[str, Any]:
    """The same requests answered without DPO: the model of the first fine-tuning, converted and calibrated alike."""
    plain = project.model_copy(update={"engine": "llm", "llm": project.llm.model_copy(update={"dpo": None, "rivals": ()})})
    plain._folder, plain._build, plain._tool = project.folder, project.build, project.tool
    data, sft = pipeline.finished(project, "verify"), pipeline.finished(project, "sft")
    from sayso.evaluate.llm import calibrate_llm
    from sayso.export.gguf import gguf

    made = gguf(plain, sft, data, project.build / "sft-alone")
    fitted = calibrate_llm(plain, made, data, project.build / "sft-alone-calibration")
    with LlmModel(read_json(fitted.path / "calibration.json"), made.path / "model.gguf") as model:
        figures, before = command_figures(model, rows)
    gains = np.array([float(one.right) - float(other.right) for one, other in zip(answers, before, strict=True)])
    draws = np.random.default_rng(1).choice(gains, (DRAWS, len(gains))).mean(1)
    low, high = np.quantile(draws, [0.025, 0.975])
    gain = {"gain_in_right_answers": round(float(gains.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
    return {"sft_alone": _short(figures), **gain}


def _as_a_hybrid(given: argparse.Namespace) -> None:
    """The recipe with both engines, and a budget."""
    path = given.work / "sayso.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["engine"] = "hybrid"
    document["llm"] = {
        "sft": {"rows": given.rows, "epochs": given.epochs, "gradient_accumulation": 2},
        "dpo": {"pairs": given.pairs, "requests": given.requests, "samples": 2, "gradient_accumulation": 2},
        "rivals": ["q4_k_m"],
    }
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _killed_once(folder: Path, project: sayso.Project) -> dict[str, Any] | None:
    """Start the fine-tuning in a process of its own and kill it after its first checkpoint."""
    if (project.build / "sft").is_dir():
        return None
    for _ in pipeline.build(project, until="verify", progress=_told):
        pass
    run = subprocess.Popen([sys.executable, "-m", "sayso", "sft", "--project", str(folder)], start_new_session=True)
    started = time.monotonic()
    while run.poll() is None and not list(project.build.glob(".sft.work/*/checkpoint-*/trainer_state.json")):
        time.sleep(1)
    if run.poll() is not None:
        return None
    time.sleep(5)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    print(f"killed after {time.monotonic() - started:.0f} s", flush=True)
    return {"killed_after_s": round(time.monotonic() - started)}


def _told(what: str, done: int, total: int) -> None:
    if done == 0 and total == 0:
        print(f"  {what}", flush=True)


def _graph(project: sayso.Project) -> tuple[Path, Path]:
    return project.build / "onnx" / "model.onnx", project.build / "onnx" / "tokenizer.json"


def _short(figures: dict[str, Any]) -> dict[str, Any]:
    kept = {name: round(figures[name], 4) for name in FIGURES}
    return kept | {"clarification_f1": round(figures["clarification"]["f1"], 4), "ece": round(figures["ece"], 4), **figures["latency_ms"]}


def _of_manifest(project: sayso.Project, stage: str, names: tuple[str, ...]) -> dict[str, Any] | None:
    path = project.build / stage / "manifest.json"
    return {name: read_json(path)[name] for name in names} if path.is_file() else None


if __name__ == "__main__":
    main()
