"""What promoting and rolling back do, and what they refuse."""

import json

import pytest

from registry.bundles import golden_bundle
from sayso.artifacts import read_json
from sayso.errors import BundleError, InputError, UsageError
from sayso.registry import add, aliases_in, find, history_of, promote, remove_alias, resolve, rollback
from sayso.runtime.selftest import GOLDEN
from tiny_model import CODE_SEARCH, seal, spec_of, write_bundle


@pytest.fixture
def versions(registry, bundles):
    """Four versions of a model, none of which an alias points at."""
    return [add(registry, bundle, "my-intents") for bundle in bundles[:4]]


@pytest.fixture
def folder(versions):
    return versions[0].model_folder


def test_what_is_promoted_is_what_the_alias_means_from_then_on(registry, versions):
    for version in versions:
        promote(version)
        assert resolve("registry:my-intents@production", registry) == resolve("my-intents", registry) == version.bundle


def test_every_alias_is_switched_for_itself(registry, versions):
    promote(versions[0])
    promote(versions[1], "staging")
    promote(versions[2], "blue.2")
    assert {name: switch.after for name, switch in aliases_in(versions[0].model_folder).items()} == {
        "production": 1,
        "staging": 2,
        "blue.2": 3,
    }


def test_promoting_what_is_there_already_changes_nothing(versions, folder):
    assert promote(versions[0], why="first").after == 1
    assert promote(versions[0], why="again") is None
    assert [switch.made.why for switch in history_of(folder)] == ["first"]


def test_the_history_tells_who_when_why_from_where_to_where_and_what_it_was_worth(versions, folder):
    promote(versions[0], why="first")
    promote(versions[1], why="better on calls")
    rollback(folder, why="slow")
    switches = history_of(folder)
    assert [(switch.action, switch.before, switch.after, switch.made.why) for switch in switches] == [
        ("promote", None, 1, "first"),
        ("promote", 1, 2, "better on calls"),
        ("rollback", 2, 1, "slow"),
    ]
    assert all(switch.made.age.total_seconds() < 60 and "@" in switch.made.who for switch in switches)
    assert switches[1].metrics == versions[1].metrics
    assert switches[1].id == versions[1].id
    assert [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()] == [switch.to_dict() for switch in switches]


def test_an_alias_that_is_taken_away_means_nothing_any_more_and_the_history_keeps_that(registry, versions, folder):
    promote(versions[0])
    promote(versions[1], "shadow")
    switch = remove_alias(folder, "shadow", why="compared")
    assert (switch.action, switch.before, switch.after, switch.id, switch.made.why) == ("remove", 2, None, versions[1].id, "compared")
    assert set(aliases_in(folder)) == {"production"}
    with pytest.raises(InputError, match="my-intents has no alias or version 'shadow'"):
        find("my-intents@shadow", registry)
    assert history_of(folder)[-1] == switch
    assert json.loads((folder / "history.jsonl").read_text().splitlines()[-1])["to"] is None
    assert resolve("my-intents@2", registry) == versions[1].bundle, "its version stays"


def test_an_alias_that_is_set_again_begins_anew(versions, folder):
    promote(versions[0], "shadow")
    promote(versions[1], "shadow")
    remove_alias(folder, "shadow")
    assert promote(versions[2], "shadow").before is None
    with pytest.raises(InputError, match="shadow has pointed at no version before my-intents@3"):
        rollback(folder, "shadow")
    assert [switch.number for switch in history_of(folder)] == [1, 2, 3, 4]


def test_production_cannot_be_taken_away_nor_what_is_not_there(versions, folder):
    promote(versions[0])
    with pytest.raises(UsageError, match="production cannot be taken away, for programs load it"):
        remove_alias(folder, "production")
    with pytest.raises(InputError, match="my-intents has no alias 'shadow'"):
        remove_alias(folder, "shadow")
    assert [switch.action for switch in history_of(folder)] == ["promote"]


def test_the_history_only_ever_grows(versions, folder):
    before = b""
    for version in (*versions, *versions):
        promote(version)
        now = (folder / "history.jsonl").read_bytes()
        assert now.startswith(before)
        assert len(now) > len(before)
        before = now


