"""sayso.yaml -> Project: what a model is to tell apart, from which data, and what it must prove.

Every key is described in docs/project-file.md. An error names the file, the line and the nearest right name.
"""

from sayso.project.heads import Head, Label
from sayso.project.project import FILE_NAME, SPLITS, Project
from sayso.project.sections import RULES_OF_REDACTION, Bands, Check, Export, Generate, Labeling, Retrain, Source, Splits, Train

__all__ = [
    "FILE_NAME",
    "RULES_OF_REDACTION",
    "SPLITS",
    "Bands",
    "Check",
    "Export",
    "Generate",
    "Head",
    "Label",
    "Labeling",
    "Project",
    "Retrain",
    "Source",
    "Splits",
    "Train",
]
