"""`/expert/…` without scripts: what a plain form can do, what is refused, and what nobody else may see."""

import io
import json
import re

import pytest

from sayso.server.pages.desk import KEYS
from sayso.server.store.tables import AuditEntry
from server.pages.texts import disputed, leased_by, opinions_in, put_texts, said_of, somebody_labels, take_all, token_of
from server.pages.visitors import Visitor, noted

PLAIN = "/expert/labeling?plain=1"


@pytest.fixture(autouse=True)
def order_stays(monkeypatch):
    """The texts come in the order in which they were put in, which the server would make a better one in between."""
    monkeypatch.setattr("sayso.server.labeling.ranking._ranks", lambda transaction: [])


@pytest.fixture(scope="module")
def anna(app):
    return Visitor(app).log_in(token_of(app.state.server.database, "Anna"))


@pytest.fixture(scope="module")
def bruno(app):
    return Visitor(app).log_in(token_of(app.state.server.database, "Bruno"))


def form_of(visitor, path=PLAIN):
    """The item and the key of the form that is shown, and the whole page."""
    text = visitor.get(path).text
    return {name: found[1] for name in ("item", "key") if (found := re.search(rf'name="{name}" value="([^"]+)"', text))}, text


def label(visitor, label, path=PLAIN, **fields):
    given, _ = form_of(visitor, path)
    return visitor.post(path, **{**given, "answer.intent": label, **fields})


def test_a_form_labels_one_text_at_a_time(anna, server):
    put_texts(server.database, ["first", "second"])
    answer = label(anna, "Visualize", notes="with a note")
    assert (answer.status_code, answer.headers["location"]) == (303, "/expert/labeling?plain=1&done=labelled")
    assert "The label is saved." in anna.get(answer.headers["location"]).text
    label(anna, "TextSearch")
    assert opinions_in(server.database) == [
        ("Anna", "first", {"intent": "Visualize"}, "with a note"),
        ("Anna", "second", {"intent": "TextSearch"}, ""),
    ]
    assert "There is nothing to label at the moment." in anna.get(PLAIN).text


def test_a_form_that_is_sent_twice_labels_once(anna, server):
    put_texts(server.database, ["first", "second"])
    given, _ = form_of(anna)
    for _ in range(2):
        assert anna.post(PLAIN, **given, **{"answer.intent": "Visualize"}).headers["location"].endswith("done=labelled")
    assert said_of(server.database) == {"first": {"intent": "Visualize"}}


def test_who_loads_the_page_again_sees_the_same_text_and_others_another(anna, bruno, server):
    put_texts(server.database, ["first", "second"])
    assert form_of(anna)[0]["item"] == form_of(anna)[0]["item"]
    assert form_of(bruno)[0]["item"] != form_of(anna)[0]["item"]


def test_skip_and_undo_work_too(anna, server):
    put_texts(server.database, ["first", "second"])
    given, _ = form_of(anna)
    assert anna.post(PLAIN, **given, do="skip").headers["location"].endswith("done=skipped")
    label(anna, "TextSearch")
    assert list(said_of(server.database)) == ["second"]
    answer = anna.post(PLAIN, do="undo")
    assert "Your last label is taken back." in anna.get(answer.headers["location"]).text
    assert "second</p>" in anna.get(answer.headers["location"]).text
    assert said_of(server.database) == {}
    assert "There is nothing to take back." in anna.get(anna.post(PLAIN, do="undo").headers["location"]).text


def test_what_cannot_be_is_told_above_the_next_text(anna, server):
    put_texts(server.database, ["first", "second"])
    given, _ = form_of(anna)
    somebody_labels(server.database, "Bruno", "first", {"intent": "Visualize"})
    answer = anna.post(PLAIN, **given, **{"answer.intent": "TextSearch"})
    told = anna.get(answer.headers["location"]).text
    assert "This text was labelled already." in told
    assert "second</p>" in told
    assert "Choose an answer first." in anna.get(anna.post(PLAIN, **form_of(anna)[0]).headers["location"]).text
    assert anna.post(PLAIN, **form_of(anna)[0], **{"answer.intent": "TextSerch"}).status_code == 404
    assert "TextSearch" in anna.post(PLAIN, **form_of(anna)[0], **{"answer.intent": "TextSerch"}).text


def test_a_filter_stays_from_one_text_to_the_next(anna, server):
    put_texts(server.database, ["a cat", "a dog", "another cat"])
    path = f"{PLAIN}&words=cat"
    assert label(anna, "Visualize", path).headers["location"] == "/expert/labeling?words=cat&plain=1&done=labelled"
    label(anna, "Visualize", path)
    assert set(said_of(server.database)) == {"a cat", "another cat"}
    assert "No open text is like this." in anna.get(path).text
    assert "a dog</p>" in anna.get(f"{PLAIN}&reason=unsure&label=TextSearch&head=intent").text
    assert "No open text is like this." in anna.get(f"{PLAIN}&reason=sample").text


