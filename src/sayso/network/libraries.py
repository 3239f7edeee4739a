"""transformers and what comes with it: there or not, and silent."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator

from sayso.errors import MissingExtra


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep what the libraries say to themselves off the terminal."""
    try:
        import transformers
    except ImportError:
        raise MissingExtra("What torch runs", "train") from None
    before, bars = transformers.logging.get_verbosity(), transformers.logging.is_progress_bar_enabled()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers.logging.set_verbosity(before)
        if bars:
            transformers.logging.enable_progress_bar()
