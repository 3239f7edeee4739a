"""config.yaml -> Settings: the section `task_complexity`; what else the file holds is its program's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, StrictBool, ValidationError

from sayso.artifacts import write_text
from sayso.errors import InputError, UsageError, nearest
from sayso.runtime.blend import Mode
from sayso.yamlfile import read_yaml

SECTION = "task_complexity"
MODEL = Path("models", "complexity_model_int8.onnx")
TOKENIZER = Path("models", "complexity_tokenizer")


class Settings(BaseModel):
    """What a running process may be told. Relative paths start at the file's folder; without a mode, it is the model's own."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    enabled: StrictBool = True
    ml_model_enabled: StrictBool = True
    ml_estimation_mode: Mode | None = None
    ml_model_path: Path = MODEL
    ml_tokenizer_path: Path | None = None


def read_settings(path: Path) -> Settings:
    """The settings in a file; an InputError names file, line and the nearest right name."""
    file = read_yaml(path)
    document = file.value or {}
    section = document.get(SECTION) if isinstance(document, dict) else None
    if not isinstance(document, dict) or (section is not None and not isinstance(section, dict)):
        raise InputError(f"`{SECTION}` is a mapping of settings", path, file.line_of([SECTION]))
    try:
        return Settings.model_validate({name: value for name, value in (section or {}).items() if value is not None})
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0])
        raise InputError(_told(name, problem), path, file.line_of([SECTION, name])) from None


def write_settings(path: Path, changes: dict[str, Any]) -> Settings:
    """Change settings in the file, and nothing else of it but its comments; whole or not at all."""
    try:
        Settings.model_validate(changes)
    except ValidationError as error:
        problem = error.errors()[0]
        raise UsageError(_told(str(problem["loc"][0]), problem)) from None
    document = read_yaml(path).value or {}
    plain = {name: os.fspath(value) if isinstance(value, Path) else value for name, value in changes.items()}
    document[SECTION] = {**(document.get(SECTION) or {}), **plain}
    write_text(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    return read_settings(path)


def _told(name: str, problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return f"unknown setting {SECTION}.{name}{nearest(name, Settings.model_fields)}"
    return f"{SECTION}.{name}: {problem['msg']} (found {problem['input']!r})"
