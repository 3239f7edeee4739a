"""The whole flow on one page: which stage makes what from what, and what has to run again.

`build/lock.json` remembers, for every stage, the digests of what it was made from. A stage runs when one of them has
changed or its artifact is gone; it is skipped otherwise.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso import __version__
from sayso.artifacts import MANIFEST, Artifact, Progress, digest_of, digest_of_file, no_progress, open_artifact, read_json, write_json
from sayso.errors import ArtifactError, UsageError, nearest
from sayso.project import Project

PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One stage: its function, what it makes, and everything that its result depends on."""

    name: str
    function: str
    makes: str
    kind: str
    needs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    files: Callable[[Project], list[Path]] = lambda project: []

    @property
    def command(self) -> str:
        """What runs it alone. Where an encoder and a language model are both judged, their verbs are the encoder's."""
        return f"sayso build --until {self.name}" if self.name.endswith("-llm") else f"sayso {self.name}"

    def run(self, project: Project, artifacts: Mapping[str, Artifact], progress: Progress, **options: Any) -> Artifact:
        """Call the stage's function on the artifacts it needs."""
        module, _, function = self.function.rpartition(".")
        stage = getattr(importlib.import_module(module), function)
        made_from = [artifacts[name] for name in self.needs]
        result: Artifact = stage(project, *made_from, project.build / self.makes, progress=progress, **options)
        return result


def _data_files(project: Project) -> list[Path]:
    sources = [project.folder / path for source in project.data if (path := source.templates or source.examples or source.logs)]
    return [file for source in sources for file in (sorted(source.rglob("*.yaml")) if source.is_dir() else [source])]


def _corrections(project: Project) -> list[Path]:
    return [project.folder / "verify" / "corrections.jsonl"]


HEADS = ("heads", "commands")
PROMISES = ("bands", "gates", "rules")
OF_SOME_ENGINE = ("train", "export", "sft", "prefer", "dpo", "gguf")
ON_A_DEVICE = ("train", "sft", "prefer", "dpo")
PROMPT = (*HEADS, "llm.schema_in_prompt", "llm.commands_shown")
SFT, DPO = (*PROMPT, "llm.base", "llm.sft"), (*PROMPT, "llm.dpo")
GGUF = ("name", "languages", *PROMPT, "llm.quantization", "llm.rivals", "bands")
BUNDLE = ("name", "description", "engine")
DATA_SECTIONS = (*HEADS, "data", "generate", "splits", "languages", "check")

STEPS = (
    Step("generate", "sayso.generate.generate", "examples", "examples", (), DATA_SECTIONS, _data_files),
    Step("check", "sayso.quality.check", "check", "check", ("generate",), ("heads", "check")),
    Step("verify", "sayso.quality.verify", "verified", "examples", ("generate",), ("heads", "generate"), _corrections),
    Step("train", "sayso.train.train", "weights", "weights", ("verify",), ("heads", "base", "train", "languages")),
    Step("export", "sayso.export.export", "onnx", "onnx", ("train", "verify"), ("name", "languages", *HEADS, "export", "bands")),
    Step("calibrate", "sayso.evaluate.calibrate", "calibration", "calibration", ("export", "verify"), (*HEADS, "bands", "rules")),
    Step("evaluate", "sayso.evaluate.evaluate", "report", "report", ("export", "calibrate", "verify"), (*HEADS, *PROMISES)),
    Step("bundle", "sayso.export.bundle.bundle", "bundle", "bundle", ("export", "calibrate", "evaluate"), BUNDLE),
)


def steps_of(project: Project) -> tuple[Step, ...]:
    """The steps of the project's engine: an encoder's, a language model's, or both."""
    if project.engine == "encoder":
        return STEPS
    *made, bundle = STEPS
    data = tuple(step for step in made if step.name in ("generate", "check", "verify"))
    last = ("prefer", "dpo") if project.llm.dpo else ()
    tuned = last[-1] if last else "sft"
    judged = ("gguf", "calibrate-llm", "verify")
    writes = (
        Step("sft", "sayso.train.sft.sft", "sft", "sft", ("verify",), SFT),
        Step("prefer", "sayso.train.preferences.prefer", "preferences", "preferences", ("sft", "verify"), DPO),
        Step("dpo", "sayso.train.dpo.dpo", "dpo", "dpo", ("sft", "prefer"), DPO),
        Step("gguf", "sayso.export.gguf.gguf", "gguf", "gguf", (tuned, "verify"), GGUF),
        Step("calibrate-llm", "sayso.evaluate.llm.calibrate_llm", "llm-calibration", "llm-calibration", ("gguf", "verify"), HEADS),
        Step("evaluate-llm", "sayso.evaluate.llm.evaluate_llm", "llm-report", "llm-report", judged, (*HEADS, "gates")),
    )
    used = tuple(step for step in writes if step.name not in ("prefer", "dpo") or step.name in last)
    packed = ("gguf", "calibrate-llm", "evaluate-llm")
    if project.engine == "llm":
        return (*data, *used, Step("bundle", "sayso.export.bundle.bundle_llm", "bundle", "bundle", packed, BUNDLE))
    needs = (*bundle.needs, "gguf", "calibrate-llm")
    return (*made, *used, Step("bundle", "sayso.export.bundle.bundle_hybrid", "bundle", "bundle", needs, (*BUNDLE, "llm.hybrid_below")))


@dataclass(frozen=True)
class Outcome:
    """What became of one step: why it ran (or would), or None for up to date; and how long it took."""

    step: str
    reason: str | None
    seconds: float = 0.0
    resumed: bool = False


