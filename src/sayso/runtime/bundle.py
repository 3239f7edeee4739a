"""A bundle's folder -> Bundle: every checksum verified before anything is loaded.

The manifest holds the sha256 of checksums.json, and checksums.json that of every other file. A file that was changed
is always refused; one that is missing is refused unless the caller allows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from sayso.artifacts import CHECKSUMS, MANIFEST, digest_of_file, read_json
from sayso.errors import ArtifactError, BundleError

KIND = "bundle"
GRAPH = "model.onnx"
LANGUAGE_MODEL = "model.gguf"
TOKENIZER = "tokenizer.json"


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: its folder, what its manifest says, and the sha256 of each of its files."""

    path: Path
    manifest: Mapping[str, Any]
    checksums: Mapping[str, str]

    @property
    def spec(self) -> Mapping[str, Any]:
        """All that a runtime must know about the model."""
        spec: Mapping[str, Any] = self.manifest["spec"]
        return spec

    @property
    def graph(self) -> Path:
        """The file with the network."""
        return self.path / _files(self.manifest)[0]

    @property
    def tokenizer(self) -> Path:
        """The file with the tokenizer."""
        return self.path / _files(self.manifest)[1]

    @property
    def language_model(self) -> Path | None:
        """The file with the language model that helps an encoder, if there is one."""
        return self.path / LANGUAGE_MODEL if "llm" in self.spec else None


def open_bundle(path: Path, *, allow_missing: bool = False) -> Bundle:
    """Verify the bundle at `path`. With `allow_missing`, files that are not there are no error, unless the model needs them."""
    manifest = _read_object(path / MANIFEST)
    if manifest.get("kind") == KIND and not isinstance(manifest.get("spec"), dict):
        raise BundleError("this manifest has no `spec`; install or build the bundle again", path / MANIFEST)
    if manifest.get("kind") != KIND:
        raise BundleError(f"this is the manifest of {manifest.get('kind', 'something else')!r}, not of a bundle", path / MANIFEST)
    checksums = _checksums(path, manifest, allow_missing)
    for name, digest in checksums.items():
        _verify(path, name, digest, allow_missing)
    for name in _files(manifest):
        if not (path / name).is_file():
            raise BundleError("this file is missing from the bundle; install or build it again", path / name)
        if checksums and name not in checksums:
            raise BundleError(f"{CHECKSUMS} does not list this file, so nothing vouches for it", path / name)
    return Bundle(path, manifest, checksums)


def _files(manifest: Mapping[str, Any]) -> tuple[str, str]:
    """The names of graph and tokenizer: a folder in another layout says in its manifest what they are called there. A language model has
    both in one file.
    """
    if manifest["spec"].get("engine") == "llm":
        return LANGUAGE_MODEL, LANGUAGE_MODEL
    names = manifest.get("files")
    names = names if isinstance(names, dict) else {}
    return str(names.get("graph", GRAPH)), str(names.get("tokenizer", TOKENIZER))


def _checksums(path: Path, manifest: Mapping[str, Any], allow_missing: bool) -> dict[str, str]:
    """What checksums.json lists, once the manifest has vouched for it; nothing if it is missing and may be."""
    listing = path / CHECKSUMS
    if not listing.is_file():
        if allow_missing:
            return {}
        raise BundleError("this file is missing, so nothing can be verified; install or build the bundle again", listing)
    _compare(listing, manifest.get("checksums_sha256"))
    return {str(name): str(digest) for name, digest in _read_object(listing).items()}


def _verify(path: Path, name: str, digest: str, allow_missing: bool) -> None:
    file = path / name
    if not _is_inside(path, name):
        raise BundleError(f"this lists {name!r}, which is not inside the bundle", path / CHECKSUMS)
    if file.is_file():
        _compare(file, digest)
    elif not allow_missing:
        raise BundleError("this file is missing from the bundle; install or build it again", file)


def _is_inside(path: Path, name: str) -> bool:
    """Whether a listed name stays in the folder on every system: relative, no way up, no link out of it."""
    if not name or "\0" in name or name != PureWindowsPath(name).as_posix() or PureWindowsPath(name).anchor or ".." in name.split("/"):
        return False
    return (path / name).resolve().is_relative_to(path.resolve())


def _compare(file: Path, expected: object) -> None:
    try:
        found = digest_of_file(file)
    except OSError as error:
        raise BundleError(f"cannot read this file: {error.strerror}", file) from error
    if found != expected:
        raise BundleError(
            f"this file was changed: its sha256 is {found[:12]}…, recorded is {str(expected)[:12]}…; install or build the bundle again",
            file,
        )


def _read_object(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except ArtifactError as error:
        raise BundleError(str(error)) from None
    if not isinstance(value, dict):
        raise BundleError("this is not a JSON object", path)
    return value
