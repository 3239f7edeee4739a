"""A registry, a project, or what the user names -> Deployed: the model that a new version has to stand up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sayso.artifacts import MANIFEST, Progress
from sayso.errors import InputError
from sayso.evaluate.candidates import Candidate
from sayso.examples import Example
from sayso.loading import REGISTRY, ZERO_SHOT, candidate_of
from sayso.project import Project
from sayso.registry import Version, aliases_in, find, open_version
from sayso.registry.versions import version_at

NONE = "none"


@dataclass(frozen=True)
class Deployed:
    """A model to compare with: what it is called, how it is found, and which version it is, if it is one."""

    name: str
    source: str | Path
    version: Version | None = None

    def open(self, project: Project, head: str, progress: Progress) -> Candidate:
        """The model, to be judged by what it answers for this head."""
        source = open_version(self.version).path if self.version else self.source
        candidate = candidate_of(source, project=project, progress=progress)
        if candidate.spec["heads"].get(head, {}).get("type") != "choice":
            raise InputError(
                f"{self.name} has no choice head {head!r}; compare with another by --against, or with nothing: --against {NONE}"
            )
        return candidate


def find_deployed(project: Project, wanted: str | None, alias: str, registry: Path) -> Deployed | None:
    """The model that is `wanted`; else what the alias points at, else the project's bundle, else zero-shot. None for `none`."""
    if wanted == NONE:
        return None
    if wanted:
        return _version(find(wanted, registry)) if wanted.startswith(REGISTRY) else Deployed(wanted, wanted)
    switch = aliases_in(registry / project.name).get(alias)
    if switch and switch.after is not None:
        return _version(version_at(registry / project.name, switch.after))
    if (project.build / "bundle" / MANIFEST).is_file():
        return Deployed("the project's bundle", project.build / "bundle")
    return Deployed(ZERO_SHOT, ZERO_SHOT)


def answers(candidate: Candidate, head: str, rows: Sequence[Example]) -> list[str]:
    """The label that a model gives each row."""
    with candidate.open(threads=2) as model:
        logits = model.logits([row.text for row in rows])[head]
    labels = candidate.spec["heads"][head]["labels"]
    return [labels[place] for place in logits.argmax(-1)]


def _version(version: Version) -> Deployed:
    return Deployed(f"{version.model}@{version.number}", str(version), version)
