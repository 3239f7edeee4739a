"""Retraining in a real browser: begun, watched and cancelled, with and without scripts; axe finds nothing on its pages."""

from __future__ import annotations

import datetime

import pytest

from running import server_at
from sayso.registry import add, promote
from sayso.server.jobs.host import host_of
from sayso.server.store import open_database
from sayso.server.store.tables import Job
from server.jobs.standing_in import SUCCEEDS, serves, until
from server.pages.browsing import AXE, DESKTOP, PHONE, checked, chromium, needs_chromium, page_of
from server.pages.test_jobs import DOCUMENT
from server.pages.visitors import bundle_worth

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose retraining stands in for it, and which has two jobs behind it: one that came out well, and one that was lost."""
    folder = tmp_path_factory.mktemp("jobs")
    for number in (1, 2):
        promote(add(folder / "registry", bundle_worth(folder / f"bundle{number}", 0.8 + number / 20), why=f"build {number}"))
    environment = {"SAYSO_REGISTRY": str(folder / "registry"), "SAYSO_MODEL": "registry:tiny"}
    with server_at(folder, program=serves(SUCCEEDS), **environment) as server:
        server.folder = folder
        database = open_database(f"sqlite:///{folder / 'server' / 'sayso.db'}")
        at = datetime.datetime(2026, 5, 4, 10, tzinfo=datetime.UTC)
        with database.writing() as transaction:
            for state, result in (("lost", {"exit": None, "document": None}), ("done", {"exit": 0, "document": DOCUMENT})):
                took = {"asked_at": at, "started_at": at, "ended_at": at + datetime.timedelta(seconds=700)}
                options = {"promote": True, "why": "May's labels"}
                who = {"asked_by": "Anna Rossi (admin 0a1b2c3d)", "host": host_of(folder), "cancel": False}
                transaction.add(Job(kind="retrain", state=state, options=options, result=result, **took, **who))
        database.close()
        yield server
        for job in server.ask("GET", "/api/v1/jobs").json()["jobs"]:
            if not job["ended_at"]:
                server.ask("POST", f"/api/v1/jobs/{job['id']}/cancel")
                until(lambda job=job: server.ask("GET", f"/api/v1/jobs/{job['id']}").json()["ended_at"])


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def logged_in(browser, server):
    """The cookies of the admin."""
    with page_of(browser, server) as page:
        page.goto("/login?next=/jobs")
        page.get_by_label("Your token").fill(server.token)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{server.address}/jobs")
        return page.context.storage_state()


def begin(page, why="June's labels"):
    """Retrain from the models page; the number of the job."""
    page.goto("/models")
    page.get_by_text("Retrain…").click()
    page.get_by_label("Why?").fill(why)
    page.get_by_role("button", name="Retrain").click()
    page.wait_for_url("**/jobs/*")
    return int(page.url.rpartition("/")[2])


def stop(server, number):
    server.ask("POST", f"/api/v1/jobs/{number}/cancel")
    until(lambda: server.ask("GET", f"/api/v1/jobs/{number}").json()["ended_at"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "locale"), [("desktop", "en-GB"), ("phone", "it-IT")])
def test_every_page_of_jobs_is_accessible_and_fits(browser, server, logged_in, scheme, device, locale):
    if not AXE.is_file():
        pytest.skip("axe is not installed; run: npm ci, in js")
    look = {"color_scheme": scheme, "viewport": DESKTOP if device == "desktop" else PHONE, "locale": locale}
    number = server.ask("POST", "/api/v1/jobs", json={"kind": "retrain"}).json()["id"]
    found = {}
    with page_of(browser, server, logged_in, **look) as page:
        for path in ("/jobs", "/jobs/1", "/jobs/2", f"/jobs/{number}", "/models"):
            page.goto(path)
            for one in page.locator("details").all():
                one.evaluate("(element) => (element.open = true)")
            if path in ("/models", f"/jobs/{number}"):
                page.locator(".progress").wait_for()
            found[path] = checked(page)
    stop(server, number)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_one_begins_a_job_watches_it_and_sees_the_end_without_doing_anything(browser, server, logged_in):
    (server.folder / "go").unlink(missing_ok=True)
    with page_of(browser, server, logged_in) as page:
        number = begin(page)
        page.get_by_text("30 %").wait_for()
        page.get_by_text("Cancel…").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Cancel the job").wait_for()
        before = page.locator("#job .facts dd").first.inner_text()
        until(lambda: page.locator("#job .facts dd").first.inner_text() != before)
        assert page.locator("#job details").evaluate("(element) => element.open")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        (server.folder / "go").touch()
        page.get_by_text("It is done.").wait_for()
        page.get_by_role("link", name="tiny 3").wait_for()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(1500)
        assert asked == []
        page.goto("/jobs")
        page.get_by_role("link", name=f"Retraining {number}").wait_for()
    (server.folder / "go").unlink()


def test_the_models_page_shows_the_job_and_lets_go_of_it_when_it_has_ended(browser, server, logged_in):
    with page_of(browser, server, logged_in) as page:
        number = begin(page)
        page.goto("/models")
        page.get_by_role("heading", name=f"Retraining {number}").wait_for()
        page.get_by_text("begun").wait_for()
        stop(server, number)
        page.get_by_text("Last time:").wait_for()
        page.get_by_text("cancelled").wait_for()
        page.get_by_text("Retrain…").wait_for()


def test_without_scripts_one_begins_looks_again_and_cancels(browser, server, logged_in):
    with page_of(browser, server, logged_in, java_script_enabled=False) as page:
        number = begin(page, "by hand")
        with page.expect_navigation():
            page.get_by_role("link", name="Look again").click()
        page.get_by_text("Cancel…").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Cancel the job").click()
        until(lambda: page.reload() and page.get_by_text("It was cancelled.").count())
        assert page.url.endswith(f"/jobs/{number}")
