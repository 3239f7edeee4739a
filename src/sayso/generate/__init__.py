"""Generate: templates and files of examples -> the artifact `examples`."""

from sayso.generate.stage import gather, generate, verification_sample

__all__ = ["gather", "generate", "verification_sample"]
