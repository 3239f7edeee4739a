"""A bundle's spec -> Spec: all that a runtime must know about a model, read once and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from sayso.errors import BundleError
from sayso.runtime.decide import Bands, ScopeMethod

FORMAT = 1

HeadType = Literal["choice", "tags", "score", "spans"]


@dataclass(frozen=True)
class Scope:
    """A text whose score by `method` is below `threshold` is out of scope."""

    method: ScopeMethod
    threshold: float


@dataclass(frozen=True)
class HeadSpec:
    """One head: which output of the graph it reads, and how that becomes an answer."""

    name: str
    type: HeadType
    output: str
    labels: tuple[str, ...] = ()
    fallback: str | None = None
    temperature: float = 1.0
    thresholds: tuple[float, ...] = ()
    out_of_scope: Scope | None = None
    conformal_threshold: float | None = None


@dataclass(frozen=True)
class Spec:
    """What a model answers, how long its texts may be, and what its confidence allows.

    A `fused` graph was optimized when it was exported; to optimize it again would only make it slower.
    """

    name: str
    max_length: int
    heads: Mapping[str, HeadSpec]
    bands: Bands
    fused: bool = False

    @property
    def main_head(self) -> str | None:
        """The first choice head: the one whose answer decides what is done."""
        return next((name for name, head in self.heads.items() if head.type == "choice"), None)


def parse_spec(document: Mapping[str, Any]) -> Spec:
    """Read a spec; a BundleError says which part of it cannot be used."""
    if document.get("format") != FORMAT:
        raise BundleError(
            f"this bundle has format {document.get('format')!r} and this version of sayso reads format {FORMAT}; "
            "install the version that made it, or build it again"
        )
    heads = document.get("heads")
    if not isinstance(heads, Mapping) or not heads:
        raise BundleError("the bundle's spec names no heads; build it again")
    try:
        return Spec(
            name=str(document["name"]),
            max_length=_positive(document["max_length"]),
            heads={str(name): _head(str(name), head) for name, head in heads.items()},
            bands=Bands(**{name: _number(document["bands"][name]) for name in ("execute", "confirm", "suggest")}),
            fused=bool(document.get("fused", False)),
        )
    except KeyError as error:
        raise BundleError(f"the bundle's spec lacks {error}; build it again") from None
    except (TypeError, ValueError) as error:
        raise BundleError(f"the bundle's spec cannot be used: {error}; build it again") from None


def at_temperature(spec: Spec, temperature: float) -> Spec:
    """The same spec with another temperature for every head that has one."""
    _positive(temperature)
    return replace(spec, heads={name: replace(head, temperature=temperature) for name, head in spec.heads.items()})


def _head(name: str, head: Mapping[str, Any]) -> HeadSpec:
    if head["type"] not in get_args(HeadType):
        raise ValueError(f"head {name!r} has the unknown type {head['type']!r}")
    labels = tuple(str(label) for label in head.get("labels", ()))
    if len(set(labels)) != len(labels) or (not labels and head["type"] != "score"):
        raise ValueError(f"head {name!r} needs labels that differ from each other")
    fallback = head.get("fallback")
    if fallback is not None and fallback not in labels:
        raise ValueError(f"head {name!r} falls back to {fallback!r}, which is none of its labels")
    thresholds = tuple(_number(one) for one in head.get("thresholds", [0.5] * len(labels)))
    if head["type"] == "tags" and len(thresholds) != len(labels):
        raise ValueError(f"head {name!r} has {len(labels)} labels and {len(thresholds)} thresholds")
    conformal = head.get("conformal")
    return HeadSpec(
        name=name,
        type=head["type"],
        output=str(head["output"]),
        labels=labels,
        fallback=fallback,
        temperature=_positive(head.get("temperature", 1.0)),
        thresholds=thresholds if head["type"] == "tags" else (),
        out_of_scope=_scope(name, head.get("out_of_scope")),
        conformal_threshold=_number(conformal["threshold"]) if conformal else None,
    )


def _scope(name: str, scope: Mapping[str, Any] | None) -> Scope | None:
    if not scope:
        return None
    if scope["method"] not in get_args(ScopeMethod):
        raise ValueError(f"head {name!r} has the unknown out-of-scope method {scope['method']!r}")
    return Scope(scope["method"], _number(scope["threshold"]))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} stands where a number is needed")
    return float(value)


def _positive(value: Any) -> Any:
    if _number(value) <= 0:
        raise ValueError(f"{value!r} stands where a number above 0 is needed")
    return value
