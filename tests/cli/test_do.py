"""`sayso do` in a script and in a real terminal, with a model that knows its requests by heart and a real program called gh."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from person import Terminal, needs_a_terminal
from sayso.artifacts import no_progress
from sayso.cli.command_models import command_model, known_tools
from sayso.errors import BundleError, UsageError
from shell.standin import ByHeart

PROGRAM = [sys.executable, "-m", "shell.standin"]
TESTS = Path(__file__).parent.parent
GH = """\
#!/bin/sh
[ "$2" = view ] && exit 1
printf '%s\\n' "$@" > "$GH_WAS_GIVEN"
echo "gh ran${COLUMNS:+ in $COLUMNS columns}"
exit 7
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where sayso is called: no repository, a home of its own, and a program `gh` on PATH."""
    programs, here = tmp_path / "programs", tmp_path / "here"
    programs.mkdir()
    here.mkdir()
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    for name in [name for name in os.environ if name.startswith(("XDG_", "SAYSO_"))]:
        monkeypatch.delenv(name)
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "GH_WAS_GIVEN": str(tmp_path / "given"),
        "SAYSO_MODEL": "by heart",
        "PYTHONPATH": str(TESTS),
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "TERM": "xterm",
    }
    monkeypatch.delenv("COLUMNS", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return here


@pytest.fixture
def sayso(folder):
    def sayso(*args, typed="", **environment):
        return subprocess.run(
            [*PROGRAM, *map(str, args)], input=typed, cwd=folder, env=os.environ | environment,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip

    return sayso


@pytest.fixture
def given(tmp_path):
    """What the program was given; None if it has not run."""

    def given():
        file = tmp_path / "given"
        return file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else None

    return given


@pytest.fixture
def kept(tmp_path):
    """The rows of a file below the user's home."""

    def kept(path):
        file = tmp_path / "home" / path
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    return kept


LOG = ".local/state/sayso/do.jsonl"
CORRECTIONS = ".local/share/sayso/corrections/gh.jsonl"


# In a script


def test_a_command_that_is_sure_and_allowed_runs_and_its_exit_code_is_passed_on(sayso, given, kept):
    result = sayso("do", "gh", "list", "my", "prs", "--yes")
    assert (result.returncode, result.stdout) == (7, "gh ran\n")
    assert given() == ["pr", "list", "--state", "open"]
    assert "gh pr list --state open\n  read, 0.95 sure" in result.stderr
    [row] = kept(LOG)
    assert (row["request"], row["permitted"], row["argv"]) == ("list my prs", "yes", ["gh", "pr", "list", "--state", "open"])
    assert kept(CORRECTIONS) == []


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (["list my prs"], "neither --yes nor the allow-list lets it run unasked"),
        (["perhaps list", "--yes"], "not sure enough (0.80, confirm)"),
        (["close it?", "--yes"], "not sure enough (0.60, suggest)"),
        (["merge and clean up", "--yes"], "it is destructive"),
    ],
)
def test_without_a_terminal_what_must_be_asked_about_is_not_run(sayso, given, kept, request_, why):
    result = sayso("do", "gh", *request_, typed="y\n")
    assert (result.returncode, result.stdout, given(), kept(LOG)) == (1, "", None, [])
    assert len(result.stderr.splitlines()) == 1
    assert f"was not run: {why}" in result.stderr or why in result.stderr


def test_commands_on_the_allow_list_run_unasked_unless_a_flag_destroys(sayso, given):
    assert sayso("do", "--allow", "gh pr ls").returncode == 0
    assert sayso("do", "--allow", "gh pr merge").returncode == 0
    assert sayso("do", "--allowed").stdout == "gh pr list\ngh pr merge\n"
    assert json.loads(sayso("do", "--allowed", "--json").stdout)["allowed"] == ["gh pr list", "gh pr merge"]
    assert sayso("do", "gh", "list my prs").returncode == 7
    assert sayso("do", "gh", "merge this one").returncode == 7
    assert given() == ["pr", "merge", "12", "--squash"]
    assert sayso("do", "gh", "perhaps list").returncode == 1
    assert sayso("do", "gh", "merge and clean up").returncode == 1
    assert sayso("do", "--disallow", "gh pr list").returncode == 0
    assert sayso("do", "gh", "list my prs").returncode == 1
    result = sayso("do", "--allow", "gh repo delete")
    assert result.returncode == 2 and "will always be asked about" in result.stderr


