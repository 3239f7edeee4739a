"""Things to send far away -> one thread that sends them, so that nobody here ever waits for the far side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

import structlog

Item = TypeVar("Item")
log = structlog.get_logger("sayso.server")


class Outbox(Generic[Item]):
    """Takes at once what is put in, and sends it in that order. What is too much for a far side that is slow or dead is dropped."""

    def __init__(self, name: str, send: Callable[[Item], object], most: int) -> None:
        self._name = name
        self._send = send
        self._most = most
        self._waiting: SimpleQueue[Item | None] = SimpleQueue()
        self._full = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Have it sent, unless too much is waiting."""
        full = self._waiting.qsize() >= self._most
        if full and not self._full:
            log.warning("outbox_full", outbox=self._name, waiting=self._most)
        self._full = full
        if not full:
            self._waiting.put(item)

    def close(self, seconds: float) -> None:
        """Send what is waiting, for so long at most."""
        self._waiting.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            try:
                self._send(item)
            except Exception as error:  # noqa: BLE001  whatever is wrong with one item, the next must go out
                log.warning("not_sent", outbox=self._name, error=repr(error))


def within(seconds: float, work: Callable[[], object]) -> bool:
    """Do the work, but wait no longer than that; whether it was done. What hangs is left behind in a thread that ends with the process."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()
