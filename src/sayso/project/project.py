"""A whole sayso.yaml, read and checked, and the projects that are made from it with a setting changed."""

from __future__ import annotations

import re
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from sayso.artifacts import digest_of
from sayso.clischema.heads import heads_of
from sayso.clischema.read import read_schema
from sayso.clischema.schema import Schema
from sayso.clischema.spec import to_spec
from sayso.errors import ProjectError, UsageError, nearest
from sayso.gate import Gate, wrong_with
from sayso.project.heads import Head
from sayso.project.problems import explained
from sayso.project.sections import (
    Bands,
    Check,
    Export,
    Generate,
    Labeling,
    Retrain,
    Rules,
    Source,
    Splits,
    Train,
    ZeroShot,
)
from sayso.section import Section
from sayso.tuning import LanguageModel, with_files
from sayso.yamlfile import YamlFile, read_yaml

FILE_NAME = "sayso.yaml"
SPLITS = ("train", "val", "calib", "test")
ONLY_FOR_PEOPLE = {"tie_breakers"}
"""What of a label no stage reads: when it changes, nothing has to be built again."""

FOR_COMMANDS = {"learning_rate": 2e-4, "max_length": 64, "heads_start": "descriptions"}
"""How heads for a tool's commands are fitted, where the project says nothing else."""


