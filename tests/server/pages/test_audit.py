"""`/audit`: the newest first, page by page, of one action if that is asked."""

import re

import pytest

from sayso.server.audit import record
from sayso.server.pages.audit import ENTRIES_ON_A_PAGE


@pytest.fixture(scope="module")
def many(app):
    """More entries than go on two pages."""
    with app.state.server.database.writing() as transaction:
        for number in range(2 * ENTRIES_ON_A_PAGE + 3):
            record(transaction, "somebody", "label.assign", f"text-{number:03}", note="<b>bold</b>")


def subjects(text):
    return [int(number) for number in re.findall(r"text-(\d{3})", text)]


def test_one_pages_through_all_of_it_without_losing_or_repeating_an_entry(expert, many):
    path, seen = "/audit?action=label.assign", []
    while path:
        text = expert.get(path).text
        seen += subjects(text)
        older = re.search(r'href="(/audit[^"]*before=\d+)"', text)
        path = older[1].replace("&amp;", "&") if older else None
    assert seen == list(reversed(range(2 * ENTRIES_ON_A_PAGE + 3)))


def test_one_action_is_shown_alone_and_others_are_named_in_the_language(expert, many):
    text = expert.get("/audit?action=login").text
    assert subjects(text) == []
    assert '<option value="login" selected>logged in</option>' in text
    assert '<option value="label.assign">label.assign</option>' in text


def test_details_are_text(expert, many):
    assert "&lt;b&gt;bold&lt;/b&gt;" in expert.get("/audit").text


def test_nothing_found_is_said_and_a_wrong_page_is_refused(expert):
    assert "There are no such entries." in expert.get("/audit?action=nothing.like.it").text
    assert expert.get("/audit?before=x").status_code == 422
