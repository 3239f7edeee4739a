"""The artifacts `onnx`, `calibration` and `report` -> the artifact `bundle`: the folder that is deployed, vouched for by checksums."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sayso import __version__
from sayso.artifacts import (
    CHECKSUMS,
    Artifact,
    Progress,
    digest_of_file,
    new_artifact,
    no_progress,
    open_artifact,
    read_json,
    write_json,
)
from sayso.project import Project
from sayso.runtime.bundle import LANGUAGE_MODEL
from sayso.runtime.model import Model
from sayso.runtime.selftest import GOLDEN

FILES = ("model.onnx", "tokenizer.json", "config.json")
GOLDEN_ROWS = 20


def bundle(
    project: Project, onnx: Artifact, calibration: Artifact, report: Artifact, out: Path, progress: Progress = no_progress
) -> Artifact:
    """Gather the files, write what the model answers to a few texts as golden rows, and seal it all."""
    with new_artifact(out, "bundle", inputs={"onnx": onnx, "calibration": calibration, "report": report}) as draft:
        draft.facts |= _gathered(project, onnx, calibration, report, draft.path, progress)
        draft.facts |= _sealed(draft.path)
    return open_artifact(out, "bundle")


def bundle_llm(
    project: Project, gguf: Artifact, calibration: Artifact, report: Artifact, out: Path, progress: Progress = no_progress
) -> Artifact:
    """The folder with a language model alone."""
    measured = read_json(report.path / "report.json")
    with new_artifact(out, "bundle", inputs={"gguf": gguf, "calibration": calibration, "report": report}) as draft:
        shutil.copyfile(gguf.path / LANGUAGE_MODEL, draft.path / LANGUAGE_MODEL)
        draft.facts |= {
            "spec": read_json(calibration.path / "calibration.json"),
            "description": project.description.strip(),
            "metrics": measured["figures"],
            "provenance": _provenance_of_llm(project, gguf),
        }
        draft.facts |= _sealed(draft.path)
    return open_artifact(out, "bundle")


def bundle_hybrid(
    project: Project,
    onnx: Artifact,
    calibration: Artifact,
    report: Artifact,
    gguf: Artifact,
    llm_calibration: Artifact,
    out: Path,
    progress: Progress = no_progress,
) -> Artifact:
    """The encoder's folder, with a language model beside it that is asked where the encoder is not sure."""
    helper = read_json(llm_calibration.path / "calibration.json") | {"below": project.llm.hybrid_below}
    with new_artifact(out, "bundle", inputs={"onnx": onnx, "calibration": calibration, "report": report, "gguf": gguf}) as draft:
        draft.facts |= _gathered(project, onnx, calibration, report, draft.path, progress)
        draft.facts["spec"] |= {"llm": helper}
        shutil.copyfile(gguf.path / LANGUAGE_MODEL, draft.path / LANGUAGE_MODEL)
        draft.facts |= _sealed(draft.path)
    return open_artifact(out, "bundle")


def _gathered(
    project: Project, onnx: Artifact, calibration: Artifact, report: Artifact, folder: Path, progress: Progress
) -> dict[str, Any]:
    """Put an encoder's files into the folder; what the manifest says of them."""
    spec = read_json(calibration.path / "calibration.json")
    measured = read_json(report.path / "report.json")
    for name in FILES:
        shutil.copyfile(onnx.path / name, folder / name)
    shutil.copyfile(calibration.path / "temperature.json", folder / "temperature.json")
    progress("writing golden rows", 0, 0)
    _write_golden_rows(spec, folder, [row["text"] for row in measured.get("golden_texts", [])][:GOLDEN_ROWS])
    return {
        "spec": spec,
        "description": project.description.strip(),
        "metrics": measured["figures"],
        "confidence_histogram": measured.get("confidence_histogram", {}),
        "intent_mix": measured.get("intent_mix", {}),
        "provenance": _provenance(project, onnx, measured),
    }


def _sealed(folder: Path) -> dict[str, Any]:
    """Write the checksums of all that is in the folder; what the manifest says of them."""
    listed = sorted(path.name for path in folder.iterdir())
    write_json(folder / CHECKSUMS, {name: digest_of_file(folder / name) for name in listed})
    return {"checksums_sha256": digest_of_file(folder / CHECKSUMS)}


def _provenance_of_llm(project: Project, gguf: Artifact) -> dict[str, Any]:
    """Where a language model comes from."""
    facts = {name: gguf.manifest[name] for name in ("base", "base_sha256", "quality", "parity", "tensors")}
    made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {"sayso": __version__, "created": made, **facts, "commit": _commit(project.folder), "llm": project.llm.model_dump(mode="json")}


def _write_golden_rows(spec: Mapping[str, Any], folder: Path, texts: list[str]) -> None:
    """What this model answers to these texts: a runtime that answers otherwise is broken."""
    with Model(spec, folder / FILES[0], folder / FILES[1]) as model:
        predictions = model.predict(texts)
    with open(folder / GOLDEN, "w", encoding="utf-8", newline="\n") as stream:
        for text, prediction in zip(texts, predictions, strict=True):
            stream.write(json.dumps({"text": text, **prediction.to_dict()}, ensure_ascii=False) + "\n")


def _provenance(project: Project, onnx: Artifact, measured: Mapping[str, Any]) -> dict[str, Any]:
    """Where this model comes from."""
    return {
        "sayso": __version__,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "base": onnx.manifest["base"],
        "base_sha256": onnx.manifest["base_sha256"],
        "parameters": onnx.manifest["parameters"],
        "data": measured.get("data", {}),
        "verification": measured.get("verification"),
        "commit": _commit(project.folder),
        "quantization": onnx.manifest["quantization"],
        "train": project.train.model_dump(mode="json"),
    }


def _commit(folder: Path) -> str | None:
    """The commit of the project's folder, if it is under git."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return result.stdout.strip() or None
