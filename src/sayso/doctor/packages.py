"""Which parts of sayso are installed: its extras, and what each lacks."""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import sayso

EXTRAS = ("train", "server", "llm")
SIDELINES = {"openai", "rust-just"}
"""What an extra brings that no training needs."""
COMPILERS = ("cc", "gcc", "clang", "cl")
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:\s*>=\s*([0-9.]+))?")


@dataclass(frozen=True)
class Extra:
    """One extra: what is missing of it or too old; nothing where it is whole. `sidelines` are what no training needs of that."""

    name: str
    missing: tuple[str, ...]
    sidelines: tuple[str, ...] = ()

    @property
    def pip(self) -> str | None:
        """The line that installs what is missing."""
        return f"pip install 'sayso[{self.name}]'" if self.missing or self.sidelines else None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return asdict(self) | {"pip": self.pip}


def extras() -> dict[str, Extra]:
    """The extras that sayso's stages and its server need."""
    found = {}
    for name, requirements in _requirements().items():
        lacking = {package: told for package, told in ((_name(one), _lacks(one)) for one in requirements) if told}
        missing = tuple(told for package, told in lacking.items() if package not in SIDELINES)
        found[name] = Extra(name, missing, tuple(told for package, told in lacking.items() if package in SIDELINES))
    return found


def compiler() -> str | None:
    """A C compiler, which a package needs that pip finds no wheel of."""
    return next((name for name in COMPILERS if shutil.which(name)), None)


def _requirements() -> dict[str, list[str]]:
    """What each extra asks for: as the checkout says that sayso runs from, or as it was installed."""
    checkout = Path(sayso.__file__).parents[2] / "pyproject.toml"
    if checkout.is_file():
        with open(checkout, "rb") as stream:
            document = tomllib.load(stream).get("project", {})
        if document.get("name") == "sayso":
            return {name: document["optional-dependencies"][name] for name in EXTRAS}
    try:
        told = metadata.requires("sayso") or []
    except metadata.PackageNotFoundError:
        told = []
    return {name: [one for one in told if re.search(rf"extra == ['\"]{name}['\"]", one)] for name in EXTRAS}


def _lacks(requirement: str) -> str | None:
    """What is said of a requirement that is not met."""
    name, least = _name(requirement), (REQUIREMENT.match(requirement) or [""] * 3)[2]
    try:
        there = metadata.version(name)
    except metadata.PackageNotFoundError:
        return name
    return f"{name} >= {least} (here is {there})" if least and _numbers(there) < _numbers(least) else None


def _name(requirement: str) -> str:
    found = REQUIREMENT.match(requirement)
    return found[1].lower() if found else requirement


def _numbers(version: str) -> tuple[int, ...]:
    """The release's numbers, of what is before any letter."""
    numbers = [int(number) for number in re.findall(r"\d+", re.split(r"[a-z+]", version, maxsplit=1)[0])]
    return (*numbers, *[0] * (4 - len(numbers)))
