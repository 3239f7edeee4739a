"""A project, without training rows -> the artifact `bundle`, exported, verified and run like one that was trained."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact, write_json
from sayso.evaluate.calibrate import calibrate, temperature_file
from sayso.examples import Example, read_examples, split_by_group, write_splits
from sayso.export.bundle import bundle
from sayso.export.stage import export
from sayso.network.libraries import quiet_libraries
from sayso.project import Head, Project
from sayso.train.bases import resolve_base
from sayso.train.vocabulary import prune_vocabulary
from sayso.zeroshot.sentences import left_out, sentences_of, zero_shot_project

FEWEST_ROWS, MOST_ROWS = 30, 500
"""With fewer labelled rows nothing is fitted on them; of more, so many are used."""
WITHOUT_MEANING = ("train", "data", "verification")
"""What a bundle's provenance says of how it was trained and on what."""


def make_bundle(project: Project, out: Path, progress: Progress = no_progress) -> Artifact:
    """Turn what the project says of its labels into a bundle; labelled rows that it has already calibrate it, and train nothing.

    Score heads are left out: there is no telling a number from a description. `zero_shot.left_out` of the provenance names them.
    """
    told = zero_shot_project(project)
    sentences = [row for name, head in told.heads.items() for row in _as_rows(name, head, sentences_of(told, name))]
    rows = labelled_rows(told)
    with tempfile.TemporaryDirectory(prefix=".zero-shot.", dir=_parent_of(out)) as scratch:
        work = Path(scratch)
        base = resolve_base(told.base, progress, folder=told.folder)
        if told.train.prune_vocabulary:
            prune_vocabulary(base, work / "base", told.languages, [row.text for row in sentences], progress)
            base = work / "base"
        with quiet_libraries():
            from sayso.zeroshot.prototypes import prototype_weights

            weights = prototype_weights(told, base, work / "weights", progress)
        data = _write_data(work / "examples", sentences, rows)
        onnx = _with_scope(export(told, weights, data, work / "onnx", progress))
        calibration = calibrate(told, onnx, data, work / "calibration", progress) if rows else _as_it_is(onnx, work / "calibration")
        made = bundle(told, onnx, calibration, _no_report(work / "report", sentences), work / "bundle", progress)
        facts = {"sentences": len(sentences), "calibrated_on": len(rows), "left_out": left_out(project)}
        return _sealed(made, facts | weights.manifest["likeness"], out)


def labelled_rows(project: Project) -> list[Example]:
    """The rows of the project's example files that it may look at: none of those it will be judged on; none if they are too few."""
    rows = [
        row
        for source in project.data
        if source.examples and source.split != "test"
        for row in _not_to_be_judged_on(list(read_examples(project.folder / source.examples, project.heads)), project, source.split)
    ]
    differ = len({str(row.labels) for row in rows}) > 1
    return rows[:: -(-len(rows) // MOST_ROWS)] if differ and len(rows) >= FEWEST_ROWS else []


def _not_to_be_judged_on(rows: list[Example], project: Project, split: str | None) -> list[Example]:
    if split is not None:
        return rows
    splits = split_by_group(rows, project.splits, project.generate.seed, project.main_head)
    return [row for name, part in splits.items() if name != "test" for row in part]


def _as_rows(name: str, head: Head, sentences: Mapping[str, Sequence[str]]) -> list[Example]:
    """What is known of each label, as rows on which INT8 is compared with the float graph."""
    return [
        Example(sentence, {name: label if head.type == "choice" else (label,)})
        for label, known in sentences.items()
        if label != head.fallback
        for sentence in known
    ]


def _write_data(out: Path, sentences: list[Example], rows: list[Example]) -> Artifact:
    with new_artifact(out, "examples") as draft:
        draft.facts["rows"] = write_splits(draft.path, {"train": [], "val": sentences, "calib": rows, "test": []})
    return open_artifact(out, "examples")


def _with_scope(onnx: Artifact) -> Artifact:
    """The same graphs, and a spec that says where a choice without a fallback ends: where no label's logit is above 0."""
    heads = dict(onnx.manifest["spec"]["heads"])
    for name, head in heads.items():
        if head["type"] == "choice" and head["fallback"] is None:
            heads[name] = head | {"out_of_scope": {"method": "max_logit", "threshold": 0.0}}
    return replace(onnx, manifest={**onnx.manifest, "spec": onnx.manifest["spec"] | {"heads": heads}})


def _as_it_is(onnx: Artifact, out: Path) -> Artifact:
    """What calibration makes where there is nothing to calibrate on."""
    spec = onnx.manifest["spec"]
    with new_artifact(out, "calibration", inputs={"onnx": onnx}) as draft:
        write_json(draft.path / "calibration.json", spec)
        write_json(draft.path / "temperature.json", temperature_file(spec, {}, None))
    return open_artifact(out, "calibration")


def _no_report(out: Path, sentences: list[Example]) -> Artifact:
    """A report that says nothing of how good the model is, for nobody has judged it."""
    with new_artifact(out, "report") as draft:
        write_json(draft.path / "report.json", {"figures": {}, "golden_texts": [{"text": row.text} for row in sentences]})
    return open_artifact(out, "report")


def _sealed(made: Artifact, facts: dict[str, Any], out: Path) -> Artifact:
    """The bundle under its name, its provenance saying that nothing was trained."""
    provenance = {name: value for name, value in made.manifest["provenance"].items() if name not in WITHOUT_MEANING}
    with new_artifact(out, "bundle") as draft:
        shutil.copytree(made.path, draft.path, ignore=shutil.ignore_patterns("manifest.json"), dirs_exist_ok=True)
        kept = {name: value for name, value in made.manifest.items() if name not in ("kind", "inputs", "digest")}
        draft.facts |= kept | {"provenance": provenance | {"zero_shot": facts}}
    return open_artifact(out, "bundle")


def _parent_of(out: Path) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    return out.parent
