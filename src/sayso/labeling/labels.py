"""A project or a model -> LabelSets: which answers a person may give about a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sayso.errors import DataError, nearest

if TYPE_CHECKING:
    from sayso.project import Head, Project
    from sayso.runtime.spec import HeadSpec, Spec

Answer = dict[str, Any]
"""For each head that a person spoke of: a label, a list of labels, or a number from 0 to 1."""


class UnknownLabel(DataError):
    """An answer that the project has no label for."""


@dataclass(frozen=True)
class HeadLabels:
    """What may be said of one head."""

    type: Literal["choice", "tags", "score", "spans"]
    labels: tuple[str, ...]


def sets_of(heads: Mapping[str, Head | HeadSpec]) -> dict[str, HeadLabels]:
    """What may be said of each head that is asked about: pieces of a text are not, they come from commands that people mend."""
    return {name: HeadLabels(head.type, tuple(head.labels)) for name, head in heads.items() if head.type != "spans"}


@dataclass(frozen=True)
class LabelSets:
    """Every head with its labels; `main` is the first choice head, which a bare label speaks of."""

    heads: Mapping[str, HeadLabels]
    main: str | None

    @classmethod
    def of_project(cls, project: Project) -> LabelSets:
        """Those of sayso.yaml."""
        return cls(sets_of(project.heads), project.main_head)

    @classmethod
    def of_spec(cls, spec: Spec) -> LabelSets:
        """Those that a model was made with."""
        return cls(sets_of(spec.heads), spec.main_head)

    def answer(self, given: Mapping[str, Any]) -> Answer:
        """The answer, if every part of it may be said; in the order of the heads."""
        if unknown := [name for name in given if name not in self.heads]:
            raise UnknownLabel(f"there is no head {unknown[0]!r}{nearest(unknown[0], self.heads)}")
        if not given:
            raise UnknownLabel(f"this answer says nothing; give a label of {' or '.join(map(repr, self.heads))}")
        return {name: self._value(name, given[name]) for name in self.heads if name in given}

    def of_main(self, label: str) -> Answer:
        """The answer that a bare label is."""
        if self.main is None:
            raise UnknownLabel("no head of this project has one label a text; say which head you mean")
        return self.answer({self.main: label})

    def _value(self, name: str, value: Any) -> Any:
        head = self.heads[name]
        if head.type == "score":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise UnknownLabel(f"{name!r} is a number from 0 to 1, found {value!r}")
            return float(value)
        if head.type == "choice":
            return self._label(name, value)
        if not isinstance(value, list | tuple):
            raise UnknownLabel(f"{name!r} is a list of labels, found {value!r}")
        said = {self._label(name, each) for each in value}
        return [label for label in head.labels if label in said]

    def _label(self, name: str, value: Any) -> str:
        labels = self.heads[name].labels
        if not isinstance(value, str) or value not in labels:
            raise UnknownLabel(f"{value!r} is not a label of {name!r}{nearest(str(value), labels)}")
        return value