def test_rolling_back_again_goes_further_back_and_never_to_what_it_came_from(versions, folder):
    for version in versions[:3]:
        promote(version)
    assert rollback(folder).after == 2
    assert rollback(folder).after == 1
    with pytest.raises(InputError, match="production has pointed at no version before my-intents@1; name one with --to"):
        rollback(folder)
    promote(versions[3])
    assert rollback(folder).after == 1


def test_after_a_rollback_the_next_version_has_the_good_one_behind_it(versions, folder):
    promote(versions[0])
    promote(versions[1])
    rollback(folder)
    promote(versions[2])
    assert rollback(folder).after == 1


def test_a_version_that_was_in_use_twice_is_two_steps_on_the_way_back(versions, folder):
    promote(versions[0])
    promote(versions[1])
    promote(versions[0])
    promote(versions[2])
    assert [rollback(folder).after for _ in range(3)] == [1, 2, 1]


def test_any_version_can_be_rolled_back_to_forward_as_well(registry, versions, folder):
    for version in versions[:3]:
        promote(version)
    assert rollback(folder, to=versions[0]).after == 1
    assert rollback(folder, to=versions[3]).after == 4
    assert rollback(folder).after == 1
    assert rollback(folder, to=versions[0]) is None


def test_rolling_back_one_alias_leaves_the_others(versions, folder):
    for version in versions[:2]:
        promote(version)
        promote(version, "staging")
    rollback(folder, "staging")
    assert {name: switch.after for name, switch in aliases_in(folder).items()} == {"production": 2, "staging": 1}


def test_an_unknown_alias_is_answered_with_the_nearest(versions, folder):
    promote(versions[0])
    with pytest.raises(InputError, match="my-intents has no alias 'prod'; did you mean 'production'"):
        rollback(folder, "prod")
    with pytest.raises(UsageError, match="'Prod!' cannot be an alias"):
        promote(versions[0], "Prod!")


def test_a_model_that_answers_otherwise_than_its_golden_rows_is_not_promoted(registry, versions, folder, tmp_path):
    promote(versions[0])
    bundle = golden_bundle(tmp_path / "bundle")
    rows = [json.loads(line) for line in (bundle / GOLDEN).read_text().splitlines()]
    rows[1]["heads"]["intent"]["scores"] |= {"Visualize": 0.1, "IndexStatus": 0.9}
    (bundle / GOLDEN).write_text("".join(json.dumps(row) + "\n" for row in rows))
    seal(bundle, spec_of(CODE_SEARCH))
    broken = add(registry, bundle, "my-intents")
    with pytest.raises(BundleError, match="the model answers 'draw the graph' otherwise than when it was made: head 'intent' is off by"):
        promote(broken)
    assert resolve("my-intents", registry) == versions[0].bundle


def test_a_model_that_cannot_be_loaded_is_not_promoted(registry, versions, tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    (bundle / "model.onnx").write_bytes(b"torn")
    version = add(registry, seal(bundle, spec_of()), "my-intents")
    with pytest.raises(BundleError, match=r"cannot load this graph"):
        promote(version)
    assert aliases_in(version.model_folder) == {}


def test_a_bundle_from_before_golden_rows_is_promoted_without(registry, tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    (bundle / GOLDEN).unlink()
    assert promote(add(registry, seal(bundle, spec_of()))).after == 1


def test_rolling_back_to_what_was_changed_meanwhile_is_refused(registry, versions, folder):
    promote(versions[0])
    promote(versions[1])
    (versions[0].bundle / "config.json").write_text("{}")
    with pytest.raises(BundleError, match=r"my-intents@1 .* is not what was registered"):
        rollback(folder)
    assert find("my-intents@production", registry) == versions[1]


def test_a_disk_that_fills_up_while_switching_leaves_the_old_version_in_place(registry, versions, folder, monkeypatch):
    promote(versions[0])

    def full(path, value):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("sayso.registry.history.write_json", full)
        with pytest.raises(OSError, match="No space left"):
            promote(versions[1])
    assert resolve("my-intents", registry) == versions[0].bundle
    assert [switch.after for switch in history_of(folder)] == [1]
    assert promote(versions[1]).number == 2


def test_an_aliass_file_is_the_switch_that_made_it(versions, folder):
    switch = promote(versions[0])
    assert read_json(folder / "aliases" / "production.json") == switch.to_dict()
