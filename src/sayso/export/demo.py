"""A bundle -> a page on which people try it, fully in their browser: static files, for any web server."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

from sayso.artifacts import MANIFEST
from sayso.errors import ArtifactError, UsageError
from sayso.export.install import install
from sayso.runtime.bundle import open_bundle
from sayso.runtime.load import find_bundle

BUNDLE = "bundle"
LOOPBACK = "127.0.0.1"
ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
"""With these a browser lets WebAssembly use threads."""
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm", ".onnx": "application/octet-stream"}


def write_demo(bundle: Path, out: Path) -> Path:
    """Write the page and the bundle it runs to the folder `out`; its index.html.

    The folder may hold an earlier demo, which is replaced, and nothing else.
    """
    folder, page = _shown(bundle), find_page()
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / BUNDLE / MANIFEST).is_file()):
        raise UsageError(f"{out} is there and is no demo; name a new folder")
    shutil.copytree(page, out, dirs_exist_ok=True)
    install(folder, out / BUNDLE)
    return out / "index.html"


def demo_server(bundle: Path, port: int) -> ThreadingHTTPServer:
    """A server on loopback, not yet running, of the page and of the bundle where it lies; port 0 takes a free one."""
    folder = _shown(bundle)
    handler = partial(_Page, folders={f"/{BUNDLE}/": folder, "/": find_page()})
    try:
        return ThreadingHTTPServer((LOOPBACK, port), handler)
    except OSError as error:
        raise UsageError(f"cannot listen on port {port}: {error.strerror}; name another one with --port") from error


def _shown(bundle: Path) -> Path:
    """The folder of a bundle that browsers can run."""
    found = open_bundle(find_bundle(bundle))
    if found.spec.get("engine") == "llm":
        raise UsageError("a browser runs encoders, and this bundle is a language model; try it with `sayso do`")
    return found.path


def find_page() -> Path:
    """The page without a bundle: part of an installed sayso, built by npm in a copy of the repository."""
    packaged = Path(str(files("sayso.export"))) / "page"
    sources = Path(__file__).parents[3] / "js"
    for page in (packaged, sources / "page"):
        if (page / "index.html").is_file():
            return page
    if (sources / "package.json").is_file():
        raise ArtifactError("the demo page is not built yet; build it with: make demo", sources / "page")
    raise ArtifactError("this installation came without the demo page; install sayso from a wheel", packaged)


class _Page(SimpleHTTPRequestHandler):
    """Serves each folder under its prefix."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES

    def __init__(self, *connection: object, folders: Mapping[str, Path]) -> None:
        self.folders = folders
        super().__init__(*connection)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        prefix = next(prefix for prefix in self.folders if path.startswith(prefix))
        self.directory = str(self.folders[prefix])
        return super().translate_path(path[len(prefix) - 1 :]).replace("\0", "\ufffd")

    def list_directory(self, path: object) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        for name, value in ISOLATED.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of what is asked for."""
