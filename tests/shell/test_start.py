import subprocess
import sys

import pytest

from sayso.errors import Unreachable
from sayso.shell.start import check_installed, start


def started(folder, *argv, script="exit 0", **options):
    """What becomes of a process that starts a program called `tool`."""
    (folder / "tool").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "tool").chmod(0o755)
    program = f"from sayso.shell.start import start; start({['tool', *argv]!r})"
    environment = {"PATH": f"{folder}:/usr/bin:/bin"}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False, **options)


def test_every_word_arrives_as_it_is_and_no_shell_reads_it(tmp_path):
    words = ["", "a b", "$(touch evil)", "; touch evil", "`id`", "*", "'", '"', "-x", "é\n再"]
    result = started(tmp_path, *words, script='for word in "$@"; do printf "<%s>" "$word"; done', cwd=tmp_path)
    assert result.stdout == "".join(f"<{word}>" for word in words)
    assert not (tmp_path / "evil").exists()


def test_the_exit_code_and_the_signal_are_the_programs(tmp_path):
    assert started(tmp_path, script="exit 42").returncode == 42
    assert started(tmp_path, script="kill -TERM $$").returncode == -15


def test_stdin_is_the_programs(tmp_path):
    assert started(tmp_path, script="cat", input="through\n").stdout == "through\n"


def test_the_program_dies_of_a_broken_pipe_like_any_other(tmp_path):
    (tmp_path / "tool").write_text("#!/bin/sh\nexec yes\n")
    (tmp_path / "tool").chmod(0o755)
    program = "from sayso.shell.start import start; start(['tool'])"
    line = f'{sys.executable} -c "{program}" | head -1; exit ${{PIPESTATUS[0]}}'
    result = subprocess.run(["bash", "-c", line], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=30, capture_output=True, check=False)
    assert (result.returncode, result.stdout) == (141, b"y\n")


def test_a_program_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="`tool` is not installed"):
        check_installed("tool")
    with pytest.raises(Unreachable, match="`tool` could not be started: No such file"):
        start(["tool"])


def test_a_file_that_is_no_program_is_told(tmp_path):
    (tmp_path / "x").mkdir()
    result = started(tmp_path / "x", "a", script="")
    assert result.returncode == 0
    (tmp_path / "x" / "tool").write_bytes(b"\x7fELF nonsense")
    program = "from sayso.shell.start import start; start(['tool'])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PATH": str(tmp_path / "x")}, check=False)
    assert "`tool` could not be started: Exec format error" in result.stderr


def test_a_word_that_no_program_can_be_given_is_told():
    with pytest.raises(Unreachable, match="null byte"):
        start(["sh", "a\0b"])
