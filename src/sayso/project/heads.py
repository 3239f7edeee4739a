"""The heads of a project: what a model tells about a text, and what its labels mean."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sayso.errors import nearest
from sayso.section import Section


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
