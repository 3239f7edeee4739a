"""How sure a model of commands may be of a whole answer: fitted on requests whose answers are known, through the exported model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.artifacts import read_json
from sayso.evaluate.commands import in_usual_names, judged_answer
from sayso.examples import Example
from sayso.runtime.decide import sigmoid
from sayso.runtime.interpret import Interpreter

EXPERIENCE = Path(__file__).with_name("experience.json")
"""What people's requests to other tools have shown, whose models had none of their words; benchmarks/experience.py writes it."""
GENERATED = "grammar"
ENOUGH = 50
"""Where there is no experience, this many requests by people count alone; of fewer, those that were generated count too."""
STRENGTH, FLAT = 0.3, 1e-3
"""How strongly weights are held at 0, and how little the last one, the bias, where there is no experience."""
STEPS, SMALL = 100, 1e-8


@dataclass(frozen=True)
class Belief:
    """Weights of reasons, the last one of none, and how surely they are known: the inverse of their covariance."""

    weights: NDArray[np.float64]
    precision: NDArray[np.float64]

    @property
    def covariance(self) -> NDArray[np.float64]:
        """How uncertain the weights are."""
        return np.asarray(np.linalg.inv(self.precision))


@dataclass(frozen=True)
class Answers:
    """The commands that were answered: what made the model sure, and whether they were right in everything."""

    names: tuple[str, ...]
    reasons: NDArray[np.float64]
    right: NDArray[np.bool_]


def fit_confidence(interpreter: Interpreter, examples: Sequence[Example]) -> dict[str, Any] | None:
    """The weights of what a confidence is made of: what was learned from other tools, corrected by people's requests to this one.

    A reader that there is no experience with starts from nothing; None where all its answers were right, or all wrong.
    """
    rows = [row for row in examples if row.output]
    by_people = [row for row in rows if not (row.source or "").startswith(GENERATED)]
    if not rows:
        return None
    names = interpreter.reader.proposal(rows[0].text).names_of_reasons
    known = experience(names)
    answers = answers_to(interpreter, by_people if known or len(by_people) >= ENOUGH else rows)
    if known is None and len(set(answers.right.tolist())) < 2:
        return None
    fitted = learned(answers, known or ignorance(len(names)))
    return {
        "reasons": list(names),
        "weights": np.round(fitted.weights, 6).tolist(),
        "covariance": np.round(fitted.covariance, 6).tolist(),
        "rows": len(answers.right),
        "by_people": known is not None or len(by_people) >= ENOUGH,
    }


def answers_to(interpreter: Interpreter, rows: Sequence[Example]) -> Answers:
    """What is answered to rows whose answer is known, however little the model is sure."""
    names: tuple[str, ...] = ()
    reasons, right = [], []
    for row in rows:
        proposal = interpreter.reader.proposal(row.text)
        judged = judged_answer(in_usual_names(interpreter.schema, row), interpreter.judged(proposal, row.context, ask_below=0.0))
        names = proposal.names_of_reasons
        if judged.gives_command:
            reasons.append(proposal.reasons)
            right.append(judged.exact)
    return Answers(names, np.array(reasons).reshape(len(right), len(names)), np.array(right, dtype=bool))


def experience(names: Sequence[str]) -> Belief | None:
    """What is known of these reasons before any request to this tool; None where they are others."""
    document = read_json(EXPERIENCE)
    if document["reasons"] != list(names):
        return None
    return Belief(np.array(document["weights"]), np.linalg.inv(np.array(document["covariance"])))


def ignorance(reasons: int) -> Belief:
    """Weights of which nothing is known but that they are hardly ever large."""
    return Belief(np.zeros(reasons + 1), np.diag([*[1 / STRENGTH] * reasons, FLAT]))


def learned(answers: Answers, before: Belief, share: NDArray[np.float64] | None = None) -> Belief:
    """What is believed after some answers (logistic regression, Laplace's approximation); `share` is how much each of them counts.

    A reason to be sure never counts against an answer.
    """
    if not len(answers.right):
        return before
    given = np.c_[answers.reasons, np.ones(len(answers.right))]
    counts = np.ones(len(given)) if share is None else share
    weights = before.weights.copy()
    for _ in range(STEPS):
        sure = sigmoid(given @ weights)
        slope = given.T @ (counts * (answers.right - sure)) - before.precision @ (weights - before.weights)
        precision = (given * (counts * sure * (1 - sure))[:, None]).T @ given + before.precision
        free = np.r_[(weights[:-1] > 0) | (slope[:-1] > 0), True]
        step = np.zeros_like(weights)
        step[free] = np.linalg.solve(precision[np.ix_(free, free)], slope[free])
        weights += step / max(1.0, float(np.abs(step).max()))
        weights[:-1] = np.maximum(weights[:-1], 0.0)
        if np.abs(step).max() < SMALL:
            break
    sure = sigmoid(given @ weights)
    return Belief(weights, (given * (counts * sure * (1 - sure))[:, None]).T @ given + before.precision)
