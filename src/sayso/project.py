"""sayso.yaml -> Project: what a model is to tell apart, from which data, and what it must prove.

Every key is described in docs/project-file.md. An error names the file, the line and the nearest right name.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, ValidationError, field_validator, model_validator

from sayso.artifacts import digest_of
from sayso.clischema.heads import heads_of
from sayso.clischema.read import read_schema
from sayso.clischema.schema import Schema
from sayso.clischema.spec import to_spec
from sayso.errors import ProjectError, UsageError, nearest
from sayso.gate import Gate, wrong_with
from sayso.section import Section
from sayso.tuning import LanguageModel, with_files
from sayso.yamlfile import YamlFile, read_yaml

FILE_NAME = "sayso.yaml"
SPLITS = ("train", "val", "calib", "test")
ONLY_FOR_PEOPLE = {"tie_breakers"}
"""What of a label no stage reads: when it changes, nothing has to be built again."""


RULES_OF_REDACTION = ("email", "iban", "card", "fiscal_code", "vat", "phone")
"""Kinds of personal data that are known, and taken out unless the project says `KIND: false`."""


def redaction_from_yaml(value: Any) -> Any:
    """`false` is none of the rules; a mapping switches single ones off, or adds a pattern of one's own under a new name."""
    if value is False:
        return dict.fromkeys(RULES_OF_REDACTION, False)
    if value is True:
        return {}
    if not isinstance(value, dict):
        raise ValueError("`redact` is true, false, or a mapping of rules")
    for name, rule in value.items():
        if rule is True and name not in RULES_OF_REDACTION:
            raise ValueError(f"there is no rule {name!r}{nearest(str(name), RULES_OF_REDACTION)}; give it a pattern to make one")
        if isinstance(rule, str):
            try:
                empty = re.compile(rule).search("")
            except re.error as error:
                raise ValueError(f"the pattern of {name!r} is no regular expression: {error}") from None
            if empty:
                raise ValueError(f"the pattern of {name!r} matches the empty text; it would take out everything")
    return value


FOR_COMMANDS = {"learning_rate": 2e-4, "max_length": 64, "heads_start": "descriptions"}
"""How heads for a tool's commands are fitted, where the project says nothing else."""


class Label(Section):
    """One label of a head: what it means, other names that data has for it, and words that hint at it (for the keyword baseline)."""

    description: str = ""
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    tie_breakers: tuple[str, ...] = ()


def _labels_from_yaml(value: Any) -> Any:
    """Labels may be a list of names, or a mapping of names to a description or to a full Label."""
    if isinstance(value, list):
        repeated = {str(name) for name in value if value.count(name) > 1}
        if repeated:
            raise ValueError(f"label {sorted(repeated)[0]!r} is given twice; keep one")
        value = {name: {} for name in value}
    if not isinstance(value, dict):
        raise ValueError("labels must be a list of names, or a mapping of names to descriptions")
    for name in value:
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"label {name!r} must be text; put it in quotes")
    return {name: _label_from_yaml(entry) for name, entry in value.items()}


def _label_from_yaml(entry: Any) -> Any:
    return {"description": entry or ""} if entry is None or isinstance(entry, str) else entry


class Head(Section):
    """One thing the model tells about a text."""

    type: Literal["choice", "tags", "score", "spans"]
    labels: Annotated[dict[str, Label], BeforeValidator(_labels_from_yaml)] = Field(default_factory=dict)
    description: str = ""
    ordered: bool = False
    fallback: str | None = None
    loss_weight: float = Field(default=1.0, gt=0)

    @property
    def outputs(self) -> int:
        """How many numbers the head gives: of a text, or of each of its tokens."""
        return 2 * len(self.labels) + 1 if self.type == "spans" else max(1, len(self.labels))

    def label_named(self, name: str) -> str:
        """The label that data calls by this name; the name itself where there is none."""
        return name if name in self.labels else next((label for label, about in self.labels.items() if name in about.aliases), name)

    @model_validator(mode="after")
    def _labels_fit_the_type(self) -> Self:
        if self.type == "score" and (self.labels or self.ordered or self.fallback):
            raise ValueError("a score head gives a number in [0, 1]; it has no labels, order or fallback")
        if self.type != "score" and len(self.labels) < (2 if self.type == "choice" else 1):
            raise ValueError(f"a {self.type} head needs at least {'two labels' if self.type == 'choice' else 'one label'}")
        if self.type != "choice" and (self.ordered or self.fallback):
            raise ValueError("`ordered` and `fallback` are for choice heads")
        if self.fallback is not None and self.fallback not in self.labels:
            raise ValueError(f"fallback {self.fallback!r} is not a label of this head{nearest(self.fallback, self.labels)}")
        return self


