"""What a person can rely on when a bundle goes to the Hugging Face Hub and comes back."""

import json
import shutil
import socket

import huggingface_hub.constants
import pytest

from registry.bundles import golden_bundle
from registry.hub import READER, STRANGER, WRITER, serving
from sayso.artifacts import digest_of_file, read_json, write_json
from sayso.errors import BundleError, InputError, Unreachable, UsageError
from sayso.registry import add, open_version, promote, pull, push, resolve, versions_in

REPO = "ana/my-intents"


def id_of(bundle):
    return digest_of_file(bundle / "manifest.json")[:12]


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub of our own, and a token that may write to it."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", WRITER)
        yield hub


def test_what_was_pushed_is_pulled_as_the_same_version(hub, registry, bundles):
    version = add(registry, bundles[0], "my-intents")
    pushed = push(version.bundle, REPO)
    pulled = pull(REPO, registry / "elsewhere", "my-intents")
    assert pulled.id == version.id
    assert pulled.source == f"hub:{REPO}@{pushed.commit}"
    assert sorted(path.name for path in pulled.bundle.iterdir()) == sorted(path.name for path in version.bundle.iterdir())
    promote(pulled)
    assert resolve("my-intents", registry / "elsewhere") == pulled.bundle


def test_a_repository_is_private_unless_asked_otherwise(hub, bundles):
    assert push(bundles[0], REPO).visibility == "private"
    assert push(bundles[0], "ana/for-all", visibility="public").visibility == "public"
    assert [repo.private for repo in hub.repos.values()] == [True, False]


def test_a_model_never_goes_by_accident_where_everybody_can_read_it(hub, bundles):
    push(bundles[0], REPO, visibility="public")
    with pytest.raises(UsageError, match=f"everybody can read {REPO}; push with --public if they may"):
        push(bundles[1], REPO)
    assert len(hub.repos[REPO].commits) == 2


def test_all_files_and_the_card_go_in_one_commit_that_says_why(hub, bundles):
    pushed = push(bundles[0], REPO, why="trained on May")
    assert set(hub.repos[REPO].files) == {path.name for path in bundles[0].iterdir()} | {"README.md"}
    assert hub.repos[REPO].messages[1:] == [f"tiny {id_of(bundles[0])}: trained on May"]
    assert pushed.url == f"{hub.url}/{REPO}"
    assert pushed.commit == hub.repos[REPO].head


def test_pushing_the_same_again_changes_nothing(hub, bundles):
    first = push(bundles[0], REPO)
    assert push(bundles[0], REPO) == first


def test_an_earlier_revision_can_be_pulled(hub, registry, bundles):
    first = push(bundles[0], REPO)
    push(bundles[1], REPO)
    assert pull(REPO, registry, revision=first.commit).id == id_of(bundles[0])
    assert pull(REPO, registry).id == id_of(bundles[1])
    assert [version.number for version in versions_in(registry / "tiny")] == [1, 2]


def test_only_what_the_checksums_list_is_fetched(hub, registry, bundles):
    push(bundles[0], REPO)
    hub.repos[REPO].commit({**hub.repos[REPO].files, "pytorch_model.bin": b"large"}, "weights too")
    pulled = pull(REPO, registry)
    assert not (pulled.bundle / "pytorch_model.bin").exists()
    assert not any("pytorch_model.bin" in request for request in hub.requests)


def test_a_token_that_may_only_read_can_pull_and_not_push(hub, registry, bundles, monkeypatch):
    push(bundles[0], REPO)
    monkeypatch.setenv("HF_TOKEN", READER)
    assert open_version(pull(REPO, registry))
    with pytest.raises(InputError, match=f"your token may not do this with {REPO}; set HF_TOKEN to a token from .* that may write"):
        push(bundles[1], REPO)
    with pytest.raises(InputError, match="your token may not do this with ana/other"):
        push(bundles[1], "ana/other")


def test_a_private_repository_is_not_there_for_others(hub, registry, bundles, monkeypatch):
    push(bundles[0], REPO)
    monkeypatch.setenv("HF_TOKEN", STRANGER)
    with pytest.raises(
        InputError, match=f"there is no repository {REPO} at {hub.url}, or it is not for you; check its name, and set HF_TOKEN"
    ):
        pull(REPO, registry)
    assert not registry.exists()


def test_without_a_token_what_is_private_is_neither_pushed_nor_pulled(hub, registry, bundles, monkeypatch):
    push(bundles[0], REPO)
    monkeypatch.delenv("HF_TOKEN")
    for action in (lambda: pull(REPO, registry), lambda: push(bundles[0], REPO), lambda: push(bundles[0], "ana/new")):
        with pytest.raises(
            InputError, match=f"{hub.url} does not know who you are; set HF_TOKEN to a token from {hub.url}/settings/tokens"
        ):
            action()


def test_what_is_public_is_pulled_without_a_token(hub, registry, bundles, monkeypatch):
    push(bundles[0], REPO, visibility="public")
    monkeypatch.delenv("HF_TOKEN")
    assert pull(REPO, registry).id == id_of(bundles[0])


def test_a_repository_that_is_not_there_is_named(hub, registry):
    with pytest.raises(InputError, match="there is no repository ana/nothing at"):
        pull("ana/nothing", registry)


