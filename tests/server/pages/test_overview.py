"""`/`: the figures of the tables, as people read them."""

import datetime
import re
from dataclasses import replace

import pytest

from sayso.server.store.tables import Latency, Traffic


@pytest.fixture
def traffic(server):
    """An hour of it: nine sure answers in ten."""
    minute = datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0)
    version = server.production.serving.model_id
    row = {"minute": minute, "version": version, "action": "execute"}
    with server.database.writing() as transaction:
        transaction.add(Traffic(**row, label="Find<b>", tenth=9, answers=900, out_of_scope=0))
        transaction.add(Traffic(**row, label="TextSearch", tenth=5, answers=100, out_of_scope=7))
        transaction.add(Latency(minute=minute, at_most_ms=2, requests=990))
        transaction.add(Latency(minute=minute, at_most_ms=500, requests=10))
    yield
    with server.database.writing() as transaction:
        transaction.query(Traffic).delete()
        transaction.query(Latency).delete()


def words(text):
    """A page's text without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_it_tells_which_model_answers_since_when_and_from_where(expert, server):
    told = words(expert.get("/").text)
    serving = server.production.serving
    for fact in (serving.name, serving.version, serving.source, f"{serving.since:%Y-%m-%d %H:%M}"):
        assert fact in told


def test_without_traffic_it_says_so(expert):
    told = words(expert.get("/").text)
    assert "0 texts 0 requests" in told
    assert "No text was answered in this time." in told
    assert "There is nothing to compare with yet." in told


def test_it_tells_traffic_latency_confidence_and_intents(expert, traffic):
    told = words(expert.get("/").text)
    assert "1,000 texts 1,000 requests, 7 out of scope" in told
    assert "p50 1.5 ms" in told
    assert "90–100 % 90.0 % –" in told
    assert "50–60 % 10.0 % –" in told
    assert "Find&lt;b&gt; 90.0 %" in told
    assert "TextSearch 100 " in told


def test_beside_live_answers_stand_those_to_the_test_rows_and_how_far_apart_they_are(expert, traffic, server, monkeypatch):
    serving = server.production.serving
    manifest = {"confidence_histogram": {"edges": [0, 0.5, 1.0], "counts": [750, 250]}, "intent_mix": {"TextSearch": 5}}
    monkeypatch.setattr(server.production, "_serving", replace(serving, manifest=manifest))
    told = words(expert.get("/").text)
    assert "70–80 % 0.0 % 25.0 %" in told
    assert "TextSearch 10.0 % 100.0 %" in told
    assert "The traffic is not what the model was tested on." in told
    assert re.search(r"Shift of confidence \(PSI\) \d+\.\d\d limit \d\.\d\d", told)


def test_a_refused_model_is_announced_with_the_reason(expert, server, monkeypatch):
    monkeypatch.setattr(server.production, "_problem", "it answers otherwise than when it was made")
    text = expert.get("/").text
    assert 'role="alert"' in text
    assert "it answers otherwise than when it was made" in text


def test_the_chart_is_an_image_for_each_theme_and_width_in_which_labels_stay_text(expert, traffic):
    pytest.importorskip("vl_convert")
    pytest.importorskip("altair")
    assert "/intents/chart.svg?period=month" in expert.get("/?period=month").text
    drawn = set()
    for look in ("", "&theme=dark", "&width=narrow", "&period=month"):
        answer = expert.get(f"/intents/chart.svg?x=1{look}")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "Find&lt;b&gt;" in answer.text
        drawn.add(answer.text)
    assert len(drawn) == 4
    assert expert.get("/intents/chart.svg?theme=pink").status_code == 422


def test_without_the_packages_that_draw_the_table_is_open(expert, traffic, monkeypatch):
    monkeypatch.setattr("sayso.server.pages.intents.can_draw", lambda: False)
    text = expert.get("/").text
    assert "<picture>" not in text
    assert "<details open>" in text


def test_an_image_needs_a_session_like_everything_else(stranger):
    assert stranger.get("/intents/chart.svg").status_code == 303


def test_what_renews_itself_gets_its_part_of_the_page_alone(expert, traffic):
    htmx = {"HX-Request": "true"}
    figures, over_time = expert.get("/", headers=htmx).text, expert.get("/intents?period=month", headers=htmx).text
    for text, told in ((figures, "p95"), (over_time, "TextSearch")):
        assert told in text
        assert "<html" not in text
    assert "As a table" not in figures
