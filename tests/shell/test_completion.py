import shutil
import subprocess

import pytest

from sayso.errors import UsageError
from sayso.shell.completion import init_lines


def test_in_zsh_the_words_are_left_alone():
    assert init_lines("zsh", "gh") == "alias hgh='noglob sayso do gh'\n"


def test_the_name_is_h_and_the_tools_or_any_other():
    assert init_lines("bash", "gh").startswith("hgh() ")
    assert init_lines("bash", "gh", "please").startswith("please() ")
    assert init_lines("bash", "/models/my-gh").startswith("hmy-gh() ")
    assert init_lines("bash", "registry:gh@staging").startswith("hgh() ")
    assert init_lines("fish", "gh") == "function hgh --description 'sayso do gh'; sayso do gh $argv; end\n"


@pytest.mark.parametrize("alias", ["a b", "x;rm", "-x", "$(id)", "1gh"])
def test_what_is_no_name_is_refused(alias):
    with pytest.raises(UsageError, match="cannot be a command's name"):
        init_lines("bash", "gh", alias)


@pytest.mark.parametrize(("shell", "options"), [("bash", ["-i"]), ("zsh", ["-i"]), ("fish", [])])
def test_the_lines_work(shell, options, tmp_path):
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}")
    (tmp_path / "sayso").write_text('#!/bin/sh\nfor word in "$@"; do printf "<%s>" "$word"; done\n')
    (tmp_path / "sayso").chmod(0o755)
    lines = init_lines(shell, "/m y/gh's", "hgh") + 'hgh squash and merge "this one" -- --now\n'
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    result = subprocess.run([shell, *options], input=lines, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "<do></m y/gh's><squash><and><merge><this one><--><--now>" in result.stdout
