"""The command line as a whole."""

import os
import subprocess
import sys

import pytest

from sayso.cli.app import VERBS, load_verb

ALL_VERBS = [verb for verbs in VERBS.values() for verb in verbs]


def sayso(*args, **env):
    command = [sys.executable, "-c", "from sayso.cli import main; main()", *args]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, check=False)


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_every_verb_explains_itself_and_takes_quiet_and_verbose(verb):
    command = load_verb(verb)
    assert len(command.help.splitlines()[0]) < 80
    assert {"quiet", "verbose"} <= {param.name for param in command.params}


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_every_option_says_what_it_is_for(verb):
    assert [param.name for param in load_verb(verb).params if not getattr(param, "help", None)] == []


def test_the_overview_lists_every_verb():
    result = sayso("--help")
    assert result.returncode == 0
    assert [verb for verb in ALL_VERBS if f" {verb} " not in result.stdout] == []


def test_help_answers_at_once():
    def once():
        before = os.times()
        sayso("--help")
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(once() for _ in range(5)) < 0.35  # seconds of a processor, whatever else the machine does


def test_a_mistyped_verb_is_answered_with_the_nearest_one():
    result = sayso("biuld")
    assert result.returncode == 2
    assert "did you mean 'build'?" in result.stderr


def test_an_unknown_option_is_wrong_usage():
    assert sayso("build", "--dry-rum").returncode == 2


def test_an_error_is_a_message_without_a_traceback(tmp_path):
    result = sayso("build", "--project", str(tmp_path))
    assert result.returncode == 3
    assert "no project here" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_verbose_shows_where_an_error_was_raised(tmp_path):
    assert "Traceback" in sayso("build", "--verbose", "--project", str(tmp_path)).stderr


def test_the_version_is_shown():
    assert sayso("--version").stdout.startswith("sayso 0.")


def test_output_is_utf8_whatever_the_locale():
    program = r"from sayso.cli import terminal, app; app.app = lambda: terminal.say('\u00e9 \u518d'); app.run()"
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, env=plain, check=True)
    assert result.stderr.decode("utf-8") == "é 再\n"


@pytest.mark.parametrize("package", ["hassil", "rapidfuzz"])
def test_a_package_that_is_not_installed_is_told_with_what_to_install(package, tmp_path):
    program = f"import sys; sys.modules[{package!r}] = None; from sayso.cli import main; main()"
    init = [sys.executable, "-c", program, "init", str(tmp_path / "x"), "--quiet"]
    build = [sys.executable, "-c", program, "build", "--project", str(tmp_path / "x"), "--until", "check"]
    subprocess.run(init, check=True)
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    assert result.returncode == 4, result.stderr
    assert "pip install 'sayso[train]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_packages_of_the_train_extra_are_those_that_are_asked_for():
    import tomllib
    from pathlib import Path

    from sayso.cli.app import TRAIN_PACKAGES

    pyproject = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    names = {entry.partition(">")[0] for entry in pyproject["project"]["optional-dependencies"]["train"]}
    modules = {"scikit-learn": "sklearn", "vl-convert-python": "vl_convert", "huggingface-hub": "huggingface_hub"}
    assert {modules.get(name, name) for name in names} == TRAIN_PACKAGES
