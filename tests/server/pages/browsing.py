"""A real browser for the tests of the pages: what it is started with, a page of one's own in it, and what axe finds on that."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

browsers = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).parents[3] / "js" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium; CHROMIUM says where it is")


@contextmanager
def chromium():
    with browsers.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


@contextmanager
def page_of(browser, server, state=None, *, quiet=True, **options):
    """A page of its own; at its end nothing may have been said on the console."""
    with browser.new_context(
        base_url=server.address, storage_state=state, **{"viewport": DESKTOP, "locale": "en-GB", **options}
    ) as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
        assert not quiet or said == []


def checked(page):
    """What axe finds wrong, and whether one must scroll sideways."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({iframes: false}).then((found) => found.violations)")
    wrong = [f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary']}" for one in violations]
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wrong + ([f"{width} px too wide"] if width > 0 else [])


def type_into(page, selector, text):
    """Keys for the field in which the page itself puts the cursor; it does so a moment after it is there."""
    page.locator(f"{selector}:focus").wait_for()
    page.keyboard.type(text)


def sent(page):
    """Wait until the server has every label: the labeling page shows the next text before it has."""
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('sayso.waiting.'))")
