"""Estimator: rules and a model that estimate in a running process, by a config.yaml that may change at any time."""