class Project(Section):
    """A whole sayso.yaml, and the folder it is in."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    description: str = ""
    languages: tuple[str, ...] = ("en",)
    base: str = "minilm"
    commands: Path | None = None
    heads: dict[str, Head] = Field(min_length=1)
    data: tuple[Source, ...] = ()
    generate: Generate = Generate()
    splits: Splits = Splits()
    check: Check = Check()
    train: Train = Train()
    export: Export = Export()
    bands: Bands = Bands()
    engine: Literal["encoder", "llm", "hybrid"] = "encoder"
    llm: LanguageModel = LanguageModel()
    zero_shot: ZeroShot = ZeroShot()
    rules: Rules | None = None
    labeling: Labeling = Labeling()
    retrain: Retrain = Retrain()
    gates: tuple[Gate, ...] = ()

    _folder: Path = PrivateAttr(default=Path("."))
    _build: Path = PrivateAttr(default=Path("build"))
    _tool: Schema | None = PrivateAttr(default=None)

    @field_validator("heads")
    @classmethod
    def _names_are_free(cls, heads: dict[str, Head]) -> dict[str, Head]:
        taken = {"text", "id", "source", "group", "lang", "context", "weight"}
        for name in heads:
            if name in taken or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                rule = f"use lower-case letters, digits and _, and none of {', '.join(sorted(taken))}"
                raise ValueError(f"{name!r} cannot be a head's name: {rule}")
        return heads

    @model_validator(mode="after")
    def _language_models_take_commands(self) -> Self:
        if self.engine != "encoder" and self.commands is None:
            raise ValueError(f"the engine {self.engine!r} answers with commands, and there is no `commands: schema.yaml`")
        return self

    @model_validator(mode="after")
    def _best_by_is_a_head(self) -> Self:
        if self.train.best_by is not None and self.train.best_by not in self.heads:
            raise ValueError(f"train.best_by names {self.train.best_by!r}, which is no head{nearest(self.train.best_by, self.heads)}")
        return self

    @model_validator(mode="after")
    def _rules_fit_the_heads(self) -> Self:
        if self.rules:
            for name, wanted in ((self.rules.score, "a score head"), (self.rules.tier, "an ordered choice head")):
                head = self.heads.get(name)
                if head is None or (wanted == "a score head") != (head.type == "score") or head.ordered != (wanted != "a score head"):
                    raise ValueError(f"rules estimate {wanted}, and {name!r} is none{nearest(name, self.heads)}")
        return self

    @classmethod
    def load(cls, path: Path | str = FILE_NAME) -> Project:
        """Read sayso.yaml (or the one in the folder `path`)."""
        path = Path(path)
        path = path / FILE_NAME if path.is_dir() else path
        if not path.exists():
            raise ProjectError("no project here; `sayso init --recipe code-search DIR` makes one", path)
        file = read_yaml(path, ProjectError)
        if not isinstance(file.value, dict):
            raise ProjectError("a project is a mapping that begins with `name:` and `heads:`", path, 1)
        tool = _tool_of(file)
        document = file.value if tool is None else _for_commands(file.value, tool)
        document = document | ({"llm": with_files(document["llm"], path.parent)} if "llm" in document else {})
        try:
            project = cls.model_validate(document)
        except ValidationError as error:
            raise explained(error, file, cls) from None
        promised = {("gates",): project.gates, ("retrain", "gates"): project.retrain.gates or ()}
        for place, index, gate in ((place, *each) for place, gates in promised.items() for each in enumerate(gates)):
            if problem := wrong_with(gate, {name: head.type for name, head in project.heads.items()}):
                raise ProjectError(problem, path, file.line_of([*place, index]))
        project._folder, project._tool = path.parent, tool
        return project

    @property
    def folder(self) -> Path:
        """Where sayso.yaml is; relative paths in it start here."""
        return self._folder

    @property
    def build(self) -> Path:
        """Where the stages put their artifacts."""
        return self._folder / self._build

    @property
    def tool(self) -> Schema | None:
        """The schema of the tool whose commands the model understands; None for a model that only sorts texts."""
        return self._tool

    @property
    def main_head(self) -> str | None:
        """The first choice head: the one whose answer decides what is done."""
        return next((name for name, head in self.heads.items() if head.type == "choice"), None)

    def with_section(self, name: str, settings: dict[str, Any]) -> Project:
        """The same project with some settings of a section changed, as options on the command line do; checked like the file."""
        document = self.model_dump(mode="json", exclude_unset=True)
        document[name] = {**document.get(name, {}), **settings}
        try:
            changed = Project.model_validate(document)
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(step) for step in problem["loc"])
            raise UsageError(f"{place}: {problem['msg']} (found {problem.get('input')!r})") from None
        changed._folder, changed._build, changed._tool = self._folder, self._build, self._tool
        return changed

    def with_base(self, base: str) -> Project:
        """The same project with another base model."""
        return self.model_copy(update={"base": base})

    def on_trial(self, base: str) -> Project:
        """The same project with another base model and no gates, built in a folder of its own under `build/`."""
        changed = self.model_copy(update={"base": base, "gates": ()})
        changed._build = self._build / "bases" / base.strip("./").replace("/", "--")
        return changed

    def built_in(self, folder: str) -> Project:
        """The same project, whose artifacts go to a folder of their own under `build/`."""
        changed = self.model_copy()
        changed._build = self._build / folder
        return changed

    def on_rows(self, folder: Path, data: tuple[Source, ...], base: str) -> Project:
        """The same heads and settings on other rows, built in a folder of its own, with no gates and no least number of rows."""
        given = {"data": data, "base": base, "gates": ()}
        check = self.check.model_copy(update={"min_per_label": 1})
        generate = self.generate.model_copy(update={"verification_share": 0.0})
        changed = self.model_copy(update={**given, "check": check, "generate": generate})
        changed._folder, changed._build = folder, Path()
        return changed

    def digest(self, *sections: str) -> str:
        """Identity of the named sections, or parts of them (`llm.sft`), so that a stage knows when what it depends on has changed."""
        document = self.model_dump(mode="json", exclude={"heads": {"__all__": {"labels": {"__all__": ONLY_FOR_PEOPLE}}}})
        document["commands"] = to_spec(self._tool) if self._tool else None
        return digest_of({name: reduce(getitem, name.split("."), document) for name in sections})


def _for_commands(document: dict[str, Any], tool: Schema) -> dict[str, Any]:
    """The project with the heads that the tool's schema asks for, and trained as long as they need, unless it says otherwise."""
    train = document.get("train") or {}
    return {
        **document,
        "heads": heads_of(tool) | (document.get("heads") or {}),
        "train": FOR_COMMANDS | train if isinstance(train, dict) else train,
    }


def _tool_of(file: YamlFile) -> Schema | None:
    """The schema that `commands:` names; whatever is wrong with it is told with its own file and line."""
    named = file.value.get("commands")
    return read_schema(file.path.parent / named) if isinstance(named, str) else None
