import json

import pytest

from registry.bundles import golden_bundle
from sayso.cli.models import models
from sayso.cli.promote import promote
from sayso.errors import InputError, UsageError
from tiny_model import COMPLEXITY


@pytest.fixture
def bundle(tmp_path):
    return golden_bundle(tmp_path / "bundle")


@pytest.fixture
def registry(tmp_path, bundle):
    """A registry with two versions of a model, the second in production."""
    place = tmp_path / "registry"
    models("add", str(bundle), name="my-intents", why="the first", registry=place)
    promote(str(golden_bundle(tmp_path / "second", max_length=16)), name="my-intents", why="shorter", registry=place)
    return place


@pytest.fixture
def printed(capsys):
    def of(*args, **options):
        capsys.readouterr()
        models(*args, **options)
        return capsys.readouterr().out

    return of


def test_each_version_has_a_line_with_its_aliases_and_what_it_is_worth(registry, printed):
    header, first, second = printed(registry=registry).splitlines()
    assert header.split() == ["version", "id", "aliases", "accuracy", "ECE", "size", "added"]
    assert first.startswith("my-intents@1 ")
    assert second.startswith("my-intents@2 ")
    assert second.split()[2:8] == ["production", "97.0", "%", "0.020", "0.0", "MB"]


def test_json_lists_models_versions_and_aliases(registry, printed):
    document = json.loads(printed(registry=registry, as_json=True))
    [model] = document["models"]
    assert (document["registry"], model["name"], model["aliases"]) == (str(registry), "my-intents", {"production": 2})
    assert [(version["version"], version["aliases"]) for version in model["versions"]] == [(1, []), (2, ["production"])]
    assert model["versions"][0]["metrics"]["intent"]["ece"] == 0.02
    assert model["versions"][0]["why"] == "the first"


def test_an_empty_registry_says_how_to_fill_it(tmp_path, capsys):
    models(registry=tmp_path / "none")
    said = capsys.readouterr()
    assert said.out == ""
    assert "add one with: sayso models add BUNDLE" in said.err
    models(registry=tmp_path / "none", as_json=True)
    assert json.loads(capsys.readouterr().out)["models"] == []


def test_adding_tells_the_version_and_switches_nothing(tmp_path, bundle, capsys):
    models("add", str(bundle), registry=tmp_path / "registry")
    said = capsys.readouterr()
    assert said.out.startswith("tiny@1 (")
    assert "sayso promote tiny@1" in said.err
    models("show", "tiny", registry=tmp_path / "registry", as_json=True)
    assert json.loads(capsys.readouterr().out)["models"][0]["aliases"] == {}


def test_adding_the_same_again_tells_the_same_version(registry, bundle, printed):
    document = json.loads(printed("add", str(bundle), name="my-intents", registry=registry, as_json=True))
    assert (document["version"], document["why"], document["path"]) == (1, "the first", str(registry / "my-intents/versions/1/bundle"))


def test_a_version_is_shown_with_all_that_is_known_of_it(registry, printed, bundle):
    shown = printed("show", "my-intents@1", registry=registry)
    for part in ("my-intents@1 (", "aliases   none", "the first", str(bundle), "intent    accuracy 0.970, macro-F1 0.960, ECE 0.020"):
        assert part in shown
    assert "aliases   production" in printed("show", "registry:my-intents@production", registry=registry)
    assert json.loads(printed("show", "my-intents@2", registry=registry, as_json=True))["why"] == "shorter"


def test_a_model_without_a_confidence_shows_the_accuracy_it_has(tmp_path, printed):
    score = {"score": COMPLEXITY["score"]}
    assert "tiny@1" in printed("add", str(golden_bundle(tmp_path / "score", score)), registry=tmp_path / "registry")
    assert "tiny@1" in printed(registry=tmp_path / "registry")


def test_the_history_tells_who_pointed_what_where_and_why(registry, printed):
    promote("my-intents@1", why="slow", registry=registry)
    header, *lines = printed("history", "my-intents", registry=registry).splitlines()
    assert header.split() == ["when", "who", "what", "alias", "from", "to", "id", "why"]
    assert [line.split()[-1] for line in lines] == ["shorter", "slow"]
    history = json.loads(printed("history", "my-intents", registry=registry, as_json=True))["history"]
    assert [(switch["from"], switch["to"]) for switch in history] == [(None, 2), (2, 1)]


def test_an_alias_is_taken_away_and_the_history_says_why(registry, printed):
    promote("my-intents@1", alias="shadow", registry=registry)
    assert printed("unalias", "my-intents@shadow", why="compared", registry=registry) == "my-intents@shadow: 1 -> nothing\n"
    *_, line = printed("history", "my-intents", registry=registry).splitlines()
    assert line.split()[2:5] == ["remove", "shadow", "1"]
    assert line.split()[-1] == "compared"
    assert json.loads(printed("show", "my-intents", registry=registry, as_json=True))["models"][0]["aliases"] == {"production": 2}
    promote("my-intents@1", alias="shadow", registry=registry)
    document = json.loads(printed("unalias", "registry:my-intents@shadow", registry=registry, as_json=True))
    assert (document["model"], document["action"], document["from"], document["to"]) == ("my-intents", "remove", 1, None)
    with pytest.raises(InputError, match="my-intents has no alias 'shadow'"):
        models("unalias", "my-intents@shadow", registry=registry)
    with pytest.raises(UsageError, match="production cannot be taken away"):
        models("unalias", "my-intents@production", registry=registry)


def test_what_was_removed_is_shown_as_such(registry, printed):
    from sayso.cli.gc import gc

    gc(keep=1, min_age=0, registry=registry)
    assert "my-intents@1" not in printed(registry=registry)
    assert "removed" in printed("show", "my-intents", registry=registry).splitlines()[1]
    assert "removed by `sayso gc`" in printed("show", "my-intents@1", registry=registry)


@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        (("add",), {}, "`sayso models add` needs BUNDLE"),
        (("show",), {}, "`sayso models show` needs NAME or NAME@VERSION"),
        (("list", "my-intents"), {}, "for one model: sayso models show my-intents"),
        (("show", "my-intents"), {"why": "because"}, "--why with that and with `sayso models unalias NAME@ALIAS`"),
        (("unalias", "my-intents@staging"), {"name": "other"}, "--name goes with `sayso models add BUNDLE`"),
        (("unalias",), {}, "`sayso models unalias` needs NAME@ALIAS"),
        (("unalias", "my-intents"), {}, "say which alias of my-intents: sayso models unalias my-intents@ALIAS"),
        (("show", "My Intents"), {}, "cannot be a model's name"),
    ],
)
def test_what_does_not_go_together_says_what_does(tmp_path, args, options, message):
    with pytest.raises(UsageError) as error:
        models(*args, registry=tmp_path, **options)
    assert message in str(error.value)


def test_an_unknown_model_is_answered_with_the_nearest(registry):
    for what in ("show", "history"):
        with pytest.raises(InputError, match="did you mean 'my-intents'"):
            models(what, "my-intent", registry=registry)
