"""A model's id on the Hugging Face hub -> the folder of its files on this machine."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sayso.artifacts import CHECKSUMS, MANIFEST, Progress, cache_folder, no_progress, read_json, replace_folder
from sayso.errors import ArtifactError, MissingExtra, Unreachable

DESCRIPTIONS = ("*.json", "*.txt", "*.model")
"""What tells what a model is, and how it cuts texts."""
WEIGHTS = ("*.safetensors", "pytorch_model.bin")
"""What weights are called: the first is wanted, the second is all that some old models have."""
UNKNOWN = (401, 403, 404)
"""What the hub answers where there is nothing, or nothing for whoever asks."""
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)


def is_hub_id(name: str) -> bool:
    """Whether a name has the form OWNER/MODEL."""
    return bool(HUB_ID.fullmatch(name))


def fetch_model(hub_id: str, progress: Progress = no_progress) -> Path:
    """The folder of a bundle or of a network, as the hub has it now; where it cannot be reached, as it was fetched last."""
    progress(f"looking for {hub_id} on the Hugging Face hub", 0, 0)
    folder = _snapshot(hub_id, DESCRIPTIONS)
    progress(f"fetching {hub_id} from the Hugging Face hub", 0, 0)
    if (folder / MANIFEST).is_file() and (folder / CHECKSUMS).is_file():
        names = [MANIFEST, CHECKSUMS, *map(str, read_json(folder / CHECKSUMS))]
        return _copied(_snapshot(hub_id, names), names, cache_folder() / "hub" / hub_id.replace("/", "--"))
    for weights in WEIGHTS:
        folder = _snapshot(hub_id, (*DESCRIPTIONS, weights))
        if any(folder.glob(weights)):
            break
    return folder


def _copied(snapshot: Path, names: Iterable[str], models: Path) -> Path:
    """The named files of a commit as files: the hub's cache has links, and a bundle with a link out of it is refused."""
    copy = models / snapshot.name
    if not (copy / MANIFEST).is_file():
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch.", dir=models) as scratch:
            part = Path(scratch, snapshot.name)
            part.mkdir()
            for name in names:
                if "/" not in name and (snapshot / name).is_file():
                    shutil.copyfile(snapshot / name, part / name)
            replace_folder(part, copy)
    return copy


def _snapshot(hub_id: str, patterns: Iterable[str]) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError:
        raise MissingExtra(f"{hub_id!r} is no folder here; fetching it from the Hugging Face hub", "train") from None
    disable_progress_bars()
    broken_off: type[Exception] = HfHubHTTPError.__bases__[0]  # of the HTTP library, which differs between the hub's versions
    try:
        return Path(snapshot_download(hub_id, allow_patterns=list(patterns), endpoint=os.environ.get("HF_ENDPOINT") or None))
    except LocalEntryNotFoundError:
        raise Unreachable(
            f"there is no folder {hub_id!r} here, and the Hugging Face hub, which may have such a model, cannot be reached; "
            "name a folder, or try again with a network"
        ) from None
    except (broken_off, OSError, ValueError) as error:
        if isinstance(error, HfHubHTTPError) and error.response.status_code in UNKNOWN:
            raise ArtifactError(
                f"there is no folder {hub_id!r} here, and no such model on the Hugging Face hub; if it is private, set HF_TOKEN"
            ) from None
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ArtifactError(f"{hub_id!r} cannot be had from the Hugging Face hub: {reason}") from None
