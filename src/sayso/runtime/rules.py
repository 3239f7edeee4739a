"""A text -> how demanding it is, by rules that anybody can read: several signals, each with what it contributes.

No model is needed. The raw sum means nothing by itself; a scale that was fitted on training rows maps it to [0, 1].
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from sayso.runtime.rule_words import CONSTRAINTS, DOMAINS, INTENTS, SCOPE, STEPS, VERBS

HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W_\u3400-\u9fff]+(?:['’-]\w+)*")
SENTENCE = re.compile(r"[.!?;:。！？；：\n]+")
LISTED = re.compile(r"^\s*(?:[-*•]|\d+[.)、])\s", re.MULTILINE)
NUMBER = re.compile(r"\d[\d,.]*\s*(?:%|ms|gb|tb|k|m|qps|rps|users|requests|萬|億|人|筆|毫秒|秒|小時)", re.IGNORECASE)
HAN_CHARACTERS_A_WORD = 1.6


@dataclass(frozen=True)
class RuleEstimate:
    """The raw sum, what each signal added to it, and what the words say of domains and intent."""

    raw: float
    contributions: Mapping[str, float]
    domains: tuple[str, ...]
    intent: str


@dataclass(frozen=True)
class Scale:
    """A rising line from raw sums to scores: what training rows with such a sum score on average."""

    raw: tuple[float, ...]
    score: tuple[float, ...]

    def __call__(self, raw: float) -> float:
        """The score of a raw sum."""
        return float(np.interp(raw, self.raw, self.score))


def rule_estimate(text: str) -> RuleEstimate:
    """What the rules say of one text."""
    found = {name: round(signal(text), 4) for name, signal in SIGNALS.items()}
    return RuleEstimate(round(sum(found.values()), 4), found, domains_in(text), intent_of(text))


def domains_in(text: str) -> tuple[str, ...]:
    """The domains that the text has words of."""
    return tuple(name for name, words in DOMAINS.items() if _hits(words, text))


def intent_of(text: str) -> str:
    """What is asked for; a question where no word says something else."""
    if len(set(_hits(STEPS, text))) >= 2 or len(LISTED.findall(text)) >= 3:
        return "multi_step"
    return next((name for name, words in INTENTS.items() if name != "multi_step" and _hits(words, text)), "question")


def _length(text: str) -> float:
    """More words, more work; the first twenty matter most."""
    words = len(WORD.findall(text)) + len(HAN.findall(text)) / HAN_CHARACTERS_A_WORD
    return 0.07 * math.log2(1 + words)


def _structure(text: str) -> float:
    """Several sentences, lists and code."""
    sentences = sum(bool(part.strip()) for part in SENTENCE.split(text))
    clauses = len(re.findall(r"[,，、]|\band\b|以及|還有", text))
    return min(0.2, 0.02 * (sentences - 1) + 0.015 * clauses + 0.02 * len(LISTED.findall(text)) + (0.03 if "```" in text else 0))


def _verbs(text: str) -> float:
    """The hardest kind of work that a verb asks for."""
    return max((weight for weight, words in VERBS.values() if _hits(words, text)), default=0.0)


def _domains(text: str) -> float:
    """Technical work, and more so over several fields."""
    return 0.05 * min(3, len(domains_in(text)))


def _constraints(text: str) -> float:
    """What must hold at the same time, and figures that must be met."""
    return min(0.2, 0.03 * len(_hits(CONSTRAINTS, text)) + 0.03 * len(NUMBER.findall(text)))


def _steps(text: str) -> float:
    """Things to be done one after the other."""
    return min(0.15, 0.05 * len(_hits(STEPS, text)))


def _scope(text: str) -> float:
    """A whole system, many users, no failure."""
    return min(0.4, 0.12 * len(set(_hits(SCOPE, text))))


SIGNALS: dict[str, Callable[[str], float]] = {
    "length": _length,
    "structure": _structure,
    "verbs": _verbs,
    "domains": _domains,
    "constraints": _constraints,
    "steps": _steps,
    "scope": _scope,
}


def _hits(words: tuple[str, ...], text: str) -> list[str]:
    return _pattern(words).findall(text.lower())


@cache
def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Latin words whole, Chinese ones anywhere."""
    ordered = sorted(words, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in ordered if word.isascii())
    other = "|".join(re.escape(word) for word in ordered if not word.isascii())
    return re.compile(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])" + (f"|{other}" if other else ""))
