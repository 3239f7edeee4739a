"""The experts' pages in a real browser: labels by keys alone, kept while the server is away and sent once each when it is back."""

from __future__ import annotations

import re
import statistics
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from running import free_port, server_at
from sayso.server.store import open_database
from sayso.server.store.tables import Lease, Session
from server.pages.browsing import AXE, DESKTOP, PHONE, checked, chromium, needs_chromium, page_of, sent, type_into
from server.pages.texts import disputed, leased_by, opinions_in, put_texts, said_of, somebody_labels, token_of
from tiny_model import COMPLEXITY, INTENT, write_bundle

PLACE = "/expert/labeling"
TEXTS = [f"text number {number}" for number in range(60)]
STOPWATCH = """() => {
  const text = document.getElementById("text");
  window.waits = [];
  let since = 0;
  addEventListener("keydown", () => (since = performance.now()), true);
  new MutationObserver(() => window.waits.push(performance.now() - since)).observe(text, { childList: true });
}"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labeling")
    write_bundle(folder / "build" / "bundle", name="tiny")
    return folder


@pytest.fixture(scope="module")
def server(folder):
    """`sayso serve` with a model of eight labels, and no project."""
    with server_at(folder) as server:
        server.database = open_database(f"sqlite:///{folder / 'server' / 'sayso.db'}")
        server.states = {}
        yield server
        server.database.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@contextmanager
def desk_of(browser, server, name="Anna", path=PLACE, role="expert", **options):
    """The page of somebody who is logged in."""
    if name not in server.states:
        with page_of(browser, server) as page:
            server.states[name] = log_in(page, token_of(server.database, name, role))
    with page_of(browser, server, server.states[name], **options) as page:
        page.goto(path)
        if path == PLACE and options.get("java_script_enabled", True):
            page.locator("#work:not([data-state=loading])").wait_for()
        yield page


def log_in(page, token, path=PLACE):
    page.goto(f"/login?next={path}")
    type_into(page, "#token", token)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"^[^?]*{path}$"))
    return page.context.storage_state()


def text_in(page):
    return page.locator("#text").inner_text()


def press(page, key):
    """A key that takes one to another text; which one that is."""
    before = text_in(page)
    page.keyboard.press(key)
    page.wait_for_function("(before) => document.getElementById('text').textContent !== before", arg=before)
    return text_in(page)


def put_in_order(database, *args, **given):
    """Texts in the queue, and the moment within which the server puts them in order: nothing moves after that."""
    put_texts(database, *args, **given)
    time.sleep(1.5)


def test_twenty_texts_are_labelled_by_keys_alone_and_the_next_is_there_at_once(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server) as page:
        page.evaluate(STOPWATCH)
        given = {}
        for number in range(20):
            given[text_in(page)] = page.locator(f"[data-key='{1 + number % 8}']").inner_text().split("\n")[-1]
            press(page, str(1 + number % 8))
        sent(page)
        waits = page.evaluate("window.waits")
        assert re.search(r"20 done\s+40 open\s+20 in this sitting · [\d,]+ a minute", page.locator(".counts").inner_text())
    assert said_of(server.database) == {text: {"intent": label} for text, label in given.items()}
    assert len(opinions_in(server.database)) == 20
    assert statistics.median(waits) < 20
    assert max(waits) < 50


def test_two_people_never_see_the_same_text(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server, "Anna") as anna, desk_of(browser, server, "Bruno") as bruno:
        seen = {"Anna": [text_in(anna)], "Bruno": [text_in(bruno)]}
        for _ in range(12):
            seen["Anna"].append(press(anna, "1"))
            seen["Bruno"].append(press(bruno, "2"))
        sent(anna)
        sent(bruno)
    assert not set(seen["Anna"]) & set(seen["Bruno"])
    assert len(said_of(server.database)) == 24


def test_what_was_said_last_is_taken_back_and_said_otherwise(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server) as page:
        first = text_in(page)
        press(page, "1")
        second = text_in(page)
        press(page, "2")
        assert press(page, "u") == second
        assert press(page, "z") == first
        assert page.locator(".pick.before").inner_text().split("\n")[-1] == "SymbolQuery"
        assert press(page, "3") == second
        page.reload()
        page.locator("#work[data-state=item]").wait_for()
        sent(page)
        assert said_of(server.database) == {first: {"intent": "TracePath"}}
        assert press(page, "u") == first
        assert text_in(page) == first
        sent(page)
        page.keyboard.press("u")
        page.get_by_text("There is nothing to take back here.").wait_for()
    assert said_of(server.database) == {}


def test_what_is_skipped_goes_to_the_back(browser, server):
    put_in_order(server.database, ["one", "two", "three"])
    with desk_of(browser, server) as page:
        first = text_in(page)
        second = press(page, "s")
        third = press(page, "1")
        assert {first, second, third} == {"one", "two", "three"}
        assert press(page, "1") == first
        assert press(page, "u") == third
        assert press(page, "2") == first
        page.keyboard.press("1")
        page.get_by_text("There is nothing to label at the moment.").wait_for()
        sent(page)
        put_in_order(server.database, ["new"])
        page.evaluate("dispatchEvent(new Event('focus'))")
        page.get_by_text("new", exact=True).wait_for()


def test_a_note_goes_along_and_what_is_typed_in_it_labels_nothing(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server) as page:
        first = text_in(page)
        page.keyboard.press("n")
        page.keyboard.type("1 s u are letters")
        page.keyboard.press("Enter")
        press(page, "2")
        assert page.locator("#notes").is_hidden()
        sent(page)
    assert opinions_in(server.database) == [("Anna", first, {"intent": "TextSearch"}, "1 s u are letters")]


def test_the_model_s_guess_is_there_when_one_asks_or_always_if_one_wants(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server) as page:
        assert page.locator("#guess").is_hidden()
        page.keyboard.press("m")
        assert re.sub(r"\s+", " ", page.locator("#guess").inner_text()) == "TextSearch 60.0 % Visualize 30.0 %"
        press(page, "1")
        assert page.locator("#guess").is_hidden()
        page.keyboard.press("?")
        page.get_by_label("Always show the model’s guess").check()
        page.keyboard.press("Escape")
        press(page, "1")
        assert page.locator("#guess").is_visible()
        page.reload()
        page.locator("#guess").wait_for()


def test_one_labels_what_one_looks_for(browser, server):
    put_in_order(server.database, ["a cat", "a dog", "another cat"])
    with desk_of(browser, server) as page:
        page.get_by_text("Filter and search").click()
        page.get_by_label("Words in the text").fill("cat")
        page.wait_for_url("**?words=cat")
        page.wait_for_function("() => document.getElementById('text').textContent.includes('cat')")
        page.keyboard.press("1")
        assert page.get_by_label("Words in the text").input_value() == "cat1"
        page.wait_for_url("**?words=cat1")
        page.get_by_label("Words in the text").fill("cat")
        page.wait_for_url("**?words=cat")
        page.locator("#work[data-state=item]").wait_for()
        page.locator("#text").click()
        press(page, "1")
        page.keyboard.press("1")
        page.get_by_text("No open text is like this.").wait_for()
        page.get_by_role("button", name="Show all").click()
        page.wait_for_function("() => document.getElementById('text').textContent === 'a dog'")
        page.get_by_label("Why it is here").select_option("sample")
        page.get_by_text("No open text is like this.").wait_for()
        sent(page)
    assert set(said_of(server.database)) == {"a cat", "another cat"}


def test_labels_that_were_given_while_the_server_restarted_are_sent_once_each(browser, server, tmp_path):
    write_bundle(tmp_path / "build" / "bundle", name="tiny")
    port = free_port()
    here = SimpleNamespace(address=f"http://127.0.0.1:{port}", states={})
    with page_of(browser, here, quiet=False) as page:
        with server_at(tmp_path, port=port):
            here.database = open_database(f"sqlite:///{tmp_path / 'server' / 'sayso.db'}")
            put_texts(here.database, TEXTS)
            log_in(page, token_of(here.database, "Anna"))
            page.locator("#work[data-state=item]").wait_for()
            for key in "12":
                press(page, key)
            page.wait_for_timeout(300)
        given = [text_in(page), *(press(page, key) for key in "345")]
        press(page, "6")
        assert press(page, "u") == given[-1]
        press(page, "7")
        page.get_by_text("The server does not answer. Go on labeling. 5 labels wait here and will be sent.").wait_for()
        assert len(opinions_in(here.database)) == 2
        with server_at(tmp_path, port=port):
            sent(page)
            page.locator("#state").wait_for(state="hidden")
            press(page, "8")
            sent(page)
    said = [(text, answer["intent"]) for _, text, answer, _ in opinions_in(here.database)]
    here.database.close()
    assert len({text for text, _ in said}) == len(said) == 7
    assert said[2:6] == list(zip(given, ["TracePath", "FindCallers", "FindCallees", "IndexStatus"], strict=True))


def test_when_all_texts_at_hand_are_labelled_it_waits_for_the_server(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server, quiet=False) as page:
        page.route("**/api/**", lambda route: route.abort())
        page.route("**/state", lambda route: route.abort())
        for _ in range(20):
            page.keyboard.press("1")
        page.get_by_text("No text is left to go on with.").wait_for()
        page.unroute_all()
        page.locator("#work[data-state=item]").wait_for()
        sent(page)
        assert 8 < len(said_of(server.database)) < 15


def test_an_answer_that_got_lost_on_its_way_back_counts_once(browser, server):
    put_in_order(server.database, TEXTS)
    lost = []

    def lose(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    with desk_of(browser, server, quiet=False) as page:
        first = text_in(page)
        page.route("**/api/v1/labeling/label", lose)
        press(page, "1")
        sent(page)
        page.unroute_all()
        lost.clear()
        page.route("**/api/v1/labeling/undo", lose)
        assert press(page, "u") == first
        sent(page)
        assert page.locator("#refused").is_hidden()
    assert lost[0].ok
    assert opinions_in(server.database) == []


def test_a_label_that_is_refused_is_told_until_one_has_read_it(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server, quiet=False) as page:
        first = text_in(page)
        somebody_labels(server.database, "Bruno", first, {"intent": "Visualize"})
        press(page, "1")
        told = page.get_by_role("alert").filter(has_text=first)
        told.wait_for()
        assert "SymbolQuery" in told.inner_text()
        assert "It was labelled already." in told.inner_text()
        page.reload()
        told.wait_for()
        page.get_by_role("button", name="Understood").click()
        told.wait_for(state="hidden")
        page.reload()
        page.locator("#work[data-state=item]").wait_for()
        assert told.is_hidden()
    assert said_of(server.database) == {first: {"intent": "Visualize"}}


def test_who_was_logged_out_logs_in_and_what_they_said_is_sent(browser, server):
    put_in_order(server.database, TEXTS)
    with page_of(browser, server, quiet=False) as page:
        token = token_of(server.database, "Carla")
        log_in(page, token)
        page.locator("#work[data-state=item]").wait_for()
        with server.database.writing() as transaction:
            transaction.query(Session).delete()
        server.states.clear()
        first = text_in(page)
        press(page, "1")
        page.get_by_text("Your session has ended. 1 label waits here and will be sent.").wait_for()
        page.get_by_role("link", name="Log in again").click()
        page.locator("#token").fill(token)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{PLACE}")
        sent(page)
    assert said_of(server.database) == {first: {"intent": "SymbolQuery"}}


def test_what_one_said_is_never_sent_as_somebody_else_s(browser, server):
    put_in_order(server.database, TEXTS)
    with page_of(browser, server, quiet=False) as page:
        log_in(page, token_of(server.database, "Carla"))
        page.locator("#work[data-state=item]").wait_for()
        other = page.context.new_page()
        other.goto("/models")
        other.get_by_role("button", name="Log out").click()
        log_in(other, token_of(server.database, "Dario"))
        press(page, "1")
        page.get_by_text("Somebody else has logged in with this browser. 1 label waits here").wait_for()
        other.reload()
        other.get_by_text("1 label of Carla waits in this browser.").wait_for()
        assert said_of(server.database) == {}
        other.get_by_role("button", name="Log out").click()
        log_in(other, token_of(server.database, "Carla"), "/models")
        page.evaluate("dispatchEvent(new Event('focus'))")
        sent(page)
    assert [who for who, *_ in opinions_in(server.database)] == ["Carla"]


def test_a_tab_is_not_closed_unasked_while_labels_wait(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server, quiet=False) as page:
        page.route("**/api/**", lambda route: route.abort())
        page.route("**/state", lambda route: route.abort())
        press(page, "1")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.get_by_role("link", name="Disputes").click()
        page.wait_for_url("**/disputes")
        assert asked == ["beforeunload"]
        page.unroute_all()
        page.goto(PLACE)
        sent(page)
    assert len(said_of(server.database)) == 1


def test_who_leaves_leaves_the_texts_to_others_and_who_reloads_keeps_them(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server) as page:
        assert leased_by(server.database, "Anna") >= 10
        page.reload()
        page.locator("#work[data-state=item]").wait_for()
        page.wait_for_timeout(300)
        assert leased_by(server.database, "Anna") >= 10
        page.get_by_role("link", name="Disputes").click()
        page.wait_for_url("**/disputes")
        end = time.monotonic() + 5
        while leased_by(server.database, "Anna") and time.monotonic() < end:
            time.sleep(0.05)
    assert leased_by(server.database, "Anna") == 0


def test_what_one_labels_in_one_tab_is_gone_from_the_other(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server) as page:
        other = page.context.new_page()
        other.goto(PLACE)
        other.locator("#work[data-state=item]").wait_for()
        assert text_in(page) == text_in(other)
        for _ in range(3):
            press(page, "1")
        other.wait_for_function("(text) => document.getElementById('text').textContent === text", arg=text_in(page))
        press(other, "2")
        sent(other)
        assert other.locator("#refused").is_hidden()
    assert len(opinions_in(server.database)) == 4


def test_leases_are_renewed_while_one_thinks(browser, server):
    put_in_order(server.database, TEXTS)
    with page_of(browser, server) as page:
        page.clock.install()
        log_in(page, token_of(server.database, "Carla"))
        page.locator("#work[data-state=item]").wait_for()

        def ends():
            with server.database.reading() as transaction:
                return min(lease.until for lease in transaction.query(Lease).filter(Lease.who == "Carla"))

        before = ends()
        page.clock.fast_forward("04:30")
        page.keyboard.press("m")
        page.clock.fast_forward("04:00")
        end = time.monotonic() + 5
        while ends() == before and time.monotonic() < end:
            time.sleep(0.05)
        assert ends() > before


def test_what_one_writes_in_the_guide_the_other_sees_beside_their_text(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server, "Anna") as anna, desk_of(browser, server, "Bruno") as bruno:
        bruno.get_by_role("button", name="Note").wait_for()
        anna.get_by_role("link", name="Edit what Visualize means").click()
        anna.get_by_label("What it means").fill("A picture is wanted")
        anna.get_by_label("When in doubt").fill("no picture: TextSearch")
        anna.get_by_label("Examples").fill("draw it\nshow me a graph")
        anna.get_by_role("button", name="Save").click()
        anna.get_by_text("A picture is wanted").wait_for()
        assert anna.url.endswith(PLACE)
        bruno.evaluate("dispatchEvent(new Event('focus'))")
        bruno.get_by_text("A picture is wanted").wait_for()
        bruno.get_by_text("no picture: TextSearch").wait_for()
        bruno.get_by_text("2 examples").click()
        bruno.get_by_text("show me a graph").wait_for()
        before = text_in(bruno)
        bruno.keyboard.press("g")
        bruno.get_by_text("A picture is wanted").wait_for(state="hidden")
        bruno.reload()
        bruno.locator("#work[data-state=item]").wait_for()
        assert bruno.get_by_text("A picture is wanted").is_hidden()
        assert text_in(bruno) == before


def test_a_dispute_is_decided_by_one_key(browser, server):
    disputed(server.database)
    with desk_of(browser, server, "Dora", "/expert/disputes") as page:
        assert re.sub(r"\s+", " ", page.locator(".opinions").inner_text()).startswith("Anna intent TextSearch it says so")
        page.keyboard.press("n")
        page.keyboard.type("a picture, 1 of many")
        page.keyboard.press("Tab")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("6")
        page.get_by_text("Nobody disagrees at the moment.").wait_for()
        page.get_by_role("link", name="Decide otherwise").click()
        page.get_by_role("button", name="TextSearch").click()
        page.get_by_text("It is decided.").wait_for()
    assert server.ask("GET", "/api/v1/labeling/stats").json()["labels"] == {"intent": {"TextSearch": 1}}


def test_several_questions_are_answered_by_keys(browser, tmp_path):
    write_bundle(tmp_path / "build" / "bundle", COMPLEXITY, name="tiny")
    with server_at(tmp_path) as server:
        server.database, server.states = open_database(f"sqlite:///{tmp_path / 'server' / 'sayso.db'}"), {}
        put_in_order(
            server.database, TEXTS, head="tier", label="easy", scores={"tier": {"easy": 0.6, "hard": 0.4}, "score": {"value": 0.25}}
        )
        with desk_of(browser, server) as page:
            first = text_in(page)
            page.keyboard.press("m")
            assert re.sub(r"\s+", " ", page.locator("#guess").inner_text()) == "score 0.25 tier easy 60.0 % hard 40.0 %"
            for key in ("7", "ArrowUp", "ArrowRight", "ArrowDown", "2", "1", "2", "1"):
                page.keyboard.press(key)
            second = press(page, "Enter")
            for key in ("Enter", "1", "0", "2"):
                page.keyboard.press(key)
            page.keyboard.press("0")
            page.keyboard.press("Enter")
            page.get_by_text("Not answered: score. Enter again leaves that open.").wait_for()
            third = press(page, "Enter")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            page.keyboard.press("Enter")
            page.get_by_text("Choose an answer first.").wait_for()
            assert press(page, "u") == second
            assert page.get_by_label("none of these").is_checked()
            assert page.get_by_role("radio", name="easy").is_checked()
            page.keyboard.press("Enter")
            assert press(page, "Enter") == third
            sent(page)
        said = said_of(server.database)
        server.database.close()
    assert said == {first: {"score": 0.75, "tier": "hard", "domains": ["maths"]}, second: {"tier": "easy", "domains": []}}


def test_of_more_labels_than_keys_one_is_found_by_its_name(browser, tmp_path):
    labels = [f"label_{number}" for number in range(40)]
    write_bundle(tmp_path / "build" / "bundle", {"intent": {**INTENT, "labels": labels, "fallback": labels[0]}}, name="tiny")
    with server_at(tmp_path) as server:
        server.database, server.states = open_database(f"sqlite:///{tmp_path / 'server' / 'sayso.db'}"), {}
        put_in_order(server.database, TEXTS)
        with desk_of(browser, server) as page:
            first = text_in(page)
            second = press(page, "y")
            page.keyboard.press("/")
            type_into(page, "[type=search]", "_37")
            assert page.locator(".pick:visible").count() == 1
            press(page, "Enter")
            assert page.locator(".pick:visible").count() == 40
            sent(page)
            assert checked(page) == []
        assert said_of(server.database) == {first: {"intent": "label_28"}, second: {"intent": "label_37"}}
        server.database.close()


def test_without_scripts_a_form_does_it(browser, server):
    put_in_order(server.database, TEXTS)
    with desk_of(browser, server, java_script_enabled=False) as page:
        page.wait_for_url("**?plain=1")
        first = text_in(page)
        page.get_by_label("Note").fill("by hand")
        page.get_by_role("button", name="Visualize").click()
        page.get_by_text("The label is saved.").wait_for()
        assert text_in(page) != first
        for name in ("Skip", "Undo"):
            with page.expect_navigation():
                page.get_by_role("button", name=name).click()
        assert text_in(page) == first
        page.get_by_role("button", name="TextSearch").click()
        page.get_by_role("link", name="Edit what Visualize means").click()
        page.get_by_label("What it means").fill("A picture")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("A picture", exact=True).wait_for()
    assert opinions_in(server.database) == [("Anna", first, {"intent": "TextSearch"}, "")]


def test_it_speaks_italian(browser, server):
    put_in_order(server.database, ["scrivimi a <email>", "secondo"], seen=1200)
    with desk_of(browser, server, locale="it-IT") as page:
        page.get_by_text("arrivato 1.200 volte").wait_for()
        press(page, "1")
        page.keyboard.press("1")
        page.get_by_text("Al momento non c’è nulla da etichettare.").wait_for()
        assert re.search(r"2 fatti\s+0 da fare\s+2 in questa seduta", page.locator(".counts").inner_text())
        page.keyboard.press("?")
        page.get_by_role("heading", name="Tasti e impostazioni").wait_for()
        sent(page)
    with desk_of(browser, server, "Ada", role="admin", locale="it-IT") as page:
        page.get_by_role("link", name="Esporta Dati").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="JSONL").click()
        assert len(download.value.path().read_text().splitlines()) == 2
        page.get_by_role("button", name="È arrivata").click()
        page.get_by_text("0 etichette sono nuove").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_it_is_accessible_and_fits_in_every_state(browser, server, scheme, device):
    if not AXE.is_file():
        pytest.skip("axe is not installed; run: npm ci, in js")
    look = {"color_scheme": scheme, "viewport": DESKTOP if device == "desktop" else PHONE, "quiet": False}
    put_in_order(server.database, [f"call <phone> {'a long text of many words ' * 40}", *TEXTS])
    with desk_of(browser, server, **look) as page:
        assert checked(page) == []
        first = text_in(page)
        somebody_labels(server.database, "Bruno", first, {"intent": "Visualize"})
        press(page, "1")
        page.locator("#refused").wait_for()
        for key in "mn":
            page.keyboard.press(key)
        page.get_by_text("Filter and search").click()
        if device == "phone":
            page.get_by_role("heading", name="Guide").click()
        page.get_by_role("link", name="Edit what Visualize means").click()
        page.get_by_label("What it means").wait_for()
        page.route("**/api/**", lambda route: route.abort())
        page.route("**/state", lambda route: route.abort())
        page.locator(".pick").first.click()
        page.locator("#state").wait_for()
        assert checked(page) == []
        page.evaluate("document.getElementById('help').showModal()")
        assert checked(page) == []
        page.unroute_all()
        page.evaluate("document.getElementById('help').close()")
        sent(page)
    disputed(server.database)
    with desk_of(browser, server, "Anna", "/expert/disputes", **look) as page:
        assert checked(page) == []
    with desk_of(browser, server, "Ada", "/expert/agreement", role="admin", **look) as page:
        assert checked(page) == []
