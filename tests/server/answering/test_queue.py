"""The queue: bounded, fair to those who wait, and never silent."""

import asyncio
import threading
import time

import pytest

from sayso.runtime.prediction import Prediction
from sayso.server.answering.queue import TEXTS_AT_ONCE, Queue
from sayso.server.answering.source import Serving
from sayso.server.problems import Problem


class Slow:
    """A production whose model answers when it is told to, and notes what it was given together."""

    def __init__(self):
        self.go, self.batches = threading.Event(), []
        self.serving = Serving("test", "slow", "1", self)

    def predict(self, texts):
        self.batches.append(list(texts))
        self.go.wait(10)
        if "explode" in texts:
            raise RuntimeError("boom")
        return [Prediction(text, 1.0, {}, "execute", False, (), {}) for text in texts]


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def queue(slow):
    queue = Queue(slow, threads=1, longest=8)
    yield queue
    slow.go.set()
    queue.close()


async def started(queue, slow, texts):
    """A request that the model has begun with."""
    task = asyncio.create_task(queue.ask(texts, 10))
    while not slow.batches:
        await asyncio.sleep(0.001)
    return task


def test_texts_come_back_in_order_to_who_sent_them(queue, slow):
    async def run():
        first = await started(queue, slow, ["a"])
        others = [asyncio.create_task(queue.ask([f"{n}x", f"{n}y"], 10)) for n in range(3)]
        await asyncio.sleep(0.01)
        slow.go.set()
        return [tuple(p.label for p in (await task).predictions) for task in (first, *others)]

    assert asyncio.run(run()) == [("a",), ("0x", "0y"), ("1x", "1y"), ("2x", "2y")]
    assert slow.batches == [["a"], ["0x", "0y", "1x", "1y", "2x", "2y"]], "what waits together is answered together"


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(queue, slow):
    async def run():
        first = await started(queue, slow, ["a"])
        second = asyncio.create_task(queue.ask(["b"] * 8, 10))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem) as refused:
            await asyncio.wait_for(queue.ask(["c"], 10), 1)
        slow.go.set()
        await asyncio.gather(first, second)
        return refused.value

    problem = asyncio.run(run())
    assert (problem.status, problem.code) == (429, "busy")
    assert int(problem.headers["Retry-After"]) >= 1


def test_a_request_larger_than_the_queue_is_answered_when_nothing_waits(queue, slow):
    slow.go.set()
    answer = asyncio.run(queue.ask(["a"] * 20, 10))
    assert len(answer.predictions) == 20


def test_a_late_answer_is_a_refusal_and_does_not_hold_up_the_others(queue, slow):
    async def run():
        with pytest.raises(Problem) as late:
            await queue.ask(["a"], 0.05)
        slow.go.set()
        return late.value, await queue.ask(["b"], 10)

    late, answer = asyncio.run(run())
    assert (late.status, late.code) == (503, "late")
    assert answer.predictions[0].label == "b"


def test_who_went_away_is_not_worked_for(queue, slow):
    async def run():
        first = await started(queue, slow, ["a"])
        gone = asyncio.create_task(queue.ask(["gone"], 10))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        slow.go.set()
        await first
        await queue.ask(["b"], 10)

    asyncio.run(run())
    assert slow.batches == [["a"], ["b"]]


def test_it_is_calm_when_nothing_waits_and_nothing_is_being_answered(queue, slow):
    async def run():
        first = await started(queue, slow, ["a"])
        calm = queue.is_calm
        slow.go.set()
        await first
        return calm

    assert not asyncio.run(run())
    end = time.monotonic() + 5
    while not queue.is_calm and time.monotonic() < end:
        time.sleep(0.001)
    assert queue.is_calm


def test_a_model_that_fails_fails_those_requests_and_no_other(queue, slow):
    slow.go.set()

    async def run():
        with pytest.raises(RuntimeError, match="boom"):
            await queue.ask(["explode"], 10)
        return await queue.ask(["fine"], 10)

    assert asyncio.run(run()).predictions[0].label == "fine"
    assert queue.is_open


def test_closing_answers_what_was_taken_and_takes_no_more(slow):
    queue = Queue(slow, threads=1, longest=100)

    async def run():
        taken = [await started(queue, slow, ["a"]), *(asyncio.create_task(queue.ask(["b"], 10)) for _ in range(5))]
        await asyncio.sleep(0.01)
        closing = asyncio.create_task(asyncio.to_thread(queue.close))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem) as refused:
            await queue.ask(["c"], 10)
        slow.go.set()
        await closing
        return refused.value, [len((await task).predictions) for task in taken]

    refused, answered = asyncio.run(run())
    assert (refused.status, refused.code) == (503, "closing")
    assert answered == [1] * 6


def test_a_thread_takes_no_more_than_it_can_answer_soon(slow):
    queue = Queue(slow, threads=1, longest=1000)

    async def run():
        first = await started(queue, slow, ["a"])
        others = [asyncio.create_task(queue.ask(["b"], 10)) for _ in range(3 * TEXTS_AT_ONCE)]
        await asyncio.sleep(0.01)
        slow.go.set()
        await asyncio.gather(first, *others)

    asyncio.run(run())
    queue.close()
    assert max(map(len, slow.batches)) == TEXTS_AT_ONCE
