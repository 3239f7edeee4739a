"""What is removed to make room, and what never is."""

import datetime

import pytest

from sayso.errors import UsageError
from sayso.registry import add, collect, open_version, promote, remove_alias, resolve, rollback, unneeded, versions_in

AT_ONCE = datetime.timedelta()


@pytest.fixture
def versions(registry, bundles):
    return [add(registry, bundle, "my-intents") for bundle in bundles]


@pytest.fixture
def folder(versions):
    return versions[0].model_folder


def kept(folder):
    return [version.number for version in versions_in(folder) if version.is_kept]


def test_of_each_alias_the_last_versions_stay(versions, folder):
    for version in versions[:6]:
        promote(version)
    for version in versions[4:]:
        promote(version, "staging")
    removed = collect(folder, keep=2, min_age=AT_ONCE)
    assert [version.number for version in removed] == [1, 2, 3, 4]
    assert kept(folder) == [5, 6, 7, 8]


def test_what_was_added_within_the_day_stays(versions, folder):
    promote(versions[-1])
    assert collect(folder, keep=1) == []
    assert kept(folder) == list(range(1, 9))


def test_what_an_alias_points_at_stays_however_old(registry, versions, folder):
    promote(versions[0], "stable")
    for version in versions:
        promote(version)
    collect(folder, keep=1, min_age=AT_ONCE)
    assert kept(folder) == [1, 8]
    assert resolve("my-intents@stable", registry) == versions[0].bundle


def test_what_an_alias_pointed_at_that_was_taken_away_may_go(versions, folder):
    for version in versions[:4]:
        promote(version)
    promote(versions[6], "shadow")
    remove_alias(folder, "shadow")
    collect(folder, keep=1, min_age=AT_ONCE)
    assert kept(folder) == [4]


def test_what_rolling_back_leads_to_stays(versions, folder):
    for version in versions[:4]:
        promote(version)
    rollback(folder)
    rollback(folder)
    collect(folder, keep=2, min_age=AT_ONCE)
    assert kept(folder) == [1, 2, 3]
    assert rollback(folder).after == 1


def test_a_model_that_no_alias_points_into_stays_as_it_is(versions, folder):
    assert collect(folder, keep=1, min_age=AT_ONCE) == []
    assert len(kept(folder)) == 8


def test_saying_what_would_go_removes_nothing(versions, folder):
    promote(versions[0])
    assert [version.number for version in unneeded(folder, min_age=AT_ONCE)] == [2, 3, 4, 5, 6, 7, 8]
    assert all(open_version(version) for version in versions)


def test_the_record_of_what_was_removed_stays(versions, folder):
    promote(versions[0])
    collect(folder, min_age=AT_ONCE)
    assert [(version.number, version.metrics) for version in versions_in(folder)] == [
        (version.number, version.metrics) for version in versions
    ]
    assert collect(folder, min_age=AT_ONCE) == []


def test_keeping_nothing_is_refused(versions, folder):
    promote(versions[0])
    with pytest.raises(UsageError, match="keep 1 version of each alias or more, not 0: what an alias points at is never removed"):
        collect(folder, keep=0)


def test_what_killed_processes_left_goes_too(versions, folder):
    (folder / "versions" / ".new-abc" / "bundle").mkdir(parents=True)
    (folder / "versions" / "1" / ".gone").mkdir()
    (folder / "aliases").mkdir()
    (folder / "aliases" / ".production.json.abc.part").write_text("{")
    collect(folder)
    assert [path for path in folder.rglob(".*") if path.name != ".lock"] == []
