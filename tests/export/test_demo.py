"""The demo: a page and the bundle it runs, for any web server, or served on this machine alone."""

import threading
import urllib.error
import urllib.request

import pytest

from sayso.errors import ArtifactError, BundleError, UsageError
from sayso.export import demo
from sayso.export.demo import demo_server, write_demo
from sayso.runtime.load import load
from tiny_model import write_bundle


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page as npm builds it, in small."""
    folder = tmp_path / "page"
    (folder / "vendor").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>sayso</h1>")
    (folder / "vendor" / "engine.mjs").write_text("export {}")
    monkeypatch.setattr(demo, "find_page", lambda: folder)
    return folder


@pytest.fixture
def bundle(tmp_path):
    return write_bundle(tmp_path / "tiny")


@pytest.fixture
def served(page, bundle):
    with demo_server(bundle, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield "http://{}:{}".format(*server.server_address)
        server.shutdown()
        thread.join()


def test_the_folder_holds_the_page_and_a_bundle_that_loads(page, bundle, tmp_path):
    index = write_demo(bundle, tmp_path / "out")
    assert index.read_text() == "<h1>sayso</h1>"
    with load(tmp_path / "out" / "bundle") as model:
        assert model.predict("who calls login").label == "FindCallers"


def test_a_second_demo_replaces_the_first_and_nothing_else_is_ever_overwritten(page, bundle, tmp_path):
    write_demo(bundle, tmp_path / "out")
    write_demo(bundle, tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("my own")
    with pytest.raises(UsageError, match="is there and is no demo"):
        write_demo(bundle, tmp_path / "mine")
    assert (tmp_path / "mine" / "index.html").read_text() == "my own"


def test_the_server_gives_page_and_bundle_and_lets_browsers_use_threads(served, bundle):
    with urllib.request.urlopen(f"{served}/") as answer:
        assert answer.read() == b"<h1>sayso</h1>"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    with urllib.request.urlopen(f"{served}/vendor/engine.mjs") as answer:
        assert answer.headers["Content-Type"] == "text/javascript"
    with urllib.request.urlopen(f"{served}/bundle/manifest.json") as answer:
        assert answer.read() == (bundle / "manifest.json").read_bytes()


OUTSIDE = ["/nothing", "/vendor/", "/bundle/", "/bundle/../../etc/passwd", "/bundle/%2e%2e/%2e%2e/page/index.html", "/%00"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_else_can_be_read(served, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(served + path)
    assert refused.value.code == 404


def test_a_port_in_use_is_named(served, bundle):
    with pytest.raises(UsageError, match=r"cannot listen on port .*--port"):
        demo_server(bundle, int(served.rpartition(":")[2]))


def test_what_is_no_bundle_is_refused_before_anything_is_written(page, tmp_path):
    with pytest.raises(BundleError):
        write_demo(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_the_page_the_user_learns_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(demo, "files", lambda package: tmp_path)
    monkeypatch.setattr(demo, "__file__", str(tmp_path / "a" / "b" / "c" / "demo.py"))
    with pytest.raises(ArtifactError, match="install sayso from a wheel"):
        demo.find_page()
