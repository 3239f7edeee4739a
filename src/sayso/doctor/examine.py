"""This machine, and a project if there is one -> findings: what is here, what is missing, what can be trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import cache_folder
from sayso.doctor.machine import Machine, machine
from sayso.doctor.needs import BaseHere, Verdict, base_here, encoder_verdict, llm_verdict
from sayso.doctor.packages import Extra, compiler, extras
from sayso.doctor.rows import Rows, rows_of
from sayso.project import Project, Train
from sayso.tuning import LanguageModel

TOKENS_OF_A_REQUEST, TOKENS_OF_A_PROMPT = 24, 64
SCHEMA_IN_PROMPT = 5
"""So many times as long is a prompt with a part of the schema in it."""
NEEDED_BY = {"encoder": ("train",), "llm": ("train", "llm"), "hybrid": ("train", "llm")}


@dataclass(frozen=True)
class Findings:
    """What `sayso doctor` tells, but for times."""

    machine: Machine
    extras: dict[str, Extra]
    compiler: str | None
    bases: tuple[str, ...]
    encoder_base: BaseHere
    llm_base: BaseHere
    encoder: Verdict
    llm: Verdict
    project: Project | None
    rows: Rows | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The extras that the project's engine needs and that are not whole."""
        needed = NEEDED_BY[self.project.engine] if self.project else ()
        return tuple(name for name in needed if self.extras[name].missing)

    @property
    def bases_of_engine(self) -> dict[str, Path]:
        """Where the base models of the project's engine are; those that are here."""
        engine = self.project.engine if self.project else None
        wanted = {"encoder": self.encoder_base} if engine != "llm" else {}
        wanted |= {"llm": self.llm_base} if engine != "encoder" else {}
        return {name: base.folder for name, base in wanted.items() if base.folder}

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return {
            "machine": self.machine.to_dict(),
            "extras": {name: extra.to_dict() for name, extra in self.extras.items()},
            "compiler": self.compiler,
            "bases": list(self.bases),
            "encoder": {"base": self.encoder_base.to_dict(), **self.encoder.to_dict()},
            "llm": {"base": self.llm_base.to_dict(), **self.llm.to_dict()},
            "project": _project(self.project, self.rows) if self.project and self.rows else None,
            "missing": list(self.missing),
        }


def examine(project: Project | None) -> Findings:
    """Look at the machine, at what is installed, and at the project's base models; nothing is fetched or trained."""
    found = extras()
    no_train = bool(found["train"].missing)
    no_llm = no_train or bool(found["llm"].missing)
    folder = project.folder if project else Path()
    here = machine((folder, cache_folder()), with_torch="torch" not in found["train"].missing and not no_train)
    train, llm = (project.train, project.llm) if project else (Train(), LanguageModel())
    encoder_base = base_here(project.base if project else "minilm", folder)
    llm_base = base_here(llm.base, folder)
    prompt = min(TOKENS_OF_A_PROMPT * (SCHEMA_IN_PROMPT if llm.schema_in_prompt else 1), llm.sft.max_length)
    return Findings(
        machine=here,
        extras=found,
        compiler=compiler(),
        bases=_bases(),
        encoder_base=encoder_base,
        llm_base=llm_base,
        encoder=encoder_verdict(here, encoder_base, train, min(TOKENS_OF_A_REQUEST, train.max_length), no_train),
        llm=llm_verdict(here, llm_base, llm.sft, prompt, no_llm),
        project=project,
        rows=rows_of(project) if project else None,
    )


def _bases() -> tuple[str, ...]:
    """The base models with a short name that are on this machine."""
    from sayso.train.bases import BASES

    return tuple(name for name in BASES if base_here(name, Path()).folder)


def _project(project: Project, rows: Rows) -> dict[str, Any]:
    return {"name": project.name, "engine": project.engine, "rows": rows.splits, "rows_are_made": rows.made}
