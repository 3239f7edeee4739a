"""Evaluate: what the exported model is worth, and what its confidence means."""

from sayso.evaluate.calibrate import calibrate
from sayso.evaluate.gates import require_gates
from sayso.evaluate.stage import evaluate

__all__ = ["calibrate", "evaluate", "require_gates"]
