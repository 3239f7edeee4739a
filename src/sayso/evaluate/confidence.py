"""How sure a model of commands may be of a whole answer: fitted on requests whose answers are known, through the exported model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.evaluate.commands import judged_answer
from sayso.examples import Example
from sayso.runtime.decide import sigmoid
from sayso.runtime.interpret import REASONS, Interpreter
from sayso.runtime.model import Model

GENERATED = "grammar"
ENOUGH = 50
"""With so many requests by people, those that were generated say nothing more of confidence: they are easier."""
STRENGTH = 0.3
FLAT = 1e-3
"""How little is known of the last weight, the bias, before anything is fitted."""


def fit_confidence(model: Model, commands: Mapping[str, Any], examples: Sequence[Example]) -> dict[str, Any] | None:
    """The weights of what a confidence is made of; None where all answers were right, or all wrong, so that nothing can be fitted."""
    from sklearn.linear_model import LogisticRegression

    rows = [row for row in examples if row.output]
    by_people = [row for row in rows if not (row.source or "").startswith(GENERATED)]
    rows = by_people if len(by_people) >= ENOUGH else rows
    interpreter = Interpreter(model, {"schema": commands["schema"]})
    reasons, right = [], []
    for row in rows:
        proposal = interpreter.proposal(row.text)
        answer = interpreter.judged(proposal, row.context, ask_below=0.0)
        judged = judged_answer(row, answer)
        if judged.gives_command:
            reasons.append(proposal.reasons)
            right.append(judged.exact)
    if len(set(right)) < 2:
        return None
    fitted = LogisticRegression(C=STRENGTH, max_iter=1000).fit(np.array(reasons), np.array(right))
    weights = np.r_[np.maximum(fitted.coef_[0], 0.0), fitted.intercept_]
    return {
        "reasons": list(REASONS),
        "weights": np.round(weights, 6).tolist(),
        "covariance": np.round(_covariance(np.array(reasons), weights), 6).tolist(),
        "rows": len(right),
        "by_people": len(by_people) >= ENOUGH,
    }


def _covariance(reasons: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How uncertain the weights are, so few requests as there are (Laplace's approximation)."""
    given = np.c_[reasons, np.ones(len(reasons))]
    sure = sigmoid(given @ weights)
    prior = np.diag([*[1 / STRENGTH] * len(REASONS), FLAT])
    return np.asarray(np.linalg.inv((given * (sure * (1 - sure))[:, None]).T @ given + prior))
