"""Export: weights -> ONNX, INT8, the bundle, and the folders that other runtimes expect."""

from sayso.export.bundle import bundle
from sayso.export.install import install
from sayso.export.stage import export

__all__ = ["bundle", "export", "install"]
