"""The pages in a real browser: by keyboard, in both themes, on a phone, without scripts; axe finds nothing and the console stays silent."""

from __future__ import annotations

import datetime
import re

import pytest

from running import server_at
from sayso.registry import add, promote
from sayso.server.monitoring.comparing import Compared, Comparisons
from sayso.server.store import open_database
from sayso.server.store.tables import Latency, Shadow, Traffic
from server.pages.browsing import AXE, DESKTOP, PHONE, checked, chromium, needs_chromium, page_of, type_into
from server.pages.visitors import bundle_worth
from tiny_model import INTENTS

PAGES = {
    "overview": "/",
    "month": "/?period=month",
    "models": "/models",
    "version": "/models/tiny/2",
    "promote": "/models/tiny/1/promote",
    "rollback": "/models/tiny/rollback",
    "beside": "/models/tiny/1/promote?alias=shadow",
    "end": "/models/tiny/shadow/end",
    "try": "/try",
    "labeling": "/expert/labeling",
    "disputes": "/expert/disputes",
    "agreement": "/expert/agreement",
    "report": "/report",
    "settings": "/settings",
    "audit": "/audit",
    "tokens": "/tokens",
}
NOT_FOUND = "/nowhere"

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """`sayso serve` with three versions, of which the second answers and the third runs beside it, a day's traffic and a report."""
    folder = tmp_path_factory.mktemp("chromium")
    for number, alias in ((1, "production"), (2, "production"), (3, "shadow")):
        promote(add(folder / "registry", bundle_worth(folder / f"bundle{number}", 0.8 + number / 20), why=f"build {number}"), alias)
    report = folder / "build" / "report" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text('<!doctype html><html lang="en"><title>Report</title><style>h1 { color: teal }</style><h1>Worth it</h1>')
    environment = {"SAYSO_REGISTRY": str(folder / "registry"), "SAYSO_MODEL": "registry:tiny"}
    with server_at(folder, **environment) as server:
        server.database = f"sqlite:///{folder / 'server' / 'sayso.db'}"
        note_answers(server, 100)
        note_compared(server, agreed=90, differed=10)
        yield server


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def logged_in(browser, server):
    """The cookies of the admin, who logged in by keyboard and came where they wanted to."""
    with page_of(browser, server) as page:
        page.goto("/models")
        assert page.url.endswith("/login?next=/models")
        type_into(page, "#token", server.token)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{server.address}/models")
        return page.context.storage_state()


def note_answers(server, answers):
    """Traffic, as a busy minute leaves it; nothing else stays."""
    minute = datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0)
    database = open_database(server.database)
    with database.writing() as transaction:
        transaction.query(Traffic).delete()
        transaction.query(Latency).delete()
        for label in INTENTS:
            kind = {"minute": minute, "version": "tiny@2", "label": label, "action": "execute", "tenth": 9}
            transaction.add(Traffic(**kind, answers=answers, out_of_scope=1))
        transaction.add(Latency(minute=minute, at_most_ms=2, requests=answers))
    database.close()


def note_compared(server, agreed, differed):
    """What the third version would have answered to the second's texts; nothing else stays."""
    database = open_database(server.database)
    with database.writing() as transaction:
        transaction.query(Shadow).delete()
    comparisons = Comparisons(database, days=90)
    each = {"confidence": 0.9, "candidate_confidence": 0.8, "seconds": 0.002, "candidate_seconds": 0.0015}
    for label, answers in (("FindCallers", agreed), ("Visualize", differed)):
        for _ in range(answers):
            comparisons.add(Compared("tiny@2", "tiny@3", "FindCallers", label), **each)
    comparisons.write()
    database.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "locale"), [("desktop", "en-GB"), ("phone", "it-IT")])
def test_every_page_is_accessible_and_fits(browser, server, logged_in, scheme, device, locale):
    if not AXE.is_file():
        pytest.skip("axe is not installed; run: npm ci, in js")
    viewport = DESKTOP if device == "desktop" else PHONE
    look = {"color_scheme": scheme, "viewport": viewport, "locale": locale}
    with page_of(browser, server, logged_in, **look) as page:
        for name, path in PAGES.items():
            page.goto(path)
            if name == "try":
                page.fill("#text", "who calls login")
                page.locator("#answer h2").wait_for()
            assert checked(page) == [], name
    with page_of(browser, server, quiet=False, **look) as page:
        for path in ("/login", NOT_FOUND):
            page.goto(path)
            assert checked(page) == [], path


