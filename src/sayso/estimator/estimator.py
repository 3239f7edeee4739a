"""The estimator of a running process: settings and model are exchanged while it answers, and no answer waits for that."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sayso.errors import MissingExtra, SaysoError
from sayso.estimator.config import Settings, read_settings, write_settings
from sayso.estimator.watch import State, state_of, watch_files
from sayso.runtime.blend import DEFAULT_BLEND, Blend, parse_blend
from sayso.runtime.estimate import Estimate, estimate

if TYPE_CHECKING:
    from sayso.runtime.model import Model


@dataclass(frozen=True)
class _Serving:
    """All that an answer depends on; exchanged whole, so that an answer never sees half a change."""

    settings: Settings
    blend: Blend
    model: Model | None = None
    model_identity: str | None = None


class Estimator:
    """Estimates how demanding texts are, by `config.yaml`. Safe to use from many threads.

    The model is loaded when it is first needed. A change of the file, or of the model it names, is picked up without a restart;
    a file or model that is broken is reported, and what served before goes on serving.
    """

    def __init__(self, config: str | Path = "config.yaml", *, watch: bool = True) -> None:
        self.config = Path(config)
        self._log = _logger()
        self._loading = threading.Lock()
        self._problem: str | None = None
        seen = state_of(self.config)
        self._serving = _Serving(read_settings(self.config), DEFAULT_BLEND)
        self._ready = False
        self._stop = threading.Event()
        self._watcher = self._watch(seen) if watch else None

    def estimate(self, text: str) -> Estimate | None:
        """How demanding a text is; None while `enabled` is false."""
        if not self._ready:
            self.reload()
        serving = self._serving
        return estimate(text, serving.blend, serving.model) if serving.settings.enabled else None

    @property
    def settings(self) -> Settings:
        """What the file said when it was last read and whole."""
        return self._serving.settings

    @property
    def status(self) -> Mapping[str, Any]:
        """What serves now, for a settings page: the mode, whether there is a model, and what went wrong last."""
        serving = self._serving
        mode = serving.blend.mode if serving.model else "rules"
        return {"enabled": serving.settings.enabled, "mode": mode, "model": serving.model_identity, "problem": self._problem}

    def update(self, **changes: Any) -> Settings:
        """Write settings to the file and take them up at once; a wrong one raises a UsageError and changes nothing."""
        settings = write_settings(self.config, changes)
        self.reload()
        return settings

    def reload(self) -> bool:
        """Read the file, and the model if it is another one; False if something was broken and the old goes on serving."""
        with self._loading:
            self._ready = True
            try:
                settings = read_settings(self.config)
            except SaysoError as error:
                return self._report("config_rejected", error=str(error))
            if not settings.enabled or not settings.ml_model_enabled:
                self._problem = None
                self._serving = _Serving(settings, _in_mode(self._serving.blend, settings))
                return True
            return self._take_up_model(settings)

    def close(self) -> None:
        """Stop watching, and give the model's memory back once the answers under way are done."""
        self._stop.set()
        if self._watcher:
            self._watcher.join()
        self._serving = _Serving(self._serving.settings, self._serving.blend)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _take_up_model(self, settings: Settings) -> bool:
        from sayso.estimator.model import find_model, identity_of, open_model

        before = self._serving
        folder = self.config.parent
        try:
            bundle = find_model(folder, settings)
        except SaysoError as error:
            self._serving = replace(before, settings=settings, blend=_in_mode(before.blend, settings))
            return self._report("ml_classifier_unavailable", reason=str(error))
        model, identity = before.model, identity_of(bundle, settings)
        if model is None or identity != before.model_identity:
            try:
                model = open_model(bundle, folder, settings)
            except SaysoError as error:
                self._serving = replace(before, settings=settings, blend=_in_mode(before.blend, settings))
                return self._report("ml_classifier_load_failed", error=str(error))
            self._log.info("ml_classifier_loaded", model=str(bundle.graph), size_mb=round(bundle.graph.stat().st_size / 1e6, 1))
            self._log.info("ml_tokenizer_loaded", path=str(bundle.tokenizer.parent))
        blend = parse_blend(bundle.spec) or DEFAULT_BLEND
        self._problem = None
        self._serving = _Serving(settings, _in_mode(blend, settings), model, identity)
        return True

    def _report(self, event: str, **details: str) -> bool:
        self._problem = f"{event}: {next(iter(details.values()))}"
        self._log.warning(event, **details)
        return False

    def _watch(self, seen: State) -> threading.Thread:
        thread = threading.Thread(target=watch_files, args=(self, self._stop, seen), name="sayso-estimator", daemon=True)
        thread.start()
        return thread


def _in_mode(blend: Blend, settings: Settings) -> Blend:
    """The blend in the mode that the settings ask for, if they ask for one."""
    return replace(blend, mode=settings.ml_estimation_mode or blend.mode)


def _logger() -> Any:
    try:
        import structlog
        import watchfiles  # noqa: F401  so that its absence is told here and not by the watching thread
    except ImportError:
        raise MissingExtra("An estimator", "server") from None
    return structlog.get_logger("sayso")