def test_a_question_back_is_printed_with_its_suggestions(sayso, given):
    result = sayso("do", "gh", "prs", "--yes")
    assert (result.returncode, result.stdout, given()) == (1, "", None)
    assert result.stderr.splitlines() == [
        "What about them?",
        "  1  list them  `gh pr list`",
        "  2  close one  `gh pr close main`",
        "  3  merge one  `gh pr merge <number> --squash`",
    ]


def test_print_gives_the_line_and_nothing_else(sayso, given):
    result = sayso("do", "gh", "quote", "--print")
    assert (result.returncode, result.stdout, result.stderr, given()) == (0, "gh say 'it'\"'\"'s'\n", "", None)
    question = sayso("do", "gh", "prs", "--print")
    assert (question.returncode, question.stdout) == (1, "") and "What about them?" in question.stderr


def test_json_gives_what_the_model_says(sayso, given):
    document = json.loads(sayso("do", "gh", "list my prs", "--json").stdout)
    assert (document["type"], document["argv"], document["action"]) == ("command", ["gh", "pr", "list", "--state", "open"], "execute")
    question = sayso("do", "gh", "merge", "--json")
    assert (question.returncode, json.loads(question.stdout)["argument"], given()) == (0, "number", None)


def test_a_dry_run_shows_everything_and_does_nothing(sayso, given, kept, folder, tmp_path):
    (folder / "c.json").write_text('{"git": {"current_pr": 12}}')
    result = sayso("do", "gh", "merge this one", "--dry-run", "--yes", "--context", "c.json")
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "gh pr merge 12 --squash",
        "  write, 0.93 sure",
        "  gh        Work with GitHub",
        "  pr        Work with pull requests",
        "  merge     Merge a pull request [write]",
        "  12        number: the number of the pull request",
        "  --squash  Make one commit of all",
        "would run unasked, by --yes",
        f"would start {tmp_path}/programs/gh",
        f"would be written down in {tmp_path}/home/{LOG}",
        'asked of by heart, with the context {"git": {"current_pr": 12}}',
    ]
    assert (given(), kept(LOG)) == (None, [])
    (tmp_path / "programs" / "gh").unlink()
    told = sayso("do", "gh", "merge and clean up", "--dry-run", "--yes", "--no-log").stdout
    assert "would be asked about: it is destructive" in told and "would not be written down" in told
    assert sayso("do", "gh", "prs", "--dry-run").returncode == 1


def test_what_the_repository_is_and_what_a_file_says_is_told_to_the_model(sayso, folder):
    subprocess.run(["git", "init", "-q", "--initial-branch", "feature"], cwd=folder, check=True)
    subprocess.run(["git", "remote", "add", "origin", "git@github.com:ada/engine.git"], cwd=folder, check=True)
    (folder / "c.json").write_text('{"git": {"current_pr": 3, "has_uncommitted_changes": null}}')
    told = sayso("do", "gh", "list my prs", "--dry-run", "--context", "c.json").stdout
    context = json.loads(told.splitlines()[-1].partition("context ")[2])
    assert context == {"git": {"current_branch": "feature", "repo_owner": "ada", "repo_name": "engine", "current_pr": 3}}


def test_nothing_is_kept_where_that_is_wished(sayso, kept):
    assert sayso("do", "gh", "list my prs", "--yes", "--no-log").returncode == 7
    assert sayso("do", "gh", "list my prs", "--yes", SAYSO_DO_LOG="0").returncode == 7
    assert kept(LOG) == []


def test_a_log_that_cannot_be_written_is_told_and_holds_nothing_up(sayso, tmp_path, given):
    (tmp_path / "home").write_text("a file")
    result = sayso("do", "gh", "list my prs", "--yes")
    assert (result.returncode, given() is not None) == (7, True)
    assert "this is not written down: " in result.stderr


