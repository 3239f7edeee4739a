"""sayso: a list of intents in, a small model out that runs on the user's own machine."""

__version__ = "0.1.0"