def plan(project: Project, *, until: str = "bundle") -> list[Outcome]:
    """What `build` would run, and why; nothing is touched."""
    outcomes: list[Outcome] = []
    for step in steps_until(until, project):
        upstream = next((o.step for o in outcomes if o.reason and o.step in step.needs), None)
        reason = f"{upstream} runs first" if upstream else stale(project, step, {need: finished(project, need) for need in step.needs})
        outcomes.append(Outcome(step.name, reason))
    return outcomes


def build(
    project: Project,
    *,
    until: str = "bundle",
    force: bool = False,
    device: str = "auto",
    progress: Progress = no_progress,
) -> Iterator[Outcome]:
    """Run what has something new to do, one Outcome a step as it ends; stops at a failed check or gate."""
    artifacts: dict[str, Artifact] = {}
    for step in steps_until(until, project):
        reason = "asked for" if force else stale(project, step, artifacts)
        started = time.monotonic()
        if reason:
            progress(step.name, 0, 0)
            made_from = _made_from(project, step, artifacts)
            options = {"device": device} if step.name in ON_A_DEVICE else {}
            artifacts[step.name] = step.run(project, artifacts, progress, **options)
            _remember(project, step, made_from | {"made": artifacts[step.name].digest})
        else:
            artifacts[step.name] = open_artifact(project.build / step.makes, step.kind)
        resumed = bool(reason and artifacts[step.name].manifest.get("resumed_at_step"))
        yield Outcome(step.name, reason, time.monotonic() - started, resumed)
        if step.name in ("evaluate", "evaluate-llm"):
            require_gates(artifacts[step.name])


def require_gates(report: Artifact) -> None:
    """Raise CheckFailed naming every gate of the report that does not hold."""
    from sayso.evaluate import require_gates as require

    require(report)


def finished(project: Project, step_name: str) -> Artifact:
    """A stage's finished artifact; an ArtifactError says which command makes it."""
    step = _step(step_name, project)
    if not (project.build / step.makes / MANIFEST).is_file():
        raise ArtifactError(f"`{step.command}` has to run first (or `sayso build`, which runs all)", project.build / step.makes)
    return open_artifact(project.build / step.makes, step.kind)


def output_of(project: Project, step_name: str) -> Path:
    """Where a stage puts its artifact."""
    return project.build / _step(step_name, project).makes


def run_step(project: Project, name: str, progress: Progress = no_progress, **options: Any) -> Artifact:
    """Run one stage on the finished artifacts before it, whether it is stale or not."""
    step = _step(name, project)
    artifacts = {need: finished(project, need) for need in step.needs}
    made_from = _made_from(project, step, artifacts)
    artifact = step.run(project, artifacts, progress, **options)
    _remember(project, step, made_from | {"made": artifact.digest})
    return artifact


def stale(project: Project, step: Step, artifacts: Mapping[str, Artifact]) -> str | None:
    """Why `step` has to run, or None."""
    if not (project.build / step.makes / MANIFEST).is_file():
        return f"{project.build.name}/{step.makes} is not there yet"
    lock = _lock(project).get(step.name)
    if lock is None:
        return "it did not finish last time"
    if open_artifact(project.build / step.makes, step.kind).digest != lock.get("made"):
        return f"{project.build.name}/{step.makes} was made by another command since"
    now = _made_from(project, step, artifacts)
    names = sorted(key for key in now.keys() | lock.keys() - {"made"} if now.get(key) != lock.get(key))
    return f"{', '.join(names[:3])} changed" if names else None


def steps_until(name: str, project: Project) -> tuple[Step, ...]:
    """The project's steps up to and including `name`."""
    steps = steps_of(project)
    return steps[: steps.index(_step(name, project)) + 1]


def _step(name: str, project: Project) -> Step:
    """The step of this name, which may leave out that it is a language model's: `calibrate` is `calibrate-llm` where there is no other."""
    steps = {step.name: step for step in steps_of(project)}
    if found := steps.get(name) or steps.get(f"{name}-llm"):
        return found
    if name in OF_SOME_ENGINE:
        raise UsageError(
            f"this project's engine is {project.engine!r}, which has no stage {name!r}; its stages are {', '.join(steps)} (`engine:` and "
            "`llm:` in sayso.yaml choose)"
        )
    raise UsageError(f"there is no stage {name!r}{nearest(name, steps)}")


def _made_from(project: Project, step: Step, artifacts: Mapping[str, Artifact]) -> dict[str, str]:
    package = PACKAGE / step.function.split(".")[1]
    sources = [path for path in sorted(package.rglob("*")) if path.suffix in {".py", ".yaml", ".json", ".j2"}]
    code = {path.relative_to(PACKAGE).as_posix(): digest_of_file(path) for path in sources}
    made_from = {f"sayso {__version__} itself ({package.name})": digest_of(code)}
    made_from |= {f"`{section}` in sayso.yaml": project.digest(section) for section in step.sections}
    made_from |= {str(_relative(file, project.folder)): digest_of_file(file) for file in step.files(project) if file.is_file()}
    made_from |= {name: artifacts[name].digest for name in step.needs if name in artifacts}
    return made_from


def _relative(path: Path, folder: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _lock(project: Project) -> dict[str, dict[str, str]]:
    path = project.build / "lock.json"
    lock = read_json(path) if path.is_file() else {}
    return lock if isinstance(lock, dict) else {}


def _remember(project: Project, step: Step, entry: dict[str, str]) -> None:
    write_json(project.build / "lock.json", _lock(project) | {step.name: entry})