def test_the_log_is_shown(sayso):
    assert sayso("do", "--log").stdout == ""
    sayso("do", "gh", "odd", "--yes")
    result = sayso("do", "--log")
    assert result.stdout.rstrip().endswith("yes  read  gh say $'; echo $(whoami) \"x\" \\n\\e[31mred \\u202e é'  (odd)")
    assert json.loads(sayso("do", "--log", "--json").stdout)["runs"][0]["request"] == "odd"


def test_odd_characters_arrive_as_they_are_and_do_nothing_on_the_way(sayso, given):
    result = sayso("do", "gh", "odd", "--yes")
    assert given() == ["say", '; echo $(whoami) "x" ', "\x1b[31mred \u202e é"]
    assert "\x1b[31m" not in result.stderr and "\u202e" not in result.stderr
    assert "\x1b[2J" not in sayso("do", "gh", "broken").stderr


def test_what_follows_two_dashes_are_words(sayso):
    assert sayso("do", "--print", "gh", "--", "--help", "me").stdout == "gh say help\n"


def test_a_program_that_is_not_installed_is_told_before_anything_is_asked(sayso, tmp_path):
    (tmp_path / "programs" / "gh").unlink()
    result = sayso("do", "gh", "list my prs", PATH=str(tmp_path / "programs"))
    assert result.returncode == 4
    assert result.stderr == "error: `gh` is not installed, or not in a folder of PATH; nothing was run\n"


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["do"], 2, "say what you want, as in: sayso do gh squash and merge this one"),
        (["do", "gh"], 2, "say what you want"),
        (["do", "gh", "", " \n "], 2, "say what you want"),
        (["do", "gh", "x" * 10_240], 2, "4,000 characters at most; this one has 10,240"),
        (["do", "gh", b"list \xff".decode("utf-8", "surrogateescape")], 2, "the request is not UTF-8 text"),
        (["do", "gh", "x", "--print", "--json"], 2, "go one at a time"),
        (["do", "gh", "x", "--allowed"], 2, "with no request"),
        (["do", "--allow", "gh pr list", "--log"], 2, "go one at a time"),
        (["do", "gh", "x", "--alias", "y"], 2, "--alias goes with --init"),
        (["do", "--init", "zsh"], 2, "say for which tool"),
        (["do", "--disallow", "gh 'pr"], 3, "the quotes do not match"),
        (["do", "gh", "x", "--context", "none.json"], 3, "none.json: this file is missing"),
        (["do", "\x1b[31mgh", "x"], 2, "'\\x1b[31mgh' has characters that cannot be seen"),
        (["do", "git", "status"], 2, "SAYSO_MODEL names by heart, which knows `gh`, not `git`"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(sayso, given, args, code, told):
    result = sayso(*args)
    assert (result.returncode, given()) == (code, None), result.stderr
    assert told in result.stderr and "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", ["--print", "--dry-run", "--json"])
def test_a_reader_that_has_read_enough_is_told_nothing(folder, option):
    line = f"{sys.executable} -m shell.standin do gh 'merge this one' {option} | true"
    result = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_quiet_says_nothing_of_what_is_not_asked_about(sayso):
    assert sayso("do", "gh", "list my prs", "--yes", "--quiet").stderr == ""


# A person


ASKED = "n: no"


def at_a_terminal(folder, *args):
    return Terminal(folder, *args, program=PROGRAM)


@needs_a_terminal
@pytest.mark.parametrize("key", ["\r", "y", "Y"])
def test_a_person_says_yes(folder, given, kept, key):
    person = at_a_terminal(folder, "do", "gh", "merge", "this", "one")
    person.wait_for("gh pr merge 12 --squash")
    person.wait_for("write")
    person.wait_for(", 0.93 sure")
    person.wait_for("Enter: run   e: explain   c: change   n: no")
    person.press(key, then="gh ran")
    assert person.end() == 7
    assert given() == ["pr", "merge", "12", "--squash"]
    assert kept(LOG)[0]["permitted"] == "confirmed" and kept(CORRECTIONS) == []