def test_one_skips_to_the_content_and_sees_where_one_is(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/models")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        stops = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            stops.add(page.evaluate("document.activeElement.outerHTML"))
        assert any("rollback" in stop for stop in stops)
        assert any('name="code"' in stop for stop in stops)


def test_one_is_answered_as_one_types_and_goes_on_typing(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/try")
        type_into(page, "#text", "who calls login")
        page.get_by_role("heading", name="FindCallers").wait_for()
        page.keyboard.press("Control+A")
        page.keyboard.type("draw a diagram")
        page.get_by_role("heading", name="Visualize").wait_for()
        assert page.evaluate("document.activeElement.id") == "text"
        assert page.url.endswith("/try")


def test_a_refusal_stands_where_the_answer_would(browser, server, logged_in):
    with page_of(browser, server, logged_in, quiet=False) as page:
        page.goto("/try")
        page.evaluate("document.getElementById('text').removeAttribute('maxlength')")
        page.fill("#text", "x" * 20_001)
        page.get_by_role("alert").filter(has_text="This text is too long.").wait_for()


def renew(page, part):
    """What happens by itself after a while."""
    page.evaluate("(part) => htmx.trigger(document.querySelector(part), 'every')", part)


def test_the_overview_renews_itself_where_one_stands(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/")
        page.get_by_text("As a table").focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("cell", name="100", exact=True).count()
        note_answers(server, 4321)
        renew(page, "#figures")
        page.get_by_text("34,568").first.wait_for()
        renew(page, "[hx-get^='/intents']")
        page.get_by_role("cell", name="4,321", exact=True).first.wait_for()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        assert page.evaluate("document.querySelector('details').open")
        note_answers(server, 100)


def test_the_candidate_beside_production_renews_itself_where_one_stands(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/models")
        beside = page.get_by_role("region", name="Beside production")
        assert "90.0 %" in beside.inner_text()
        beside.get_by_role("link", name="End running version 3").focus()
        note_compared(server, agreed=190, differed=10)
        renew(page, "#shadow")
        beside.get_by_text("95.0 %", exact=True).wait_for()
        assert "/shadow/end" in page.evaluate("document.activeElement.href")
        note_compared(server, agreed=90, differed=10)


def test_it_says_when_the_server_is_away_and_when_it_is_back(browser, server, logged_in):
    with page_of(browser, server, logged_in, quiet=False) as page:
        page.goto("/")
        away = page.get_by_text("The server does not answer.")
        assert away.is_hidden()
        page.route("**/", lambda route: route.abort())
        renew(page, "#figures")
        away.wait_for()
        page.unroute_all()
        renew(page, "#figures")
        away.wait_for(state="hidden")
        assert page.locator("#figures h1").inner_text() == "tiny"


def test_one_promotes_after_reading_what_will_happen_and_saying_why(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/models")
        page.get_by_role("link", name="Promote version 1…").click()
        page.get_by_role("heading", name="Promote version 1 to production").wait_for()
        page.get_by_role("button", name="Promote version 1").click()
        assert page.evaluate("document.activeElement.id") == "why"
        page.keyboard.type("compared on May's texts")
        page.get_by_role("button", name="Promote version 1").click()
        page.get_by_text("The version is promoted.").wait_for()
        page.goto("/")
        assert re.search(r"Version\s+1\b", page.locator(".headline").inner_text())
        page.goto("/models")
        page.get_by_role("link", name="Promote version 2…").click()
        page.fill("#why", "back")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("The version is promoted.").wait_for()


def test_settings_are_in_force_when_they_are_saved(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/settings")
        page.get_by_label("Estimate how demanding texts are").uncheck()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Estimates are switched off.").wait_for()
        assert server.ask("POST", "/v1/estimate", json={"text": "hello"}).status_code == 503
        page.get_by_label("Estimate how demanding texts are").check()
        page.get_by_role("button", name="Save").click()
        page.get_by_text("The rules answer alone.", exact=True).wait_for()


def test_a_report_is_shown_with_its_own_styles(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        page.goto("/report")
        heading = page.frame_locator("iframe").get_by_role("heading", name="Worth it")
        heading.wait_for()
        assert heading.evaluate("(element) => getComputedStyle(element).color") == "rgb(0, 128, 128)"


def test_without_scripts_everything_can_still_be_done(browser, server, logged_in):
    with page_of(browser, server, logged_in, java_script_enabled=False) as page:
        page.goto("/try")
        page.fill("#text", "who calls login")
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("heading", name="FindCallers").wait_for()
        page.get_by_role("button", name="Italiano").click()
        page.get_by_role("heading", name="Prova").wait_for()
        page.goto("/tokens")
        page.get_by_label("Nome").fill("Anna")
        page.get_by_role("button", name="Crea").click()
        assert page.locator("#secret").inner_text().startswith("sayso_")
        page.goto("/models")
        page.get_by_role("link", name="Termina").click()
        page.fill("#why", "7 su 100")
        page.get_by_role("button", name="Termina").click()
        page.get_by_text("Accanto alla produzione non gira più nulla.").wait_for()
        page.get_by_role("link", name="Affianca alla produzione: versione 3").click()
        page.fill("#why", "di nuovo")
        page.get_by_role("button", name="Affianca la versione 3").click()
        page.get_by_role("heading", name="Accanto alla produzione").wait_for()
