"""What is found out of real repositories."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from sayso.clischema import Schema, from_spec
from sayso.errors import ArtifactError, DataError
from sayso.shell.context import git_context, merged, owner_and_name, read_context
from shell.standin import GH

PLAIN = Schema("gh")


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


def git(folder, *args):
    names = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *names, *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--initial-branch", "main")
    git(folder, "commit", "--allow-empty", "-m", "first")
    return folder


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder at the front of PATH; what is put there stands in for a program."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def put(name, script):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put


def of(folder, schema=PLAIN, **options):
    return git_context(schema, folder, **options).get("git")


def test_a_repository_has_a_branch_and_is_clean_or_not(repository):
    assert of(repository) == {"current_branch": "main", "has_uncommitted_changes": False}
    git(repository, "switch", "-c", "feature/für-alle")
    (repository / "new").write_text("")
    assert of(repository) == {"current_branch": "feature/für-alle", "has_uncommitted_changes": True}
    (repository / "below").mkdir()
    assert of(repository / "below")["current_branch"] == "feature/für-alle"


def test_a_repository_without_a_commit_has_a_branch_already(tmp_path):
    git(tmp_path, "init", "--initial-branch", "unborn")
    assert of(tmp_path)["current_branch"] == "unborn"


def test_a_detached_head_has_no_branch(repository):
    git(repository, "checkout", "--detach")
    assert of(repository) == {"has_uncommitted_changes": False}


def test_a_bare_repository_has_no_changes_to_speak_of(tmp_path):
    git(tmp_path, "init", "--bare", "--initial-branch", "main")
    assert of(tmp_path) == {"current_branch": "main"}


def test_there_may_be_no_repository_no_git_and_no_folder(tmp_path, monkeypatch):
    assert git_context(PLAIN, tmp_path) == {}
    assert git_context(PLAIN, tmp_path / "gone") == {}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_context(GH, tmp_path) == {}


def test_a_broken_repository_is_none(repository):
    (repository / ".git" / "HEAD").write_text("nonsense")
    assert git_context(PLAIN, repository) == {}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/ada/engine.git", ("ada", "engine")),
        ("https://github.com/ada/engine", ("ada", "engine")),
        ("https://github.com/ada/engine/", ("ada", "engine")),
        ("https://ada:token@github.com/ada/engine.git", ("ada", "engine")),
        ("https://github.firm.example:8443/Team_1/a.b-c.git", ("Team_1", "a.b-c")),
        ("git@github.com:ada/engine.git", ("ada", "engine")),
        ("github.com:ada/engine", ("ada", "engine")),
        ("work:ada/engine.git", ("ada", "engine")),
        ("ssh://git@github.firm.example:22/ada/engine.git", ("ada", "engine")),
        ("git://github.com/ada/engine.git", ("ada", "engine")),
        ("git@github.com:ada/.github.git", ("ada", ".github")),
        ("git@github.com:ada/git.git", ("ada", "git")),
        ("/srv/git/engine.git", None),
        ("../engine", None),
        ("file:///srv/ada/engine.git", None),
        ("C:\\code\\engine", None),
        ("C:/code/engine", None),
        ("https://github.com/engine", None),
        ("https://gitlab.com/a/b/c.git", None),
        ("git@host:/srv/engine.git", None),
        ("", None),
    ],
)
def test_owner_and_name_are_read_from_the_address_of_a_forge(url, expected):
    assert owner_and_name(url) == expected


def test_origin_counts_before_upstream(repository):
    git(repository, "remote", "add", "upstream", "https://github.com/upstream/engine.git")
    git(repository, "remote", "add", "fork", "https://github.com/fork/engine.git")
    assert of(repository)["repo_owner"] == "upstream"
    git(repository, "remote", "add", "origin", "git@github.com:ada/engine.git")
    assert (of(repository)["repo_owner"], of(repository)["repo_name"]) == ("ada", "engine")


def test_the_only_remote_counts_whatever_it_is_called_and_of_two_strangers_none(repository):
    git(repository, "remote", "add", "work", "gh:ada/engine")
    git(repository, "config", "url.https://github.com/.insteadOf", "gh:")
    git(repository, "config", "remote.work.partialclonefilter", "blob:none")
    git(repository, "config", "remote.work.promisor", "true")
    assert of(repository)["repo_owner"] == "ada"
    git(repository, "remote", "add", "other", "https://github.com/bob/engine")
    assert "repo_owner" not in of(repository)


def test_odd_remotes_tell_nothing(repository):
    git(repository, "remote", "add", "origin", "/srv/engine.git")
    git(repository, "config", "remote.empty.fetch", "+refs/heads/*:refs/remotes/empty/*")
    assert of(repository) == {"current_branch": "main", "has_uncommitted_changes": False}


def test_the_pull_request_is_asked_for_only_where_the_schema_wants_it(repository, programs, tmp_path):
    programs("gh", f'echo "$@" >> {tmp_path}/asked; echo \'{{"number": 34}}\'')
    assert "current_pr" not in of(repository)
    assert not (tmp_path / "asked").exists()
    assert of(repository, GH)["current_pr"] == 34
    assert (tmp_path / "asked").read_text() == "pr view --json number\n"


def test_a_binding_deep_in_the_schema_counts(repository, programs):
    programs("gh", "echo '{\"number\": 5}'")
    argument = {"name": "n", "context": {"source": "pull/{git.current_pr}"}}
    deep = from_spec({"cli_name": "t", "commands": [{"name": "a", "subcommands": [{"name": "b", "args": [argument]}]}]})
    assert of(repository, deep)["current_pr"] == 5


@pytest.mark.parametrize("script", ["exit 1", "echo no JSON", "echo '{}'", "echo '[]'", "echo '{\"number\": null}'", "kill -9 $$"])
def test_where_there_is_no_pull_request_it_is_left_out(repository, programs, script):
    programs("gh", script)
    assert "current_pr" not in of(repository, GH)


def test_what_hangs_is_left_out_and_ended_with_all_it_started(repository, programs, tmp_path):
    programs("gh", f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    started = time.monotonic()
    found = of(repository, GH, seconds=0.5)
    assert time.monotonic() - started < 2
    assert found == {"current_branch": "main", "has_uncommitted_changes": False}
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(pid)


def _lives(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0]
    except OSError:
        return False
    return state != "Z"


def test_several_that_hang_take_no_longer_than_one(repository, programs):
    programs("gh", "sleep 60")
    programs("git", "sleep 60")
    started = time.monotonic()
    assert git_context(GH, repository) == {}
    assert time.monotonic() - started < 1.8


def test_nothing_is_written_and_nothing_is_asked(repository, programs, tmp_path):
    programs("git", f'echo "$GIT_OPTIONAL_LOCKS $GIT_TERMINAL_PROMPT" >> {tmp_path}/environment; read x; exit 1')
    git_context(PLAIN, repository)
    assert set((tmp_path / "environment").read_text().splitlines()) == {"0 0"}


def test_contexts_are_merged_key_by_key_and_null_takes_away():
    known = {"git": {"current_branch": "main", "current_pr": 1}, "other": 2}
    given = {"git": {"current_pr": None, "repo_owner": "ada"}, "other": {"deep": True, "none": None}}
    assert merged(known, given) == {"git": {"current_branch": "main", "repo_owner": "ada"}, "other": {"deep": True}}
    assert known["git"]["current_pr"] == 1


def test_a_context_that_is_no_object_is_refused_with_its_file(tmp_path):
    file = tmp_path / "c.json"
    file.write_text("[1]")
    with pytest.raises(DataError, match=r"c\.json: a context is a JSON object"):
        read_context(file)
    file.write_text('{"git":\n oops}')
    with pytest.raises(ArtifactError, match=r"c\.json:2: this is not valid JSON"):
        read_context(file)
    file.write_text(json.dumps({"git": {"current_pr": 3}}))
    assert read_context(file) == {"git": {"current_pr": 3}}