class Source(Section):
    """Where examples come from: a templates folder (sentences, rules, lists), a file of examples, or production logs."""

    templates: Path | None = None
    examples: Path | None = None
    logs: Path | None = None
    language: str | None = None
    split: Literal["train", "val", "calib", "test"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(path is not None for path in (self.templates, self.examples, self.logs)) != 1:
            raise ValueError("a source names one of `templates: FOLDER`, `examples: FILE` and `logs: FILE`")
        return self


class Generate(Section):
    """How many examples templates and a tool's schema give, and how they are varied."""

    rows_per_command: int = Field(default=240, ge=10)
    samples_per_label: int = Field(default=1000, ge=1)
    augmentation_ratio: float = Field(default=0.5, ge=0, le=1)
    allow_fewer: bool = False
    verification_share: float = Field(default=0.1, ge=0, le=1)
    seed: int = 1


class Splits(Section):
    """The share of groups that each split gets; no group is ever in two. By time, the groups that were active last are held out."""

    by: Literal["group", "time"] = "group"

    train: float = Field(default=0.7, gt=0)
    val: float = Field(default=0.1, gt=0)
    calib: float = Field(default=0.1, gt=0)
    test: float = Field(default=0.1, gt=0)

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        total = self.train + self.val + self.calib + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of train, val, calib and test add up to {total:g}; make them 1")
        return self


class Check(Section):
    """What the data must satisfy before anything is trained on it."""

    min_per_label: int = Field(default=200, ge=1)
    max_imbalance: float = Field(default=3.0, ge=1)
    near_duplicate_similarity: float = Field(default=0.95, gt=0, le=1)
    max_near_leaks: float = Field(default=0.01, ge=0, le=1)


class Train(Section):
    """How the encoder and its heads are fitted."""

    epochs: int = Field(default=3, ge=1)
    batch_size: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=1e-4, gt=0)
    head_learning_rate_factor: float = Field(default=20.0, gt=0)
    schedule: Literal["linear", "cosine", "constant"] = "cosine"
    warmup_ratio: float = Field(default=0.1, ge=0, le=1)
    warmup_steps: int | None = Field(default=None, ge=0)
    weight_decay: float = Field(default=0.01, ge=0)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    max_grad_norm: float = Field(default=1.0, gt=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    freeze_layers: int = Field(default=0, ge=0)
    projection: int | None = Field(default=None, ge=1)
    head_hidden: int | None = Field(default=None, ge=1)
    heads_start: Literal["anywhere", "descriptions"] = "anywhere"
    prune_vocabulary: bool = False
    best_by: str | None = None
    pooling: Literal["mean", "cls"] = "mean"
    max_length: int = Field(default=128, ge=8)
    patience: int = Field(default=2, ge=1)
    balance: Literal["none", "weights", "sampling"] = "none"
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    seed: int = 1


class Export(Section):
    """How the trained weights become the files a runtime loads."""

    optimize: bool = True
    quantize: bool = True
    max_int8_drop: float = Field(default=0.02, ge=0, le=1)
    min_int8_agreement: float = Field(default=0.0, ge=0, le=1)


class Bands(Section):
    """The confidence from which a prediction is executed, confirmed, or suggested; below: ask."""

    execute: float = Field(default=0.9, ge=0, le=1)
    confirm: float = Field(default=0.7, ge=0, le=1)
    suggest: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _descend(self) -> Self:
        if not self.execute >= self.confirm >= self.suggest:
            raise ValueError("bands must descend: execute >= confirm >= suggest")
        return self


class ZeroShot(Section):
    """How a model is asked that was trained on none of these labels."""

    template: str | None = None

    @field_validator("template")
    @classmethod
    def _has_a_place(cls, template: str | None) -> str | None:
        if template is not None and template.count("{}") != 1:
            raise ValueError("`template` is a sentence with one {} in it, where a label's description goes")
        return template


class Labeling(Section):
    """What a server keeps of what it is asked, for people to label; and what it never keeps."""

    capture_below: float = Field(default=0.7, ge=0, le=1)
    capture_share: float = Field(default=0.02, ge=0, le=1)
    keep_days: int = Field(default=365, ge=1)
    second_opinions: float = Field(default=0.1, ge=0, le=1)
    lease_minutes: float = Field(default=10, gt=0)
    redact: Annotated[dict[str, bool | str], BeforeValidator(redaction_from_yaml)] = Field(default_factory=dict)


class Retrain(Section):
    """What labels that people gave are made into, and what the next model must prove against the one that is deployed."""

    test: Path | None = None
    min_per_label: int = Field(default=200, ge=1)
    label_weight: float = Field(default=1.0, gt=0)
    gates: tuple[Gate, ...] | None = None


class Rules(Section):
    """Rules beside the model: which heads they estimate too, and how both are put together."""

    score: str = "score"
    tier: str = "tier"
    mode: Literal["hybrid", "ml_only", "ml_refine"] = "hybrid"
    model_share: float | Literal["fit"] = 0.6
    unsure: tuple[float, float] = (0.35, 0.65)

    @model_validator(mode="after")
    def _are_shares(self) -> Self:
        if not isinstance(self.model_share, str) and not 0 <= self.model_share <= 1:
            raise ValueError("`model_share` is a share from 0 to 1, or `fit`, which finds it on the validation rows")
        if not 0 <= self.unsure[0] <= self.unsure[1] <= 1:
            raise ValueError("`unsure` is a range of scores, such as [0.35, 0.65]")
        return self


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
            raise _explained(error, file) from None
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


def _explained(error: ValidationError, file: YamlFile) -> ProjectError:
    """The first problem, told with its line and its mend; how many more there are is said too."""
    problems = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
    first = problems[0]
    place = [step for step in first["loc"] if not str(step).startswith("function-")]
    name = ".".join(str(step) for step in place)
    if first["type"] == "extra_forbidden":
        home = "" if place[0] in ("heads", "data") else _section_of(str(place[-1]))
        message = f"unknown key {name!r}{home or nearest(str(place[-1]), _known_keys(place[:-1]))}"
    elif first["type"] == "missing":
        message = f"{name!r} is missing"
    elif first["type"] == "model_type":
        message = f"{name!r} must be a mapping (found {first.get('input')!r})"
    elif first["type"] == "path_type":
        message = f"{name!r} must name a file (found {first.get('input')!r})"
    else:
        given = first.get("input")
        shown = f" (found {given!r})" if isinstance(given, str | int | float | bool) else ""
        message = f"{name}: {first['msg'].removeprefix('Value error, ')}{shown}" if name else first["msg"].removeprefix("Value error, ")
    if len(problems) > 1:
        message += f" (and {len(problems) - 1} more)"
    return ProjectError(message, file.path, file.line_of(place))


def _section_of(key: str) -> str:
    """The end of an error about a key that stands in the wrong place; empty if no section knows it either."""
    homes = [
        name
        for name, field in Project.model_fields.items()
        if isinstance(field.default, Section) and key in type(field.default).model_fields
    ]
    return f"; it belongs under `{homes[0]}:`" if homes else ""


def _known_keys(place: list[str | int]) -> list[str]:
    """The keys allowed in the section at `place`."""
    section: type[BaseModel] = Project
    match place:
        case ["heads", _]:
            section = Head
        case ["heads", _, "labels", _]:
            section = Label
        case ["data", _]:
            section = Source
        case ["rules"]:
            section = Rules
        case _:
            for name in place:
                field = section.model_fields.get(str(name))
                default = field.get_default(call_default_factory=True) if field else None
                if not isinstance(default, BaseModel):
                    return []
                section = type(default)
    return list(section.model_fields)