@needs_a_terminal
@pytest.mark.parametrize(("key", "code"), [("n", 1), ("q", 1), ("\x1b", 1), ("\x04", 1), ("\x03", 130)])
def test_a_person_says_no(folder, given, kept, key, code):
    person = at_a_terminal(folder, "do", "gh", "list my prs")
    person.wait_for(ASKED)
    os.write(person.handle, key.encode())
    assert (person.end(), given(), kept(LOG)) == (code, None, [])


@needs_a_terminal
def test_the_command_is_explained(folder, given):
    person = at_a_terminal(folder, "do", "gh", "merge this one")
    person.wait_for(ASKED)
    person.press("e", then="number: the number of the pull request")
    person.wait_for("Make one commit of all")
    person.wait_for(ASKED)
    person.press("x?", then="Enter: run")
    os.write(person.handle, b"n")
    assert (person.end(), given()) == (1, None)


@needs_a_terminal
def test_a_destructive_command_wants_a_y_whatever_was_said(folder, given):
    person = at_a_terminal(folder, "do", "gh", "merge and clean up", "--yes")
    person.wait_for("destructive")
    person.wait_for("y: run   e: explain")
    person.press("\r", then="y: run")
    assert given() is None
    person.press("y", then="gh ran")
    assert (person.end(), given()) == (7, ["pr", "merge", "12", "--delete-branch"])


@needs_a_terminal
def test_keys_that_came_before_the_question_do_not_answer_it(folder, given):
    person = at_a_terminal(folder, "do", "gh", "merge this one")
    os.write(person.handle, b"\n\ny\n")
    person.wait_for(ASKED)
    time.sleep(0.3)
    assert given() is None
    os.write(person.handle, b"n")
    assert (person.end(), given()) == (1, None)


@needs_a_terminal
def test_a_line_may_be_changed_until_it_is_right_and_is_learned_from(folder, given, kept):
    person = at_a_terminal(folder, "do", "gh", "list my prs")
    person.wait_for(ASKED)
    person.press("c", then="> gh pr list --state open")
    person.press("x\r", then="'openx' is none of its values; did you mean 'open'?")
    person.wait_for("> gh pr list --state openx")
    person.press("\x7f\x7f\x7f\x7f\x7fclosed -w\r", then="gh pr list --state closed --web")
    person.wait_for("as you changed it")
    person.wait_for(ASKED)
    person.press("\r", then="gh ran\r\n")
    assert person.end() == 7
    assert given() == ["pr", "list", "--state", "closed", "--web"]
    [row] = kept(LOG)
    assert (row["origin"], row["confidence"], row["permitted"]) == ("changed", None, "confirmed")
    [row] = kept(CORRECTIONS)
    assert (row["instruction"], row["context"]) == ("list my prs", None)
    assert json.loads(row["output"])["flags"] == ["web"]


@needs_a_terminal
def test_a_line_that_stays_as_it_was_or_is_given_up_teaches_nothing(folder, given, kept):
    person = at_a_terminal(folder, "do", "gh", "list my prs")
    person.wait_for(ASKED)
    person.press("c", then="--state open")
    person.press("\r", then="0.95 sure")
    person.wait_for(ASKED)
    person.press("c", then="--state open")
    person.press("\x15\r", then="0.95 sure")
    person.wait_for(ASKED)
    person.press("\r", then="gh ran")
    assert (person.end(), given(), kept(CORRECTIONS)) == (7, ["pr", "list", "--state", "open"], [])


@needs_a_terminal
def test_a_changed_line_that_destroys_wants_a_y(folder, given):
    person = at_a_terminal(folder, "do", "gh", "merge this one")
    person.wait_for(ASKED)
    person.press("c", then="--squash")
    person.press(" -d\r", then="y: run")
    person.press("\r", then="y: run")
    os.write(person.handle, b"\x03")
    assert (person.end(), given()) == (130, None)


