"""Requests made from a schema alone: right in themselves, the same every time, and held out by phrase and by value."""

import re
from itertools import combinations

import pytest

from sayso.artifacts import no_progress
from sayso.clischema import Command, checked, parse, to_argv
from sayso.clischema.heads import heads_of
from sayso.clischema.read import read_schema
from sayso.clischema.resolve import THIS, resolve
from sayso.clischema.said import meant, refers
from sayso.clischema.schema import CommandSchema, Schema
from sayso.clischema.scope import scope_of
from sayso.examples import normal_form
from sayso.generate.commands import requests
from sayso.generate.commands.rows import rows_by_kind
from sayso.generate.commands.shares import phrase_split, value_split
from sayso.project import SPLITS, Generate

SETTINGS = Generate(rows_per_command=30)


@pytest.fixture(scope="module")
def bake(tmp_path_factory):
    from clischema.samples import write_sample

    return read_schema(write_sample(tmp_path_factory.mktemp("bake")))


@pytest.fixture(scope="module")
def made(bake):
    return requests(bake, SETTINGS, no_progress)


@pytest.fixture(scope="module")
def rows(made):
    return [row for split in SPLITS for row in made.splits[split]]


def commands_in(rows):
    return [row for row in rows if row.output["type"] == "command"]


def test_the_same_schema_and_seed_give_the_same_rows(bake, made):
    again = requests(bake, SETTINGS, no_progress)
    assert [row.to_row() for row in again.splits["train"]] == [row.to_row() for row in made.splits["train"]]


def test_another_seed_gives_others(bake, made):
    others = requests(bake, Generate(rows_per_command=30, seed=2), no_progress)
    assert {row.text for row in others.splits["train"]} != {row.text for row in made.splits["train"]}


def test_every_command_is_what_the_schema_allows_and_is_read_back_from_its_argv(bake, rows):
    for row in commands_in(rows):
        command = checked(bake, Command.from_json(row.output))
        assert parse(bake, to_argv(bake, command)) == command


def test_every_row_has_the_labels_that_its_answer_needs(bake, rows):
    heads = heads_of(bake)
    for row in rows:
        assert row.labels["kind"] in heads["kind"]["labels"]
        assert row.labels.get("command", "none") in heads["command"]["labels"]
        assert set(row.labels["flags"]) <= set(heads["flags"]["labels"])
        assert {mark.label for mark in row.labels["slots"]} <= set(heads["slots"]["labels"])


def test_what_is_marked_stands_for_the_value_in_the_answer(bake, rows):
    for row in commands_in(rows):
        command = Command.from_json(row.output)
        scope = scope_of(bake, command.path)
        said = {}
        for mark in row.labels["slots"]:
            argument, text = scope.arguments[mark.label], row.text[mark.start : mark.end]
            said[mark.label] = THIS if refers(argument, text) and meant(argument, text) is None else meant(argument, text)
        assert resolve(bake, command.path, said, command.flags, row.context).command == checked(bake, command)


def test_a_required_argument_that_is_not_said_and_not_there_is_asked_for(rows):
    asked = [row for row in rows if row.output.get("kind") == "missing_argument"]
    assert asked
    for row in asked:
        assert row.labels["kind"] == "command"
        assert row.output["argument"]


def test_no_text_is_there_twice_and_no_phrasing_in_two_splits(made, rows):
    forms = [normal_form(row.text) for row in rows]
    assert len(set(forms)) == len(forms)
    groups = {split: {row.group for row in made.splits[split]} for split in SPLITS}
    assert all(not groups[one] & groups[other] for one, other in combinations(SPLITS, 2))


def test_a_value_of_free_text_is_in_the_split_of_its_own_only(made):
    for split in SPLITS:
        for row in made.splits[split]:
            for mark in row.labels["slots"]:
                text = row.text[mark.start : mark.end]
                if mark.label == "label" and not re.search(r",| and ", text):
                    assert value_split(text) == split


def test_some_phrases_are_held_out_for_each_split():
    homes = {phrase_split(f"some phrase {number}") for number in range(200)}
    assert homes == set(SPLITS)


def test_every_argument_and_flag_is_spoken_of_in_training(bake, made):
    train = made.splits["train"]
    flags = {flag for row in train for flag in row.labels["flags"]}
    slots = {mark.label for row in train for mark in row.labels["slots"]}
    assert flags == set(heads_of(bake)["flags"]["labels"])
    assert slots == set(heads_of(bake)["slots"]["labels"])


def test_a_fifth_of_the_rows_is_no_request_for_a_command_and_all_kinds_are_there(bake, made):
    kinds = rows_by_kind(made.splits)
    assert {"ambiguous", "typo", "unclear", "off_topic", "missing_argument", "command"} <= set(kinds)
    outside = sum(row.labels["kind"] != "command" for row in made.splits["train"])
    assert 0.15 < outside / len(made.splits["train"]) < 0.3


def test_contexts_are_full_partial_and_absent(rows):
    shown = [row.context is None for row in rows if row.labels["kind"] == "command"]
    assert 0.1 < sum(shown) / len(shown) < 0.6


def test_a_tool_of_one_command_without_arguments_can_be_asked_too():
    made = requests(Schema("ping", description="Check whether the oven is warm", runnable=True), Generate(rows_per_command=10), no_progress)
    assert {row.labels.get("command") for row in made.splits["train"]} == {"ping", "none", None}


def test_names_of_any_kind_do_not_break_the_words(tmp_path):
    odd = Schema("x", commands=(CommandSchema("a-b_c", description="(Do) [it] {now} | <all>", aliases=("ü", "做")), CommandSchema("--")))
    assert requests(odd, Generate(rows_per_command=10), no_progress).splits["train"]


def test_the_manifest_tells_how_different_the_rows_are(made):
    facts = made.facts()["diversity"]["train"]
    assert facts["rows"] == len(made.splits["train"])
    assert 0.3 < facts["phrasings_per_row"] <= 1