def test_with_scripts_the_page_comes_without_a_text_and_takes_none(anna, server):
    put_texts(server.database, ["an unusual text"])
    text = anna.get("/expert/labeling").text
    assert "an unusual text" not in text
    assert leased_by(server.database, "Anna") == 0
    desk = json.loads(text.split('id="desk">')[1].split("</script>")[0])
    assert desk["name"] == "Anna"
    assert desk["progress"] == {"done": 0, "open": 1, "disputed": 0}
    assert desk["heads"][0]["type"] == "choice"


def test_what_a_text_says_stays_text(anna, server):
    put_texts(server.database, ["</script><script>alert(1)</script>"])
    assert "<script>alert" not in anna.get(PLAIN).text
    disputed(server.database, "</p><script>alert(1)</script>")
    assert "<script>alert" not in anna.get("/expert/disputes").text


def test_how_much_is_left_does_not_tell_what_others_said(anna, bruno, server):
    put_texts(server.database, ["first", "second"], wanted=2)
    label(anna, "Visualize")

    def progress(visitor):
        told = visitor.client.get("/expert/labeling/state").json()
        return told["done"], told["open"]

    assert (progress(anna), progress(bruno)) == ((1, 1), (0, 2))
    label(bruno, "TextSearch")
    assert (progress(anna), progress(bruno)) == ((1, 1), (1, 1))
    assert "Disputes</a>" in anna.get("/expert/labeling").text


