"""sayso: a list of intents in, a small model out that runs on the user's own machine.

    model = sayso.load("build/bundle")
    model.predict("who calls login").label

What is listed here is the public API, all of it. Importing it loads nothing heavy: a name is fetched when it is used.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sayso.errors import (
    ArtifactError,
    BundleError,
    CheckFailed,
    DataError,
    InputError,
    MissingExtra,
    ProjectError,
    SaysoError,
    TemplateError,
    Unreachable,
    UsageError,
)

if TYPE_CHECKING:
    from sayso.estimator.estimator import Estimator
    from sayso.loading import load
    from sayso.project import Project
    from sayso.runtime.estimate import Estimate
    from sayso.runtime.interpretation import Clarification, Command, Suggestion
    from sayso.runtime.model import Model
    from sayso.runtime.prediction import ChoiceResult, Prediction, ScoreResult, Span, SpansResult, TagsResult
    from sayso.runtime.predictor import Predictor
    from sayso.stages import build, bundle, calibrate, check, evaluate, export, generate, train, verify

__version__ = "0.1.0"

__all__ = [
    "ArtifactError",
    "BundleError",
    "CheckFailed",
    "ChoiceResult",
    "Clarification",
    "Command",
    "DataError",
    "Estimate",
    "Estimator",
    "InputError",
    "MissingExtra",
    "Model",
    "Prediction",
    "Predictor",
    "Project",
    "ProjectError",
    "SaysoError",
    "ScoreResult",
    "Span",
    "SpansResult",
    "Suggestion",
    "TagsResult",
    "TemplateError",
    "Unreachable",
    "UsageError",
    "__version__",
    "build",
    "bundle",
    "calibrate",
    "check",
    "evaluate",
    "export",
    "generate",
    "load",
    "train",
    "verify",
]

_HOME_OF = {
    "Estimate": "sayso.runtime.estimate",
    "Estimator": "sayso.estimator.estimator",
    "ChoiceResult": "sayso.runtime.prediction",
    "Clarification": "sayso.runtime.interpretation",
    "Command": "sayso.runtime.interpretation",
    "Model": "sayso.runtime.model",
    "Prediction": "sayso.runtime.prediction",
    "Predictor": "sayso.runtime.predictor",
    "Project": "sayso.project",
    "ScoreResult": "sayso.runtime.prediction",
    "Span": "sayso.runtime.prediction",
    "SpansResult": "sayso.runtime.prediction",
    "Suggestion": "sayso.runtime.interpretation",
    "TagsResult": "sayso.runtime.prediction",
    "build": "sayso.stages",
    "bundle": "sayso.stages",
    "calibrate": "sayso.stages",
    "check": "sayso.stages",
    "load": "sayso.loading",
    "verify": "sayso.stages",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'sayso' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return __all__


class _StageOfItsPackage:
    """`sayso.train` is the stage's function, also once the package `sayso.train`, which does the work, is imported.

    The function shows the package's names too, so that `import sayso.train.stage as stage` finds its way.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, package: ModuleType, owner: type) -> Any:
        function = getattr(importlib.import_module("sayso.stages"), self.name)
        if f"sayso.{self.name}" in sys.modules:
            function.__dict__ = sys.modules[f"sayso.{self.name}"].__dict__
        return function

    def __set__(self, package: ModuleType, imported: ModuleType) -> None:
        """The import system offers the package as an attribute; sys.modules keeps it."""


class _Sayso(ModuleType):
    evaluate = _StageOfItsPackage()
    export = _StageOfItsPackage()
    generate = _StageOfItsPackage()
    train = _StageOfItsPackage()


sys.modules[__name__].__class__ = _Sayso
