"""The folder of a bundle, or of a project that has built one -> Model. `sayso.load` knows other sources too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sayso.artifacts import MANIFEST
from sayso.errors import BundleError, UsageError

if TYPE_CHECKING:
    from sayso.runtime.llm_model import LlmModel
    from sayso.runtime.model import Model

PROJECT_FILE = "sayso.yaml"
BUILT = Path("build", "bundle")


def load(source: str | Path, *, threads: int = 1, allow_missing: bool = False) -> Model | LlmModel:
    """Verify and load the bundle at `source`, which may also be the folder of a built project.

    A file that was changed since the bundle was made is always refused; a missing one unless `allow_missing`.
    """
    from sayso.runtime.bundle import open_bundle
    from sayso.runtime.model import Model

    bundle = open_bundle(find_bundle(source), allow_missing=allow_missing)
    if bundle.spec.get("engine") == "llm":
        from sayso.runtime.llm_model import LlmModel

        return LlmModel(bundle.spec, bundle.graph, threads)
    return Model(bundle.spec, bundle.graph, bundle.tokenizer, threads, bundle.language_model)


def find_bundle(source: str | Path) -> Path:
    """The folder of the bundle that `source` means."""
    folder = Path(source)
    if folder.name in (PROJECT_FILE, MANIFEST) and folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        raise _not_a_folder(source)
    if (folder / MANIFEST).is_file():
        return folder
    if (folder / BUILT / MANIFEST).is_file():
        return folder / BUILT
    if (folder / PROJECT_FILE).is_file():
        raise BundleError(f"this project has no bundle yet; make one with: sayso build --project {folder}", folder)
    raise BundleError(f"there is neither a bundle ({MANIFEST}) nor a project ({PROJECT_FILE}) in this folder", folder)


def _not_a_folder(source: str | Path) -> BundleError | UsageError:
    if Path(source).is_file():
        return BundleError("this is a file; give the folder of a bundle or of a project", source)
    if isinstance(source, str) and (source.startswith(("registry:", "zero-shot")) or "@" in source):
        return UsageError(f"{source!r} names a model elsewhere; this wants the folder of a bundle, or of a project that has built one")
    return BundleError("there is no such folder; give the folder of a bundle, or of a project that has built one", source)
