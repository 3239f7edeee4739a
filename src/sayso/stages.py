"""The stages as functions of a project: each reads the project's finished artifacts and writes one, as its command does."""

from __future__ import annotations

from sayso import pipeline
from sayso.artifacts import Artifact, Progress, no_progress
from sayso.project import Project


def generate(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Make examples from the project's templates and files, split by group."""
    return pipeline.run_step(project, "generate", progress)


def check(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Look for what is wrong with the examples; raises CheckFailed, with the report written, if anything is."""
    return pipeline.run_step(project, "check", progress)


def verify(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Apply the corrections that people made to the examples."""
    return pipeline.run_step(project, "verify", progress)


def train(project: Project, *, resume: bool = True, device: str = "auto", progress: Progress = no_progress) -> Artifact:
    """Fit the encoder and its heads."""
    return pipeline.run_step(project, "train", progress, resume=resume, device=device)


def export(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Turn the weights into ONNX, INT8."""
    return pipeline.run_step(project, "export", progress)


def calibrate(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Fit temperatures and thresholds on the exported model."""
    return pipeline.run_step(project, "calibrate", progress)


def evaluate(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Prove the model on the test split; gates are in the report, `require_gates` holds them."""
    return pipeline.run_step(project, "evaluate", progress)


def bundle(project: Project, *, progress: Progress = no_progress) -> Artifact:
    """Pack the folder that is deployed; raises CheckFailed if a gate of the report does not hold."""
    pipeline.require_gates(pipeline.finished(project, "evaluate"))
    return pipeline.run_step(project, "bundle", progress)


def build(project: Project, *, device: str = "auto", progress: Progress = no_progress) -> Artifact:
    """Run every stage that has something new to do; the bundle."""
    for _ in pipeline.build(project, device=device, progress=progress):
        pass
    return pipeline.finished(project, "bundle")
