"""What is sent and what comes back, as OpenAPI shows it."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sayso.runtime.prediction import ChoiceResult, HeadResult, Prediction, ScoreResult, Span, SpansResult
from sayso.server.answering.source import Serving


class Form(BaseModel):
    """A JSON object; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Question(Form):
    """One text, or a list of texts."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["text"]}, {"required": ["texts"]}],
            "examples": [{"text": "who calls login"}, {"texts": ["hello", "grep for TODO"], "scores": True}],
        }
    )

    text: str = Field(default="", description="One text.")
    texts: list[str] = Field(default=[], min_length=1, description="Or several.")
    scores: bool = Field(default=False, description="Whether every label's probability is wanted, too.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if len(self.model_fields_set & {"text", "texts"}) != 1:
            raise ValueError("send either `text` or `texts`")
        return self

    @property
    def all(self) -> list[str]:
        """The texts, one or many."""
        return self.texts or [self.text]


class ModelInfo(Form):
    """Which model answered."""

    name: str
    version: str

    @classmethod
    def of(cls, serving: Serving) -> ModelInfo:
        """As it is served."""
        return cls(name=serving.name, version=serving.version)


class SpanAnswer(Form):
    """A piece of the text, and what it is: from character `start` up to, but not including, `end`, counted in code points."""

    label: str
    start: int
    end: int
    text: str
    confidence: float

    @classmethod
    def of(cls, span: Span) -> SpanAnswer:
        """A span as it is sent."""
        return cls(label=span.label, start=span.start, end=span.end, text=span.text, confidence=span.confidence)


class HeadAnswer(Form):
    """What one head says: a label (choice), labels (tags), a value (score) or pieces of the text (spans)."""

    type: Literal["choice", "tags", "score", "spans"]
    label: str | None = None
    labels: list[str] | None = None
    value: float | None = None
    confidence: float | None = None
    scores: dict[str, float] | None = None
    spans: list[SpanAnswer] | None = None


class Classified(Form):
    """The answer for one text: that of the model's first choice head, what to do with it, and what every head says."""

    label: str | None
    confidence: float
    action: Literal["execute", "confirm", "suggest", "ask"]
    out_of_scope: bool
    heads: dict[str, HeadAnswer]

    @classmethod
    def of(cls, prediction: Prediction, *, scores: bool) -> Classified:
        """A prediction as it is sent."""
        heads = {name: _head(head, scores) for name, head in prediction.heads.items()}
        return cls(
            label=prediction.label,
            confidence=prediction.confidence,
            action=prediction.action,
            out_of_scope=prediction.out_of_scope,
            heads=heads,
        )


class Answers(Form):
    """The answers, in the order of the texts, and which model gave them."""

    request_id: str
    model: ModelInfo
    predictions: list[Classified]


class EstimateQuestion(Form):
    """A text of which is asked how demanding it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "prove that there are infinitely many primes"}]})

    text: str


class EstimateAnswer(Form):
    """How demanding a text is; `contributions` say what the rules saw in it."""

    request_id: str
    score: float
    tier: str
    domains: list[str]
    intent: str
    mode: str
    rules_score: float
    model_score: float | None
    contributions: dict[str, float]


class Refusal(Form):
    """Why a request is not answered."""

    error: dict[str, Any] = Field(examples=[{"code": "invalid", "message": "send either `text` or `texts`", "request_id": "9f2c"}])


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route may give, for OpenAPI."""
    return {status: {"model": Refusal} for status in statuses}


def _head(head: HeadResult, scores: bool) -> HeadAnswer:
    if isinstance(head, ScoreResult):
        return HeadAnswer(type="score", value=head.value)
    if isinstance(head, SpansResult):
        return HeadAnswer(type="spans", spans=[SpanAnswer.of(span) for span in head.spans])
    told = dict(head.scores) if scores else None
    if isinstance(head, ChoiceResult):
        return HeadAnswer(type="choice", label=head.label, confidence=head.confidence, scores=told)
    return HeadAnswer(type="tags", labels=list(head.labels), scores=told)
