"""Both languages say the same things, all of them, and nothing else."""

import re
from string import Formatter
from typing import get_args

import pytest

from sayso.estimator.config import Settings
from sayso.labeling.files import Dialect
from sayso.registry.history import Action as Switching
from sayso.runtime.blend import Mode
from sayso.runtime.decide import Action
from sayso.runtime.rules import rule_estimate
from sayso.server.access.roles import ROLES
from sayso.server.jobs import rows
from sayso.server.labeling.items import STATES
from sayso.server.monitoring import drift
from sayso.server.pages import agreement, intents, jobs, labeling, models, tokens
from sayso.server.pages.language import NAMES, language
from sayso.server.pages.page import HERE

WRITTEN = [*HERE.rglob("*.html"), *HERE.glob("*.py"), *(HERE / "static" / "labeling").glob("*.js")]
REFUSED = ("already_labelled", "stale_lease", "unknown_label", "not_found", "settled", "nothing_to_undo", "forbidden", "failed")
"""What a label that was kept in the browser may be answered, and the page's script tells."""
FOUND_BY = {
    "role.": ROLES,
    "login.": ("wait", "wrong", "role"),
    "overview.period_": intents.PERIODS,
    "overview.chart_": intents.PERIODS,
    "overview.": ("p50", "p95", "p99", "confidence", "intents"),
    "overview.of_": ("confidence", "intents"),
    "overview.drift_": [state.replace(" ", "_") for state in get_args(drift.State)],
    "overview.drift_of_": ("confidence", "intents"),
    "models.done_": models.DONE,
    "models.switch_": get_args(Switching),
    "figure.": ["macro_f1", *(figure for figures in models.FIGURES for figure in figures)],
    "switch.": ("promote", "rollback", "beside"),
    "switch.do_": ("promote", "rollback", "beside"),
    "switch.problem_": ("reason", "meanwhile", "refused"),
    "try.action_": get_args(Action),
    "settings.mode_": get_args(Mode),
    "settings.with_": get_args(Mode),
    "tokens.for_": [lifetime or "ever" for lifetime in tokens.LIFETIMES],
    "tokens.state_": ("valid", "expired", "revoked"),
    "labeling.reason_": labeling.REASONS,
    "labeling.done_": labeling.DONE,
    "desk.why_": ("away", "login", "somebody"),
    "desk.refused_": REFUSED,
    "agreement.state_": STATES,
    "agreement.kappa_": ("unknown", "poor", *(word for _, word in agreement.KAPPAS)),
    "agreement.dialect_": get_args(Dialect),
    "agreement.done_": agreement.DONE,
    "agreement.problem_": agreement.PROBLEMS,
    "jobs.": ("exit", "signal"),
    "jobs.because_": jobs.EXPLAINED,
    "jobs.says_": rows.STATES,
    "jobs.state_": rows.STATES,
}
"""The keys that are put together where they are used: how each begins, and how it may end."""
ASKED = {
    **{"it": "it", "it-CH,en;q=0.5": "it", "de,en;q=0.8,it;q=0.9": "it"},
    **{"de": "en", "": "en", "it;q=0,en;q=0.1": "en", "it;q=x": "en", ";;q=,,": "en"},
}
LEFT_OPEN = ("problem.", "action.", "signal.", "step.")
"""Of what programs name, what there is a text for; for the rest, its own name stands."""


def used():
    """Every key that a template or module may ask for."""
    keys = {f"{start}{end}" for start, ends in FOUND_BY.items() for end in ends}
    for file in WRITTEN:
        keys |= set(re.findall(r"""["']([a-z]+\.[a-z_0-9]+)["']""", file.read_text())) & set(language("en").texts)
        keys |= {f"{key}_one" for key in re.findall(r'\bcount\("([a-z_.]+)"', file.read_text())}
    return keys


def names_in(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_languages_have_the_same_keys_and_fill_in_the_same_names():
    texts = {code: language(code).texts for code in NAMES}
    for code, found in texts.items():
        assert found.keys() == texts["en"].keys(), code
        for key, text in found.items():
            assert text.strip() == text != "", key
            assert names_in(text) == names_in(texts["en"][key]), key


def test_every_key_that_is_used_exists_and_every_one_that_exists_is_used():
    known = set(language("en").texts)
    asked = {key for file in WRITTEN for key in re.findall(r"""\b(?:t|text|count)\(\s*["']([a-z_.0-9]+)["'][,)]""", file.read_text())}
    assert asked <= known
    assert used() <= known
    assert {key for key in known - used() if not key.startswith(LEFT_OPEN)} == set()


def test_every_beginning_that_a_template_completes_is_known_here():
    begun = {start for file in WRITTEN for start in re.findall(r'"([a-z]+\.(?:[a-z_]+_)?)" ~', file.read_text())}
    assert begun - set(LEFT_OPEN) <= set(FOUND_BY)


def test_signals_of_the_rules_have_names():
    assert {f"signal.{name}" for name in rule_estimate("hello").contributions} <= set(language("en").texts)


def test_every_setting_is_on_the_page():
    form = (HERE / "templates" / "settings.html").read_text()
    assert set(re.findall(r'name="(\w+)"', form)) == set(Settings.model_fields)


@pytest.mark.parametrize(("asked", "spoken"), ASKED.items())
def test_pages_are_in_the_language_that_the_browser_asks_for(stranger, asked, spoken):
    text = stranger.get("/login", headers={"Accept-Language": asked}).text
    assert f'<html lang="{spoken}">' in text


def test_a_language_that_is_chosen_stays(stranger):
    answer = stranger.post("/language", code="it", next="/login")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "Il tuo token" in stranger.get("/login", headers={"Accept-Language": "en"}).text
    assert stranger.post("/language", code="xx").status_code == 422
    assert stranger.post("/language", code="en", next="//evil.example").headers["location"] == "/"


def test_numbers_are_written_as_the_language_writes_them():
    assert (language("en").number(1234.5, 1), language("it").number(1234.5, 1)) == ("1,234.5", "1.234,5")
    assert (language("en").percent(0.921), language("it").percent(0.921)) == ("92.1 %", "92,1 %")
    assert (language("en").size(23_300_000), language("it").size(4_200)) == ("23.3 MB", "4,2 kB")
    assert (language("en").count("overview.requests", 1), language("it").count("overview.requests", 2000)) == (
        "1 request",
        "2.000 richieste",
    )
    assert [language(code).points(share) for code, share in (("en", 0.0123), ("it", -0.02), ("en", 0))] == ["+1.2 pp", "-2,0 pp", "0.0 pp"]
    assert [language("it").duration(seconds) for seconds in (0.4, 59, 61, 3599, 7325)] == [
        "0 s",
        "59 s",
        "1 min 1 s",
        "59 min 59 s",
        "2 h 2 min",
    ]
    assert language("en").moment("2026-03-01T12:00:30+02:00") == "2026-03-01 10:00"
