"""A person at a terminal: types keys, and waits for what the program says."""

import os
import select
import sys

import pytest

SECONDS, COLUMNS = 30, 120
SAYSO = [sys.executable, "-m", "sayso"]
needs_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


class Terminal:
    """A program that runs in a pseudo-terminal."""

    def __init__(self, folder, *args, program=SAYSO):
        import fcntl
        import pty
        import struct
        import termios

        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(sys.executable, [*program, *args], os.environ)  # readline has changed the environment of pytest
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        self.seen = b""

    def wait_for(self, text):
        while text.encode() not in self.seen:
            assert select.select([self.handle], [], [], SECONDS)[0], f"{text!r} never came, only {self.seen.decode()!r}"
            try:
                self.seen += os.read(self.handle, 4096)
            except OSError:  # everything has ended
                raise AssertionError(f"{text!r} never came, only {self.seen.decode()!r}") from None
        self.seen = self.seen.partition(text.encode())[2]

    def press(self, keys, then):
        os.write(self.handle, keys.encode())
        self.wait_for(then)

    def end(self):
        _, status = os.waitpid(self.pid, 0)
        os.close(self.handle)
        return os.waitstatus_to_exitcode(status)
