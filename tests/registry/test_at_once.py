"""What holds while processes are killed, and while many of them change the same model."""

import os
import random
import time
from dataclasses import replace

import pytest

from registry.workers import ALWAYS, FORKS, MODEL, change, promote_often, resolve_until
from sayso.registry import add, aliases_in, collect, history_of, open_version, promote, prove, remove_alias, resolve, versions_in
from sayso.registry.history import catch_up, make_switch
from sayso.registry.versions import version_at


def assert_whole(folder):
    """Every alias points at a version that verifies, loads and answers; the history leads there without a gap."""
    switches, aliases = history_of(folder), aliases_in(folder)
    assert [switch.number for switch in switches] == list(range(1, len(switches) + 1))
    pointed_at = {}
    for switch in switches:
        assert switch.before == pointed_at.get(switch.alias)
        pointed_at[switch.alias] = switch.after
        if switch.after is None:
            del pointed_at[switch.alias]
    assert pointed_at == {alias: switch.after for alias, switch in aliases.items()}
    for number in pointed_at.values():
        assert prove(version_at(folder, number)) > 0
    for version in versions_in(folder):
        assert not version.is_kept or open_version(version)


def test_killed_at_any_moment_every_alias_points_at_a_whole_version_and_the_history_agrees(registry, bundles):
    draw = random.Random(7)
    for round_ in range(30):
        ready = FORKS.Event()
        process = FORKS.Process(target=change, args=(registry, bundles, round_, ready))
        process.start()
        assert ready.wait(30)
        time.sleep(draw.uniform(0, 0.08))
        assert process.is_alive()
        process.kill()
        process.join()
        assert_whole(registry / MODEL)
    assert len(history_of(registry / MODEL)) > 10
    collect(registry / MODEL, min_age=ALWAYS)
    assert catch_up(registry / MODEL) == len((registry / MODEL / "history.jsonl").read_bytes().splitlines())
    assert not [path for path in registry.rglob(".*") if path.name != ".lock"]


def test_an_alias_that_a_kill_took_away_but_kept_from_the_history_is_away_all_the_same(registry, bundles):
    promote(add(registry, bundles[0], MODEL), "shadow")
    log = registry / MODEL / "history.jsonl"
    before = log.read_bytes()
    remove_alias(registry / MODEL, "shadow")
    log.write_bytes(before)
    assert aliases_in(registry / MODEL) == {}
    assert [switch.after for switch in history_of(registry / MODEL)] == [1, None]
    assert promote(version_at(registry / MODEL, 1), "shadow").number == 3
    assert_whole(registry / MODEL)
    assert len(log.read_bytes().splitlines()) == 3


def test_eight_processes_that_promote_at_once_all_get_their_turn(registry, bundles):
    pairs = [(bundles[number], bundles[(number + 1) % 8]) for number in range(8)]
    processes = [FORKS.Process(target=promote_often, args=(registry, pair, 10)) for pair in pairs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 8
    assert_whole(registry / MODEL)
    assert [version.number for version in versions_in(registry / MODEL)] == list(range(1, 9))
    assert 8 <= len(history_of(registry / MODEL)) <= 80


def test_a_thousand_switches_never_disturb_whoever_looks_the_alias_up(registry, bundles, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # what a reader sees does not depend on it, and disks are slow
    versions = [add(registry, bundle, MODEL) for bundle in bundles[:2]]
    promote(versions[0])
    done, told = FORKS.Event(), FORKS.Queue()
    ready = [FORKS.Event() for _ in range(2)]
    readers = [FORKS.Process(target=resolve_until, args=(registry, done, each, told)) for each in ready]
    for reader in readers:
        reader.start()
    assert all(each.wait(30) for each in ready)
    for turn in range(1, 1001):
        assert promote(versions[turn % 2])
    done.set()
    looked_up = [told.get(timeout=30) for _ in readers]
    for reader in readers:
        reader.join(30)
    assert all(isinstance(each, int) and each > 100 for each in looked_up), looked_up
    assert len(history_of(registry / MODEL)) == 1001
    assert resolve(MODEL, registry) == versions[0].bundle


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_line_of_the_history_that_a_kill_cut_off_is_written_again(registry, bundles, cut):
    first, second = (add(registry, bundle, MODEL) for bundle in bundles[:2])
    promote(first)
    promote(second)
    log = registry / MODEL / "history.jsonl"
    log.write_bytes(log.read_bytes()[:-cut])
    assert [switch.after for switch in history_of(registry / MODEL)] == [1, 2]
    promote(first)
    assert [switch.after for switch in history_of(registry / MODEL)] == [1, 2, 1]
    assert len(log.read_bytes().splitlines()) == 3


def test_a_disk_that_is_full_when_the_history_is_written_does_not_undo_the_switch(registry, bundles):
    first, second = (add(registry, bundle, MODEL) for bundle in bundles[:2])
    promote(first)
    log = registry / MODEL / "history.jsonl"
    switch = replace(aliases_in(registry / MODEL)["production"], number=2, before=1, after=2)
    log.rename(log.with_suffix(".aside"))
    log.mkdir()  # what cannot be written to
    make_switch(registry / MODEL, switch)
    log.rmdir()
    log.with_suffix(".aside").rename(log)
    assert resolve(MODEL, registry) == second.bundle
    assert [switch.after for switch in history_of(registry / MODEL)] == [1, 2]


def test_a_switch_that_a_kill_kept_from_the_history_is_in_it_all_the_same(registry, bundles):
    first, second = (add(registry, bundle, MODEL) for bundle in bundles[:2])
    promote(first)
    log = registry / MODEL / "history.jsonl"
    before = log.read_bytes()
    promote(second)
    log.write_bytes(before)
    assert [switch.after for switch in history_of(registry / MODEL)] == [1, 2]
    promote(first, "staging")
    assert len(log.read_bytes().splitlines()) == 3