@needs_a_terminal
def test_leaving_while_changing_a_line_runs_nothing(folder, given):
    person = at_a_terminal(folder, "do", "gh", "merge this one")
    person.wait_for(ASKED)
    person.press("c", then="--squash")
    os.write(person.handle, b"\x03")
    assert (person.end(), given()) == (130, None)


@needs_a_terminal
def test_a_suggestion_is_picked_by_its_number(folder, given, kept):
    person = at_a_terminal(folder, "do", "gh", "prs")
    person.wait_for("3  merge one  `gh pr merge <number> --squash`")
    person.wait_for("1-3: pick   n: none")
    person.press("7", then="1-3: pick")
    person.press("2", then="gh pr close main")
    person.wait_for("as you picked it")
    person.wait_for(ASKED)
    person.press("\r", then="gh ran")
    assert (person.end(), given()) == (7, ["pr", "close", "main"])
    assert (kept(LOG)[0]["origin"], kept(CORRECTIONS)) == ("picked", [])  # nothing has said which branch


@needs_a_terminal
def test_a_suggestion_that_lacks_something_asks_for_it(folder, given, kept):
    person = at_a_terminal(folder, "do", "gh", "prs", "--yes")
    person.wait_for("1-3: pick")
    person.press("3", then="number of `gh pr merge <number> --squash`: ")
    person.press("twelve\r", then="'twelve' is no whole number")
    person.wait_for("`: ")
    person.press("12\r", then="gh pr merge 12 --squash")
    person.wait_for("as you completed it")
    person.wait_for(ASKED)
    person.press("y", then="gh ran")
    assert (person.end(), given(), kept(LOG)[0]["origin"]) == (7, ["pr", "merge", "12", "--squash"], "answered")


@needs_a_terminal
def test_what_is_missing_is_asked_for_at_once(folder, given, kept):
    person = at_a_terminal(folder, "do", "gh", "merge")
    person.wait_for("Which pull request?")
    person.wait_for("number of `gh pr merge <number> --squash`: ")
    person.press("5\r", then=ASKED)
    person.press("y", then="gh ran")
    assert (person.end(), given()) == (7, ["pr", "merge", "5", "--squash"])
    [row] = kept(CORRECTIONS)
    assert (row["instruction"], json.loads(row["output"])["args"]) == ("merge 5", {"number": 5})


@needs_a_terminal
@pytest.mark.parametrize(("keys", "code"), [("\r", 1), ("\x04", 1), ("\x03", 130)])
def test_no_answer_runs_nothing(folder, given, keys, code):
    person = at_a_terminal(folder, "do", "gh", "merge")
    person.wait_for("`: ")
    os.write(person.handle, keys.encode())
    assert (person.end(), given()) == (code, None)


@needs_a_terminal
def test_a_suggestion_that_the_tool_does_not_know_is_told_and_another_may_be_picked(folder, given, kept):
    person = at_a_terminal(folder, "do", "gh", "broken")
    person.wait_for("1-2: pick")
    person.press("1", then="`gh pr` has no command 'explode'")
    person.press("2", then=ASKED)
    person.press("y", then="gh ran")
    assert (person.end(), given()) == (7, ["pr", "list"])
    assert json.loads(kept(CORRECTIONS)[0]["output"])["subcommand"] == "list"


@needs_a_terminal
def test_a_question_with_nothing_to_pick_ends_there(folder, given):
    person = at_a_terminal(folder, "do", "gh", "bake a cake")
    person.wait_for("gh works with GitHub.")
    person.wait_for("nothing was run")
    assert (person.end(), given()) == (1, None)


class AtAShell(Terminal):
    """A person who typed a whole line."""

    def __init__(self, folder, line):
        import pty

        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve("/bin/sh", ["sh", "-c", line], os.environ)
        self.seen = b""


@needs_a_terminal
def test_a_question_that_nobody_would_see_is_not_asked(folder, tmp_path, given):
    person = AtAShell(folder, f'"{sys.executable}" -m shell.standin do gh list my prs 2> {tmp_path}/err; echo "code $?"')
    person.wait_for("code 1")
    person.end()
    assert "no terminal to ask at" in (tmp_path / "err").read_text() and given() is None


