"""A project's schema or labels and a language model -> rows in the project's `data/`, a batch at a time.

Batches have numbers, and a number is always the same question, so that work goes on where it was and nothing is asked twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sayso.artifacts import Progress, no_progress
from sayso.errors import InputError, SaysoError, UsageError
from sayso.generate.commands.rows import diversity
from sayso.generate.llm.asking_commands import CommandBatches
from sayso.generate.llm.asking_labels import LabelBatches, heads_with_labels
from sayso.generate.llm.client import Client, Question, Reply
from sayso.generate.llm.meter import Meter, Usage
from sayso.generate.llm.reader import rows_in
from sayso.generate.llm.settings import Settings
from sayso.generate.llm.stock import Stock
from sayso.project import Project
from sayso.registry.locks import locked

BATCHES_FOR_ONE = 3
"""So many batches are asked for at most, for each that it would take if every row were kept."""

Batches = CommandBatches | LabelBatches


@dataclass(frozen=True)
class Summary:
    """What came of it. `files` has the rows of each file, `kept` the new ones; `stopped` is `done`, or why there are fewer than wanted."""

    wanted: int
    files: dict[str, int]
    before: int
    went_on_from: int
    kept: int
    rejected: dict[str, int]
    batches: int
    usage: Usage
    diversity: dict[str, Any]
    stopped: str
    add_to_data: list[str]

    @property
    def asked(self) -> int:
        """How many rows were looked at."""
        return self.kept + sum(self.rejected.values())

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {**vars(self), "asked": self.asked, "usage": self.usage.to_dict()}


def generate_with_llm(project: Project, settings: Settings, progress: Progress = no_progress) -> Summary:
    """Ask for rows until there are `settings.num`, the money is spent, or nothing comes of it; what is there is written then."""
    seed = project.generate.seed if settings.seed is None else settings.seed
    batches = _batches(project, settings.batch, seed)
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(project.build / "llm", patience=0))
        except InputError:
            raise UsageError(f"another process is generating for this project ({project.folder}); wait until it is done") from None
        stock = Stock(project, batches.key, settings.force)
        went_on_from = len(stock.taken)
        stopped = "done"
        if len(stock) < settings.num:
            stopped = _run(_ask(Client(settings, project.build / "llm", seed, progress), batches, stock, settings, progress))
        files = stock.write()
        if stopped == "done":
            stock.files.finish()
    return Summary(
        wanted=settings.num,
        files=files,
        before=len(stock.before),
        went_on_from=went_on_from,
        kept=len(stock.taken),
        rejected=stock.reasons(),
        batches=len(stock.finished),
        usage=stock.spent,
        diversity=diversity(stock.examples),
        stopped=stopped,
        add_to_data=stock.files.lines_to_add(),
    )


def _batches(project: Project, batch: int, seed: int) -> Batches:
    if project.tool:
        return CommandBatches(project.tool, batch, seed, project.languages)
    heads_with_labels(project)
    return LabelBatches(project, batch, seed)


def _run(asking: Coroutine[Any, Any, str]) -> str:
    """Run it here; or where a loop is running already, as in a notebook, in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asking)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asking).result()


async def _ask(client: Client, batches: Batches, stock: Stock, settings: Settings, progress: Progress) -> str:
    """Ask until there is enough; says why it ended. An error is raised when what was under way is finished and on disk."""
    asking = _Asking(client, batches, stock, settings, progress)
    try:
        await asking.until_done()
    finally:
        await client.close()
    if asking.failure:
        raise asking.failure
    return asking.stopped or "done"


@dataclass
class _Asking:
    """Questions under way, each with its number and what it may cost."""

    client: Client
    batches: Batches
    stock: Stock
    settings: Settings
    progress: Progress
    running: dict[asyncio.Task[Reply], tuple[int, Question, float]] = field(default_factory=dict)
    finished: int = 0
    in_vain: int = 0
    stopped: str = ""
    failure: SaysoError | None = None

    def __post_init__(self) -> None:
        self.meter = Meter(self.settings, self.stock.spent)
        self.numbers = (number for number in count(self.stock.begun.first) if number not in self.stock.finished)

    async def until_done(self) -> None:
        """Keep as many questions under way as may be; an interruption lets go of them."""
        number = next(self.numbers)
        try:
            while True:
                while self._wants_more() and self._starts(number):
                    number = next(self.numbers)
                self.progress(f"asking {self.settings.model}", min(len(self.stock), self.settings.num), self.settings.num)
                if not self.running:
                    return
                for task in (await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED))[0]:
                    self._finish(task, *self.running.pop(task))
        finally:
            for task in self.running:
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)

    def _wants_more(self) -> bool:
        """Whether another batch is to be asked for, if all that are under way turn out well."""
        running = len(self.running)
        if self.stopped or self.failure or running >= self.settings.concurrency:
            return False
        most = BATCHES_FOR_ONE * -(-self.settings.num // self.settings.batch) + self.settings.give_up_after
        enough = len(self.stock) + running * self.settings.batch >= self.settings.num
        if not enough and (self.in_vain >= self.settings.give_up_after or self.finished + running >= most):
            self.stopped = "" if running else "in_vain"
            return False
        return not enough

    def _starts(self, number: int) -> bool:
        """Ask for a batch, if what it may cost is allowed; if not, what is under way may still cost less, or that is the end."""
        question = self.batches.question(number)
        most = 0.0 if self.client.knows(question) else self.meter.most(question.prompt)
        if not self.meter.allows(most):
            self.stopped = "" if self.running else "max_cost"
            return False
        self.meter.aside += most
        self.running[asyncio.create_task(self.client.ask(question))] = number, question, most
        return True

    def _finish(self, task: asyncio.Task[Reply], number: int, question: Question, most: float) -> None:
        """Put what was answered into the stock. After an error, what else is under way is still waited for."""
        self.meter.aside -= most
        try:
            reply = task.result()
        except SaysoError as error:
            self.failure = error
            return
        usage = reply.usage(question)
        usage.cost = self.meter.price(usage.tokens_in, usage.tokens_out)
        taken = self.stock.add(number, rows_in(reply.text, self.batches.key), usage)
        self.finished += 1
        self.in_vain = 0 if taken else self.in_vain + 1