@pytest.mark.parametrize("repo", ["ana/my/intents", "ana/-x-", "no spaces/please", ""])
def test_what_cannot_be_a_repository_is_told_as_such(hub, registry, bundles, repo):
    for action in (lambda: pull(repo, registry), lambda: push(bundles[0], repo)):
        with pytest.raises(UsageError, match="is no name of a repository; write OWNER/NAME"):
            action()


def test_an_unknown_revision_is_named(hub, registry, bundles):
    push(bundles[0], REPO)
    with pytest.raises(InputError, match=f"{REPO} has no revision 'v9'; name a branch, a tag or a commit"):
        pull(REPO, registry, revision="v9")


def test_a_repository_without_a_bundle_is_told_as_such(hub, registry, bundles):
    push(bundles[0], REPO)
    hub.repos[REPO].commit({"README.md": b"nothing else"}, "all gone")
    with pytest.raises(InputError, match=r"holds no bundle: it has no manifest\.json with checksums\.json"):
        pull(REPO, registry)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "golden.jsonl", "checksums.json"])
def test_a_file_that_was_changed_on_the_way_is_never_registered(hub, registry, bundles, name):
    push(bundles[0], REPO)
    content = hub.repos[REPO].files[name]
    hub.on_the_way[name] = bytes([content[0] ^ 1]) + content[1:]
    with pytest.raises(BundleError) as error:
        pull(REPO, registry)
    assert f"what came from {REPO}@{hub.repos[REPO].head[:12]} is not the bundle that was pushed. {name}: this file was changed" in str(
        error.value
    )
    assert "Pull it again; if that does not help" in str(error.value)
    assert not registry.exists()


def test_a_file_that_is_missing_is_never_overlooked(hub, registry, bundles):
    push(bundles[0], REPO)
    files = {name: content for name, content in hub.repos[REPO].files.items() if name != "config.json"}
    hub.repos[REPO].commit(files, "one less")
    with pytest.raises(BundleError, match=r"config\.json: this file is missing from the bundle"):
        pull(REPO, registry)


@pytest.mark.parametrize("content", [b"{", b"7", b'["../../secret"]'])
def test_checksums_that_are_none_are_told_as_such(hub, registry, bundles, content):
    push(bundles[0], REPO)
    hub.repos[REPO].commit({**hub.repos[REPO].files, "checksums.json": content}, "broken")
    with pytest.raises(BundleError, match=r"is not the bundle that was pushed. checksums\.json: this file was changed"):
        pull(REPO, registry)


def test_a_hub_that_lists_files_elsewhere_cannot_write_there(hub, registry, bundles, tmp_path):
    bad = shutil.copytree(bundles[0], tmp_path / "bad")
    write_json(bad / "checksums.json", {**read_json(bad / "checksums.json"), "../../secret": "0" * 64})
    manifest = read_json(bad / "manifest.json") | {"checksums_sha256": digest_of_file(bad / "checksums.json")}
    push(bundles[0], REPO)
    broken = {"manifest.json": json.dumps(manifest).encode(), "checksums.json": (bad / "checksums.json").read_bytes()}
    hub.repos[REPO].commit({**hub.repos[REPO].files, **broken, "../../secret": b"x"}, "bad")
    with pytest.raises(BundleError, match=r"this lists '\.\./\.\./secret', which is not inside the bundle"):
        pull(REPO, registry)
    assert not any("secret" in request for request in hub.requests)


def test_a_bundle_that_was_changed_is_never_pushed(hub, bundles, tmp_path):
    changed = shutil.copytree(bundles[0], tmp_path / "changed")
    (changed / "config.json").write_text("{}")
    with pytest.raises(BundleError, match="this file was changed"):
        push(changed, REPO)
    assert hub.requests == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_hub_that_has_a_rest_is_asked_again_later(hub, registry, bundles, status):
    hub.refuses_all_with = status
    for action in (lambda: pull(REPO, registry), lambda: push(bundles[0], REPO)):
        with pytest.raises(Unreachable, match=r"cannot serve this now \(.*\); try again later") as error:
            action()
        assert error.value.exit_code == 4


def test_without_a_network_the_address_and_the_reason_are_told(hub, registry, bundles, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        for action in (lambda: pull(REPO, registry), lambda: push(bundles[0], REPO)):
            with pytest.raises(
                Unreachable, match=r"cannot get through to http://127.* \(.*refused.*\); check the network, and HF_ENDPOINT"
            ):
                action()
    assert not registry.exists()


def test_the_card_says_what_the_model_answers_what_that_is_worth_and_how_to_load_it(hub, tmp_path):
    folder = golden_bundle(tmp_path / "bundle", languages=["en", "zh"])
    push(folder, REPO)
    card = hub.repos[REPO].files["README.md"].decode()
    assert 'language: ["en", "zh"]' in card
    assert "| `intent` | one of | `SymbolQuery`, `TextSearch`" in card
    assert "| head | accuracy | macro-F1 | ECE |" in card
    assert "| `intent` | 0.970 | 0.960 | 0.020 |" in card
    assert f"sayso pull {REPO}\nsayso promote tiny@{id_of(folder)}" in card
    assert 'sayso.load("registry:tiny@production")' in card
