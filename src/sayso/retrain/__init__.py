"""Retrain: what people labelled and the project's own data -> a new version, proven on rows that nothing was ever trained on."""

from sayso.retrain.labels import Given, labels_in, labels_of
from sayso.retrain.result import Retrained
from sayso.retrain.retrain import STEPS, retrain

__all__ = ["STEPS", "Given", "Retrained", "labels_in", "labels_of", "retrain"]
