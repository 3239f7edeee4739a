"""Files -> reloads: the folders of an estimator's config and model are watched, on a thread of their own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sayso.estimator.estimator import Estimator

State = tuple[int, int] | None
MILLISECONDS_TO_SETTLE = 200
"""Changes that follow each other this fast are one: an installation writes several files."""
MILLISECONDS_TO_STOP = 200


def watch_files(estimator: Estimator, stop: threading.Event, seen: State) -> None:
    """Reload the estimator whenever one of its files changes, until told to stop. `seen` is the config file's state when it was read."""
    from watchfiles import watch

    while not stop.is_set():
        folders = _folders(estimator)
        for changes in watch(
            *folders,
            recursive=False,
            debounce=MILLISECONDS_TO_SETTLE,
            step=MILLISECONDS_TO_SETTLE // 2,
            rust_timeout=MILLISECONDS_TO_STOP,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=False,
        ):
            if (now := state_of(estimator.config)) != seen or any(_matters(Path(path), estimator) for _, path in changes):
                seen = now
                estimator.reload()
            if folders != _folders(estimator):
                break


def state_of(config: Path) -> State:
    """What differs after a change of the config file that came before the watching began, or that the system did not tell."""
    try:
        facts = config.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def _folders(estimator: Estimator) -> list[Path]:
    """The folders in which a change may matter, as far as they are there; a bundle's own folder may be exchanged whole."""
    root = estimator.config.resolve().parent
    model = root / estimator.settings.ml_model_path
    tokenizer = root / (estimator.settings.ml_tokenizer_path or estimator.settings.ml_model_path)
    wanted = {root, model.parent, model, tokenizer.parent, tokenizer}
    return sorted(folder for folder in wanted if folder.is_dir())


def _matters(path: Path, estimator: Estimator) -> bool:
    """The config file, or anything in the model's folders."""
    config = estimator.config.resolve()
    return path == config or path.parent != config.parent or path == config.parent / estimator.settings.ml_model_path
