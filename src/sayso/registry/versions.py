"""A bundle -> a version: a copy under a number that is never given again, which nothing changes any more."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import CHECKSUMS, MANIFEST, digest_of_file, flush_folder, new_file, read_json, write_json
from sayso.errors import ArtifactError, BundleError, InputError, nearest
from sayso.registry.locks import locked
from sayso.registry.places import ALIASES, BUNDLE, VERSION, VERSIONS, check_name
from sayso.registry.stamps import Stamp, stamp
from sayso.runtime.bundle import Bundle, open_bundle
from sayso.runtime.load import find_bundle

Metrics = Mapping[str, Mapping[str, float]]
"""What the report said of each head: `{"intent": {"accuracy": 0.97, "ece": 0.02, …}}`."""

NEW, GONE = ".new-", ".gone"


@dataclass(frozen=True)
class Version:
    """One bundle of a model.

    `number` counts within this registry. The id is the same in every registry: the beginning of the sha256 of the
    bundle's manifest, which vouches for checksums.json, which vouches for every other file.
    """

    model: str
    number: int
    manifest_sha256: str
    size: int
    metrics: Metrics
    source: str
    added: Stamp
    folder: Path

    @property
    def id(self) -> str:
        """What this version is called everywhere."""
        return _id(self.manifest_sha256)

    @property
    def bundle(self) -> Path:
        """Where its bundle is, if it was not removed."""
        return self.folder / BUNDLE

    @property
    def is_kept(self) -> bool:
        """Whether its bundle is still there; of a removed version only the record stays."""
        return self.bundle.is_dir()

    @property
    def model_folder(self) -> Path:
        """Where the model's versions, aliases and history are."""
        return self.folder.parent.parent

    def to_dict(self) -> dict[str, Any]:
        """The same as its record has it, ready for JSON."""
        return {
            "version": self.number,
            "id": self.id,
            "manifest_sha256": self.manifest_sha256,
            "size": self.size,
            "metrics": self.metrics,
            "source": self.source,
            **asdict(self.added),
        }

    def __str__(self) -> str:
        return f"{self.model}@{self.number} ({self.id})"


def add(registry: Path, source: Path, name: str | None = None, *, why: str = "", origin: str | None = None) -> Version:
    """Copy the bundle at `source` into the registry; a bundle that is there already stays the version that it is.

    Without `name`, the model is called as in its sayso.yaml. `origin` says where the bundle is from, if not from `source`.
    """
    bundle = open_bundle(find_bundle(source))
    folder = registry / check_name(name or str(bundle.spec.get("name")))
    digest = digest_of_file(bundle.path / MANIFEST)
    with locked(folder):
        clear_leftovers(folder)
        known = versions_in(folder)
        same = next((version for version in known if version.manifest_sha256 == digest), None)
        if same and _is_whole(same):
            return same
        number = same.number if same else 1 + max((version.number for version in known), default=0)
        version = Version(
            model=folder.name,
            number=number,
            manifest_sha256=digest,
            size=sum(file.stat().st_size for file in _files(bundle)),
            metrics=_metrics(bundle),
            source=origin or str(bundle.path.resolve()),
            added=stamp(why),
            folder=folder / VERSIONS / str(number),
        )
        _put(bundle, version)
    return version


def id_of(bundle: Bundle) -> str:
    """What a bundle is called as a version, in every registry."""
    return _id(digest_of_file(bundle.path / MANIFEST))


def versions_in(folder: Path) -> list[Version]:
    """All versions of a model, oldest first, those too of which only the record is left."""
    records = [path for path in folder.glob(f"{VERSIONS}/*/{VERSION}") if re.fullmatch(r"[0-9]+", path.parent.name)]
    return sorted((_read(path) for path in records), key=lambda version: version.number)


