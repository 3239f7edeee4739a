"""One at a time."""

import subprocess
import sys
import threading
import time

import pytest

from sayso.errors import InputError
from sayso.registry.locks import locked


def test_a_lock_that_is_held_is_waited_for(tmp_path):
    order = []

    def second():
        with locked(tmp_path):
            order.append("second")

    with locked(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_that_is_never_given_back_is_told_with_what_to_do(tmp_path):
    with locked(tmp_path), pytest.raises(InputError, match=r"another process has been changing this model for 0 s; try again"):  # noqa: SIM117
        with locked(tmp_path, patience=0.05):
            pass


def test_a_lock_goes_with_the_process_that_was_killed(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from sayso.registry.locks import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    process.kill()
    process.wait()
    process.stdout.close()
    with locked(tmp_path, patience=5):
        pass


def test_an_error_gives_the_lock_back(tmp_path):
    with pytest.raises(RuntimeError), locked(tmp_path):
        raise RuntimeError
    with locked(tmp_path, patience=0):
        pass
