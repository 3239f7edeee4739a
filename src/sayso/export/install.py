"""A bundle -> a folder with the names, checksums and manifest that a runtime expects.

The manifest goes first and comes back last: a folder in which old and new files are mixed never has one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sayso.artifacts import CHECKSUMS, MANIFEST, digest_of_file, new_file, read_json, write_json
from sayso.errors import ArtifactError, UsageError, nearest
from sayso.export.layouts import LAYOUTS, Content, Layout
from sayso.runtime.bundle import Bundle, open_bundle
from sayso.runtime.load import find_bundle

STAGING = ".sayso-install.part"


def install(bundle: Path, out: Path, layout: str = "sayso") -> list[Path]:
    """Copy the bundle to the folder `out`, in the named layout; the files written, the manifest last.

    Files in `out` that the layout does not name stay as they are.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"there is no layout {layout!r}{nearest(layout, LAYOUTS)}")
    chosen = LAYOUTS[layout]
    opened = open_bundle(find_bundle(bundle))
    _check_target(opened, out, chosen)
    staging = out / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    try:
        names = _stage(opened, chosen, staging)
        (out / MANIFEST).unlink(missing_ok=True)
        for name in names:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(staging / name, out / name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [out / name for name in names]


def _stage(bundle: Bundle, layout: Layout, staging: Path) -> list[str]:
    """Write every file beside its later place; the names in the order in which they may move there."""
    contents = layout.files(bundle)
    for name, content in contents.items():
        _write(staging / name, content)
    digests = {name: digest_of_file(staging / name) for name in contents}
    write_json(staging / CHECKSUMS, digests)
    write_json(staging / MANIFEST, layout.manifest(bundle, digests | {CHECKSUMS: digest_of_file(staging / CHECKSUMS)}))
    return [*contents, CHECKSUMS, MANIFEST]


def _write(path: Path, content: Content) -> None:
    with new_file(path) as part:
        if isinstance(content, Path):
            shutil.copyfile(content, part)
        else:
            part.write_bytes(content)


def _check_target(bundle: Bundle, out: Path, layout: Layout) -> None:
    """Refuse a folder that is the bundle itself or belongs to something else."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name the folder to install to")
    if out.resolve().is_relative_to(bundle.path.resolve()):
        raise UsageError(f"{out} is the bundle itself; name another folder to install to")
    for name, reason in layout.foreign.items():
        if (out / name).exists():
            raise UsageError(f"{out / name} is in the way: {reason}; delete it, or name another folder")
    if (out / MANIFEST).exists() and not _owned(out / MANIFEST, layout):
        raise UsageError(f"{out / MANIFEST} belongs to something else and would be overwritten; name another folder")


def _owned(manifest: Path, layout: Layout) -> bool:
    try:
        found = read_json(manifest)
    except ArtifactError:
        return False
    return isinstance(found, dict) and layout.owns(found)
