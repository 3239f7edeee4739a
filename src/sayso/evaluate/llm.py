"""The artifact `gguf` -> how sure its answers may be, and what they are worth: on rows that it has not learned from, as it is shipped."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact, read_json, write_json
from sayso.errors import DataError, UsageError
from sayso.evaluate.command_baselines import command_baselines
from sayso.evaluate.commands import command_figures, worst_of
from sayso.evaluate.confidence import fit_confidence
from sayso.evaluate.gates import hold
from sayso.evaluate.stage import write_report
from sayso.examples import Example, read_split
from sayso.examples.answers import every_nth
from sayso.project import Project
from sayso.runtime.llm_model import LlmModel
from sayso.runtime.written import answer_in_json

SPEC, MODEL = "calibration.json", "model.gguf"
CALIBRATED_ON, JUDGED_ON, WITHOUT_GRAMMAR_ON = 360, 250, 100
"""So many rows: a language model takes a hundred times as long as an encoder for each."""


def calibrate_llm(project: Project, gguf: Artifact, data: Artifact, out: Path, progress: Progress = no_progress) -> Artifact:
    """Fit the confidence on the quantized model's answers to `calib`; rows that people wrote before those that were made."""
    rows = [row for row in read_split(data, "calib", project.heads) if row.output]
    if not rows:
        raise DataError("there are no rows to calibrate on; give `calib` a share in `splits`", data.path / "calib.jsonl")
    rows.sort(key=lambda row: (row.source or "").startswith("grammar"))
    by_people = sum(not (row.source or "").startswith("grammar") for row in rows)
    chosen = rows[:by_people] + every_nth(rows[by_people:], max(0, CALIBRATED_ON - by_people) or 1)
    spec = copy.deepcopy(dict(gguf.manifest["spec"]))
    progress("fitting the confidence of what is written", 0, 0)
    with LlmModel(spec, gguf.path / MODEL) as model:
        spec["commands"]["confidence"] = fit_confidence(model.interpreter, chosen[:CALIBRATED_ON])
    with new_artifact(out, "llm-calibration", inputs={"gguf": gguf, "data": data}) as draft:
        write_json(draft.path / SPEC, spec)
        draft.facts |= {"fitted": spec["commands"]["confidence"], "rows": len(chosen[:CALIBRATED_ON])}
    return open_artifact(out, "llm-calibration")


def evaluate_llm(
    project: Project, gguf: Artifact, calibration: Artifact, data: Artifact, out: Path, progress: Progress = no_progress
) -> Artifact:
    """Judge the quantized model on `test`, with the grammar and without; hold the gates on commands against the figures.

    In a hybrid the encoder answers for the gates: the language model is asked for what that was not sure of.
    """
    if project.tool is None:
        raise UsageError("a language model answers with commands, and this project has no `commands:`")
    rows = _to_judge_on(project, data)
    spec = read_json(calibration.path / SPEC)
    progress("judging what is written", 0, 3)
    report = judged_llm(spec, gguf.path / MODEL, rows)
    progress("judging without the grammar", 1, 3)
    report["figures"]["without_grammar"] = without_grammar(spec, gguf.path / MODEL, every_nth(rows, WITHOUT_GRAMMAR_ON))
    progress("fitting the baselines", 2, 3)
    report["commands"]["baselines"] = command_baselines(project.tool, read_split(data, "train", project.heads), rows)
    report["figures"]["size_mb"] = (gguf.path / MODEL).stat().st_size / 1e6
    gates = [gate for gate in project.gates if gate.figure.startswith("commands.") and project.engine == "llm"]
    report["gates"] = hold(tuple(gates), report["figures"])
    report |= {name: gguf.manifest[name] for name in ("base", "quality", "parity")}
    report |= {"quantization": gguf.manifest["spec"]["quantization"]}
    report |= {"name": project.name, "description": project.description.strip(), "data": {"digest": data.digest}, "baselines": []}
    with new_artifact(out, "llm-report", inputs={"gguf": gguf, "calibration": calibration, "data": data}) as draft:
        write_report(draft.path, report)
        draft.facts |= {"gates": report["gates"]}
    return open_artifact(out, "llm-report")


def _to_judge_on(project: Project, data: Artifact) -> list[Example]:
    test = [row for row in read_split(data, "test", project.heads) if row.output]
    if not test:
        raise DataError("there are no rows to judge on; give `test` a share in `splits`", data.path / "test.jsonl")
    return every_nth(test, JUDGED_ON)


def figures_without_grammar(project: Project, gguf: Artifact, calibration: Artifact, data: Artifact) -> dict[str, Any]:
    """What the figures on `test` would be if the model might write anything; an answer that cannot be read is a question."""
    return judged_llm(read_json(calibration.path / SPEC), gguf.path / MODEL, _to_judge_on(project, data), with_grammar=False)


def judged_llm(spec: Mapping[str, Any], gguf: Path, rows: Sequence[Example], *, with_grammar: bool = True) -> dict[str, Any]:
    """The figures of commands, and the wrong answers that the model was surest of."""
    with LlmModel(spec, gguf, with_grammar=with_grammar) as model:
        figures, judged = command_figures(model, rows)
    return {"figures": {"rows": len(rows), "commands": figures}, "commands": {"worst": worst_of(judged)}}


def without_grammar(spec: Mapping[str, Any], gguf: Path, rows: Sequence[Example]) -> dict[str, float]:
    """The share of answers that are allowed by the schema, with the grammar and without, on the same rows."""
    found: dict[str, float] = {"rows": len(rows)}
    for name, with_grammar in (("valid", False), ("valid_with_grammar", True)):
        with LlmModel(spec, gguf, with_grammar=with_grammar) as model:
            reader: Any = model.interpreter.reader
            texts = [model.writer.write(reader.prompter(row.text)).text for row in rows]
        readable = [answer_in_json(model.schema, text, row.context)["type"] != "unreadable" for text, row in zip(texts, rows, strict=True)]
        found[name] = round(sum(readable) / max(1, len(rows)), 4)
    return found