@needs_a_terminal
def test_the_output_may_go_elsewhere_while_a_person_is_asked(folder, tmp_path, given):
    person = AtAShell(folder, f'"{sys.executable}" -m shell.standin do gh list my prs > {tmp_path}/out; echo "code $?"')
    person.wait_for(ASKED)
    person.press("c", then="> ")
    person.press("gh pr list -w\n", then="as you changed it")
    person.wait_for(ASKED)
    person.press("y", then="code 7")
    person.end()
    assert ((tmp_path / "out").read_text(), given()) == ("gh ran\n", ["pr", "list", "--web"])


# Which model


@pytest.fixture
def loaded(monkeypatch):
    """The sources that were loaded; each is a model of gh's commands, but the one that sorts texts."""
    sources = []

    def load(source, **options):
        sources.append(str(source))
        return object() if "sorts" in str(source) else ByHeart()

    monkeypatch.setattr("sayso.loading.load", load)
    monkeypatch.delenv("SAYSO_MODEL", raising=False)
    return sources


def found(name, project=Path()):
    return command_model(name, project, no_progress)[1]


def write_built_project(folder, spec):
    (folder / "build" / "bundle").mkdir(parents=True)
    (folder / "build" / "bundle" / "manifest.json").write_text(json.dumps({"spec": spec}))
    (folder / "sayso.yaml").write_text("name: mine\n")
    return folder


OF_GH = {"commands": {"schema": {"cli_name": "gh"}}}


def write_registered(tmp_path, monkeypatch, name="gh"):
    monkeypatch.setenv("SAYSO_REGISTRY", str(tmp_path / "registry"))
    version = tmp_path / "registry" / name / "versions" / "1"
    version.mkdir(parents=True)
    (version / "version.json").write_text("{}")