def version_at(folder: Path, number: int) -> Version:
    """The version of a model that has this number."""
    path = folder / VERSIONS / str(number) / VERSION
    if path.is_file():
        return _read(path)
    known = [str(version.number) for version in versions_in(folder)]
    raise InputError(f"{folder.name} has no version {number}{nearest(str(number), known)}", folder)


def open_version(version: Version) -> Bundle:
    """The version's bundle, once every byte of it has proved to be as it was registered."""
    if not version.is_kept:
        raise InputError(f"{version} was removed by `sayso gc`; add its bundle again, or name another version", version.folder)
    return _verified(version.bundle, version)


def remove_bundle(version: Version) -> None:
    """Delete a version's bundle; its record stays, so that its number is not given again and the history can name it."""
    gone = version.folder / GONE
    version.bundle.replace(gone)
    shutil.rmtree(gone)


def clear_leftovers(folder: Path) -> None:
    """Delete what a kill left half done in a model's folder; only for who holds its lock."""
    for leftover in (*folder.glob(f"{VERSIONS}/{NEW}*"), *folder.glob(f"{VERSIONS}/*/{GONE}")):
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in folder.glob(f"{ALIASES}/.*"):
        leftover.unlink(missing_ok=True)


def _put(bundle: Bundle, version: Version) -> None:
    """Copy the bundle, verify the copy, and show it by one rename."""
    folder = version.folder.parent
    folder.mkdir(exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=NEW, dir=folder))
    try:
        for file in _files(bundle):
            with new_file(staging / BUNDLE / file.relative_to(bundle.path)) as part:
                shutil.copyfile(file, part)
        _verified(staging / BUNDLE, version)
        write_json(staging / VERSION, version.to_dict())
        staging.chmod(0o755)
        flush_folder(staging / BUNDLE)
        flush_folder(staging)
        if version.folder.exists():
            _mend(staging, version)
        else:
            staging.replace(version.folder)
        flush_folder(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _mend(staging: Path, version: Version) -> None:
    """Put the bundle back into a version that has lost it, or in the place of one that was changed."""
    if version.is_kept:
        remove_bundle(version)
    (staging / VERSION).replace(version.folder / VERSION)
    (staging / BUNDLE).replace(version.bundle)
    flush_folder(version.folder)


def _verified(folder: Path, version: Version) -> Bundle:
    """The bundle in `folder`, if it is the one that `version` is of."""
    mend = "Add the original bundle once more to mend it, or use another version"
    try:
        bundle = open_bundle(folder)
        found = digest_of_file(folder / MANIFEST)
    except BundleError as error:
        raise BundleError(f"{version} is not what was registered. {error}. {mend}") from None
    if found != version.manifest_sha256:
        raise BundleError(f"{version} is not what was registered: its {MANIFEST} was changed. {mend}", folder)
    return bundle


def _id(manifest_sha256: str) -> str:
    return manifest_sha256[:12]


def _is_whole(version: Version) -> bool:
    try:
        open_version(version)
    except InputError:
        return False
    return True


def _files(bundle: Bundle) -> list[Path]:
    """What belongs to a bundle: what its checksums vouch for, and they themselves."""
    return [bundle.path / name for name in (*bundle.checksums, CHECKSUMS, MANIFEST)]


def _metrics(bundle: Bundle) -> Metrics:
    """Each head's plain numbers, without those of single labels; and those of commands."""
    told = bundle.manifest.get("metrics", {})
    return {
        head: {name: value for name, value in told[head].items() if isinstance(value, int | float)}
        for head in (*bundle.spec["heads"], "commands")
        if head in told
    }


def _read(path: Path) -> Version:
    record: Any = read_json(path)
    try:
        return Version(
            model=path.parents[2].name,
            number=int(record["version"]),
            manifest_sha256=str(record["manifest_sha256"]),
            size=int(record["size"]),
            metrics=record["metrics"],
            source=str(record["source"]),
            added=Stamp(record["when"], record["who"], record["why"]),
            folder=path.parent,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"this record of a version cannot be read: {error!r}", path) from None
