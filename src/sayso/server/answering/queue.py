"""Texts of many requests -> batches for the model's threads; what would wait too long is refused at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sayso.runtime.prediction import Prediction
from sayso.server.answering.production import Production
from sayso.server.answering.source import Serving
from sayso.server.problems import Problem

TEXTS_AT_ONCE = 16
"""So many texts a thread takes from the queue together: enough to save the way there and back, few enough not to keep the first waiting."""


@dataclass(frozen=True)
class Answer:
    """What one model said of all texts of one request, how long they waited and took, and for how long they kept a processor busy."""

    texts: tuple[str, ...]
    predictions: tuple[Prediction, ...]
    serving: Serving
    waited_s: float
    seconds: float
    processor_s: float = 0.0


@dataclass(eq=False)
class _Waiting:
    """A request in the queue, and the coroutine that waits for it."""

    texts: tuple[str, ...]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Answer]
    since: float


class Queue:
    """Bounded: so many texts may wait. As many threads as there are processors answer them, each request by one model."""

    def __init__(self, production: Production, threads: int, longest: int) -> None:
        self._production = production
        self._longest = longest
        self._waiting: deque[_Waiting] = deque()
        self._texts = 0
        self._idle = 0
        self._rate = 0.0
        self._changed = threading.Condition()
        self._open = True
        self._threads = [threading.Thread(target=self._work, name=f"sayso-answers-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """How many texts wait."""
        return self._texts

    @property
    def is_calm(self) -> bool:
        """Whether nothing waits and nothing is being answered."""
        return self._idle == len(self._threads)

    @property
    def is_open(self) -> bool:
        """Whether requests are taken, and there are threads to answer them."""
        return self._open and all(thread.is_alive() for thread in self._threads)

    async def ask(self, texts: Sequence[str], seconds: float) -> Answer:
        """The model's answer, within so many seconds; a Problem if the queue is full, or the answer is late."""
        loop = asyncio.get_running_loop()
        one = _Waiting(tuple(texts), loop, loop.create_future(), time.perf_counter())
        with self._changed:
            if not self._open:
                raise Problem(503, "closing", "this server is going down; ask another one", {"Retry-After": "1"})
            if self._texts and self._texts + len(texts) > self._longest:
                raise self._full()
            self._waiting.append(one)
            self._texts += len(texts)
            self._changed.notify()
        try:
            return await asyncio.wait_for(one.answer, seconds)
        except TimeoutError:
            raise Problem(503, "late", f"no answer within {seconds:g} seconds; try again", {"Retry-After": "1"}) from None

    def close(self) -> None:
        """Answer what is waiting, then end the threads."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _full(self) -> Problem:
        wait = max(1, round(self._texts / self._rate)) if self._rate else 1
        return Problem(429, "busy", f"{self._texts} texts are waiting already; try again in {wait} s", {"Retry-After": str(wait)})

    def _work(self) -> None:
        while batch := self._next():
            wanted = [one for one in batch if not one.answer.cancelled()]
            if wanted:
                self._answer(wanted)

    def _next(self) -> list[_Waiting]:
        """The requests to answer next; none when the queue is closed and empty."""
        with self._changed:
            self._idle += 1
            while not self._waiting:
                if not self._open:
                    return []
                self._changed.wait()
            self._idle -= 1
            batch = [self._waiting.popleft()]
            taken = len(batch[0].texts)
            while self._waiting and taken + len(self._waiting[0].texts) <= TEXTS_AT_ONCE:
                batch.append(self._waiting.popleft())
                taken += len(batch[-1].texts)
            self._texts -= taken
            return batch

    def _answer(self, batch: list[_Waiting]) -> None:
        serving = self._production.serving
        started, busy = time.perf_counter(), time.thread_time()
        try:
            predictions = serving.predictor.predict([text for one in batch for text in one.texts])
        except Exception as error:  # noqa: BLE001  whatever it is, those who wait must hear of it, and the thread must live
            _tell(batch, [error] * len(batch))
            return
        seconds, busy = time.perf_counter() - started, time.thread_time() - busy
        self._rate = 0.9 * self._rate + 0.1 * len(predictions) / seconds * len(self._threads) if self._rate else len(predictions) / seconds
        each = (seconds / max(1, len(predictions)), busy / max(1, len(predictions)))
        _tell(batch, [_part(one, predictions, start, serving, started, each) for one, start in zip(batch, _starts(batch), strict=True)])


def _part(one: _Waiting, predictions: list[Prediction], start: int, serving: Serving, started: float, each: tuple[float, float]) -> Answer:
    """One request's part of what a batch was answered; `each` text took so many seconds, and so many of a processor."""
    own = tuple(predictions[start : start + len(one.texts)])
    return Answer(one.texts, own, serving, started - one.since, each[0] * len(own), each[1] * len(own))


def _starts(batch: Iterable[_Waiting]) -> list[int]:
    """Where each request's texts begin among those of the batch."""
    starts, position = [], 0
    for one in batch:
        starts.append(position)
        position += len(one.texts)
    return starts


def _tell(batch: Sequence[_Waiting], results: Sequence[Answer | Exception]) -> None:
    """Hand the results over to the loops that wait for them, with one call for each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Answer | Exception]]] = {}
    for one, result in zip(batch, results, strict=True):
        by_loop.setdefault(one.loop, []).append((one, result))
    for loop, pairs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: list[tuple[_Waiting, Answer | Exception]]) -> None:
    for one, result in pairs:
        if one.answer.done():
            continue
        if isinstance(result, Exception):
            one.answer.set_exception(result)
        else:
            one.answer.set_result(result)