def test_the_state_is_for_who_is_logged_in_and_refused_as_programs_read_it(anna, stranger):
    told = anna.client.get("/expert/labeling/state", headers={"Accept": "*/*"})
    assert (told.json()["name"], told.json()["csrf"]) == ("Anna", anna.csrf)
    refused = stranger.client.get("/expert/labeling/state", headers={"Accept": "*/*"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")


def test_no_key_of_a_label_means_something_else():
    assert len(set(KEYS)) == len(KEYS)
    assert not set(KEYS) & set("gmnsuz0?/")


@pytest.fixture
def entry(anna):
    return lambda **changes: {"head": "intent", "label": "TextSearch", "before": shown_in(anna), **changes}


def shown_in(visitor):
    return visitor.get("/expert/guide?head=intent&label=TextSearch").text.split('name="before" value="')[1].split('"')[0]


def test_what_one_writes_in_the_guide_the_others_read(anna, bruno, server, entry):
    put_texts(server.database, ["first"])
    written = {"definition": "Words in files", "tie_breakers": "with a name: SymbolQuery\n\n", "examples": "grep TODO\nfind <b>"}
    answer = anna.post("/expert/guide", **entry(**written))
    assert (answer.status_code, answer.headers["location"]) == (303, "/expert/labeling")
    for path in ("/expert/labeling", "/expert/guide/entries", "/expert/disputes"):
        told = bruno.get(path).text
        assert "Words in files" in told
        assert "with a name: SymbolQuery" in told
        assert "find &lt;b&gt;" in told
        assert "written by Anna" in told
    assert noted(server, "guide.edit").subject == "intent: TextSearch"


def test_nobody_writes_over_what_somebody_else_wrote_meanwhile(anna, bruno, server, entry):
    put_texts(server.database, ["first"])
    old = entry(definition="mine")
    bruno.post("/expert/guide", **{**old, "definition": "Bruno's"})
    answer = anna.post("/expert/guide", **old)
    assert answer.status_code == 409
    assert "Meanwhile Bruno has written:" in answer.text
    assert ">mine</textarea>" in answer.text
    assert "Bruno&#39;s" in anna.get("/expert/labeling").text


def test_a_guide_of_what_there_is_not_or_that_is_too_long_is_refused(anna, entry):
    assert anna.get("/expert/guide?head=intent&label=none").status_code == 404
    assert anna.post("/expert/guide", **entry(label="none")).status_code == 404
    assert anna.post("/expert/guide", **entry(definition="x" * 4001)).status_code == 422
    assert anna.post("/expert/guide", **entry(examples="\n".join("abcdefghij" * 6))).status_code == 422


def test_a_dispute_shows_both_and_is_decided_by_one_answer(admin, anna, server):
    disputed(server.database)
    told = admin.get("/expert/disputes").text
    for each in ("a dispute", "Anna", "it says so", "Bruno", "a picture is wanted"):
        assert each in told
    assert "You are one of the two." not in told
    assert "You are one of the two." in anna.get("/expert/disputes").text
    item = told.split('name="item" value="')[1].split('"')[0]
    answer = admin.post("/expert/disputes", item=item, **{"answer.intent": "Visualize"}, notes="Bruno is right")
    assert f"settled={item}" in answer.headers["location"]
    told = admin.get(answer.headers["location"]).text
    assert "It is decided." in told
    assert "Nobody disagrees at the moment." in told
    assert noted(server, "label.adjudicate").details["notes"] == "Bruno is right"
    with server.database.reading() as transaction:
        assert transaction.query(AuditEntry).filter(AuditEntry.action == "label.adjudicate").count() >= 1
    admin.get(f"/expert/disputes?item={item}")
    admin.post("/expert/disputes", item=item, **{"answer.intent": "TextSearch"})
    assert noted(server, "label.adjudicate").details["answer"] == "intent: TextSearch"


def test_what_is_not_disputed_any_more_is_told(admin, server):
    put_texts(server.database, ["first"])
    item = form_of(admin)[0]["item"]
    answer = admin.post("/expert/disputes", item=item, **{"answer.intent": "Visualize"})
    assert "This text is not disputed any more." in admin.get(answer.headers["location"]).text
    answer = admin.post("/expert/disputes", item=item)
    assert "Choose an answer first." in admin.get(answer.headers["location"]).text
    assert admin.get("/expert/disputes?at=999999999999").status_code == 200


def test_the_figures_tell_progress_agreement_people_and_what_is_missing(anna, server):
    disputed(server.database)
    told = anna.get("/expert/agreement").text
    for each in ("Cohen’s kappa", "0 of 1 texts", "A training wants 200 texts of each label.", "Anna", "Bruno", "This takes 30 labelled"):
        assert each in told
    assert "Esporta Dati" not in told
    assert 'action="/expert/export"' not in told
    put_texts(server.database, ["first"])
    label(anna, "Visualize")
    told = anna.get("/expert/agreement").text
    assert ">199</td>" in told
    pytest.importorskip("vl_convert")
    assert "Visualize" in anna.get("/expert/agreement/chart.svg").text


def test_an_admin_exports_and_says_that_it_has_arrived(admin, anna, server):
    put_texts(server.database, ["first"])
    answer = admin.get("/expert/export?format=jsonl")
    assert answer.headers["location"] == "/expert/agreement?problem=nothing_to_export"
    assert "There is nothing to export." in admin.get(answer.headers["location"]).text
    label(anna, "Visualize")
    answer = admin.get("/expert/export?format=jsonl")
    assert answer.text == '{"text": "first", "label": "Visualize"}\n'
    assert "attachment" in answer.headers["content-disposition"]
    assert admin.get("/expert/export?format=csv&dialect=sayso&since=").text.startswith("text,intent,")
    number = answer.headers["x-export-id"]
    assert "1 label is new since the last export" in admin.get("/expert/agreement").text
    admin.post(f"/expert/exports/{number}/acknowledge")
    assert "0 labels are new since the last export" in admin.get("/expert/agreement").text
    assert admin.get("/expert/export?since=last").status_code == 303
    assert anna.get("/expert/export").status_code == 403


def bring_in(visitor, name, content):
    visitor.get("/expert/agreement")
    return visitor.client.post("/expert/import", data={"csrf": visitor.csrf}, files={"file": (name, io.BytesIO(content))})


def test_an_admin_imports_texts_with_labels_and_without(admin, server):
    put_texts(server.database, ["first"])
    rows = b'{"text": "one", "label": "Visualize"}\n{"text": "two"}\n'
    answer = bring_in(admin, "texts.jsonl", rows)
    assert "Imported: 1 labels, 1 texts to label. 0 were known" in admin.get(answer.headers["location"]).text
    answer = bring_in(admin, "Texts.CSV", b"text,label\nthree,TextSearch\n")
    assert "Imported: 1 labels, 0 texts to label." in admin.get(answer.headers["location"]).text
    answer = bring_in(admin, "texts.jsonl", b'{"text": "four", "label": "Visualise"}\n')
    assert answer.status_code == 404
    assert "did you mean &#39;Visualize&#39;" in answer.text
    assert "The file is empty." in admin.get(bring_in(admin, "texts.jsonl", b"").headers["location"]).text
    assert set(take_all(server.database, "Carla")) == {"first", "two"}


def test_an_admin_forgets_a_text_after_seeing_what_goes(admin, anna, server):
    put_texts(server.database, ["my secret", "second"])
    admin.get("/expert/agreement")
    told = admin.post("/expert/erase", text="  My SECRET ").text
    assert "<blockquote>my secret</blockquote>" in told
    assert admin.post("/expert/erase", text="no such").status_code == 404
    answer = admin.post("/expert/erase", text="my secret", sure="true")
    assert "are gone" in admin.get(answer.headers["location"]).text
    assert take_all(server.database, "Carla") == ["second"]
    assert anna.post("/expert/erase", text="second", sure="true").status_code == 403
