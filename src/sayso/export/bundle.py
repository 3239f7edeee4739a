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
from sayso.artifacts import CHECKSUMS, Artifact, Progress, digest_of_file, new_artifact, no_progress, open_artifact, read_json, write_json
from sayso.project import Project
from sayso.runtime.model import Model
from sayso.runtime.selftest import GOLDEN

FILES = ("model.onnx", "tokenizer.json", "config.json")
GOLDEN_ROWS = 20


def bundle(
    project: Project, onnx: Artifact, calibration: Artifact, report: Artifact, out: Path, progress: Progress = no_progress
) -> Artifact:
    """Gather the files, write what the model answers to a few texts as golden rows, and seal it all."""
    spec = read_json(calibration.path / "calibration.json")
    measured = read_json(report.path / "report.json")
    with new_artifact(out, "bundle", inputs={"onnx": onnx, "calibration": calibration, "report": report}) as draft:
        for name in FILES:
            shutil.copyfile(onnx.path / name, draft.path / name)
        shutil.copyfile(calibration.path / "temperature.json", draft.path / "temperature.json")
        progress("writing golden rows", 0, 0)
        _write_golden_rows(spec, draft.path, [row["text"] for row in measured.get("golden_texts", [])][:GOLDEN_ROWS])
        listed = sorted(path.name for path in draft.path.iterdir())
        write_json(draft.path / CHECKSUMS, {name: digest_of_file(draft.path / name) for name in listed})
        draft.facts |= {
            "spec": spec,
            "description": project.description.strip(),
            "checksums_sha256": digest_of_file(draft.path / CHECKSUMS),
            "metrics": measured["figures"],
            "confidence_histogram": measured.get("confidence_histogram", {}),
            "intent_mix": measured.get("intent_mix", {}),
            "provenance": _provenance(project, onnx, measured),
        }
    return open_artifact(out, "bundle")


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