def test_a_model_may_be_a_folder_or_a_reference(folder, loaded, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    write_built_project(folder / "mine", OF_GH)
    assert [found("mine"), found("./other"), found("registry:gh@staging")] == ["mine", "./other", "registry:gh@staging"]
    assert loaded == ["mine", "./other", "registry:gh@staging"]


def test_a_folder_that_is_only_called_like_a_tool_is_no_model(folder, loaded, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "gh").mkdir()
    write_registered(tmp_path, monkeypatch)
    assert found("gh") == "registry:gh@production"


def test_a_tools_name_means_the_projects_bundle_and_else_the_registry(folder, loaded, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    write_registered(tmp_path, monkeypatch)
    project = write_built_project(tmp_path / "project", OF_GH)
    assert found("gh", project) == found("gh", project / "sayso.yaml") == str(project)
    assert found("gh") == "registry:gh@production"
    monkeypatch.setenv("SAYSO_MODEL", "/named")
    assert found("gh", project) == "/named"


@pytest.mark.parametrize("spec", [OF_GH, {"heads": {}}, {"commands": None}])
def test_a_project_of_something_else_is_passed_by_without_loading_it(folder, loaded, tmp_path, monkeypatch, spec):
    project = write_built_project(tmp_path / "project", spec)
    write_registered(tmp_path, monkeypatch, "git")
    assert found("git", project) == "registry:git@production"
    assert loaded == ["registry:git@production"]


def test_a_tool_that_nobody_has_a_model_of_is_told_with_what_to_do(folder, loaded, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sayso.recipes.recipes", lambda: {"gh": "GitHub's commands"})
    with pytest.raises(
        BundleError, match=r"no model for `gh`; .*: sayso init --recipe gh my-gh && sayso build --project my-gh; .* --name gh"
    ):
        found("gh")
    with pytest.raises(BundleError, match=r"no model for `kubectl`; .*: import or write its schema \(docs/cli-schema.md\)"):
        found("kubectl")


def test_a_model_that_sorts_texts_is_refused(folder, loaded):
    with pytest.raises(UsageError, match="sorts texts; it knows no commands"):
        found("./sorts")


# In a shell


def test_the_tools_that_there_are_models_for_complete_the_first_word(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    write_registered(tmp_path, monkeypatch)
    (folder / "schemas").mkdir()
    (folder / "schemas" / "git.yaml").write_text("# comment\ncli_name: git\n")
    (folder / "schemas" / "b.yaml").write_text('cli_name: "bake"\n')
    (folder / "schemas" / "broken.yaml").write_bytes(b"\xff: [")
    assert known_tools() == ["bake", "gh", "git"]
    assert known_tools("g") == ["gh", "git"]
    asked = {"_SAYSO_COMPLETE": "complete_bash", "COMP_WORDS": "sayso do g", "COMP_CWORD": "2"}
    program = [sys.executable, "-c", "import sys; sys.argv[0] = 'sayso'; from sayso.cli import main; main()"]
    result = subprocess.run(program, env=os.environ | asked, capture_output=True, text=True, check=False)
    assert result.stdout.split() == ["gh", "git"], result.stderr


@pytest.mark.parametrize(
    ("typed", "number", "expected"), [("sayso d", 1, "do"), ("sayso do --pr", 2, "--print"), ("sayso nonsense x", 2, "")]
)
def test_verbs_and_options_are_completed(folder, typed, number, expected):
    asked = {"_SAYSO_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(number)}
    program = [sys.executable, "-c", "import sys; sys.argv[0] = 'sayso'; from sayso.cli import main; main()"]
    result = subprocess.run(program, env=os.environ | asked, capture_output=True, text=True, check=False)
    assert (expected in result.stdout.split() or not expected) and result.stderr == ""


def test_the_lines_for_a_shell_are_printed(sayso, folder):
    assert sayso("do", "--init", "zsh", "gh").stdout == "alias hgh='noglob sayso do gh'\n"
    assert sayso("do", "--init", "bash", "./my-gh", "--alias", "g").stdout == f'g() {{ sayso do {folder}/my-gh "$@"; }}\n'


# Starting


def test_nothing_heavy_is_loaded_for_what_needs_no_model():
    heavy = {"numpy", "onnxruntime", "tokenizers", "torch", "transformers", "pydantic", "yaml", "rich"}
    program = "import sys, sayso.cli.do, sayso.cli.do_settings, sayso.cli.proposing; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in printed.stdout.split()} & (heavy - {"rich"}) == set()


def test_the_files_belong_to_their_owner(sayso, tmp_path):
    sayso("do", "gh", "list my prs", "--yes")
    assert stat.S_IMODE((tmp_path / "home" / LOG).stat().st_mode) == 0o600


# With a bundle


def test_a_bundle_answers(folder, tmp_path, given, monkeypatch):
    import tiny_model
    from sayso.clischema import to_spec
    from shell.standin import GH as SCHEMA

    words = {"pr list": ["list"], "pr merge": ["merge"], "say": ["print"], "command": ["list", "merge", "print"], "off_topic": ["bake"]}
    monkeypatch.setattr(tiny_model, "HINTS", words)
    choice = {"type": "choice", "temperature": 1.0}
    heads = {
        "command": {**choice, "output": "command", "labels": ["pr list", "pr merge", "say", "none"]},
        "kind": {**choice, "output": "kind", "labels": ["command", "off_topic"]},
    }
    bundle = tiny_model.write_bundle(tmp_path / "bundle", heads, commands={"schema": to_spec(SCHEMA)})
    program = [sys.executable, "-m", "sayso", "do", str(bundle)]

    def ask(*words):
        return subprocess.run([*program, *words], cwd=folder, capture_output=True, text=True, check=False)

    ran = ask("list", "--yes")
    assert (ran.returncode, given()) == (7, ["pr", "list"]), ran.stderr
    question = ask("merge", "--json")
    assert json.loads(question.stdout)["argument"] == "number", question.stderr
    assert ask("bake").returncode == 1
    plain = tiny_model.write_bundle(tmp_path / "plain")
    refused = subprocess.run([*program[:-1], str(plain), "x"], cwd=folder, capture_output=True, text=True, check=False)
    assert (refused.returncode, "sorts texts; it knows no commands" in refused.stderr) == (2, True)
