"""Predictor: what every model that `sayso.load` gives can do, whatever runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sayso.runtime.interpretation import Interpretation
    from sayso.runtime.prediction import Prediction
    from sayso.runtime.spec import HeadSpec, Spec


class Predictor(Protocol):
    """Answers texts: a Model, which runs a bundle, or a network that torch runs."""

    spec: Spec

    @property
    def heads(self) -> Mapping[str, HeadSpec]:
        """Every head by its name, in the order of the project."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the first choice head; none if there is no such head."""

    @overload  # a str is an Iterable[str] too; the first overload that fits wins
    def predict(self, texts: str) -> Prediction: ...  # type: ignore[overload-overlap]

    @overload
    def predict(self, texts: Iterable[str]) -> list[Prediction]: ...

    def predict(self, texts: str | Iterable[str]) -> Prediction | list[Prediction]:
        """What a text means; for a list of texts, a list of answers in the same order."""

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """What a request asks of the tool that the model was made for; a UsageError if it was made for none."""

    def logits(self, texts: Iterable[str]) -> Mapping[str, NDArray[Any]]:
        """What the heads say before temperature: an array per head, a row per text."""

    def close(self) -> None:
        """Give the memory back; the model answers no more."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...
