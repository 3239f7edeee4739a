"""Asks a server that speaks OpenAI's protocol, in the form that it understands, again and again while it has no time; remembers answers."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.artifacts import Progress, digest_of, read_json, write_json
from sayso.errors import ArtifactError, MissingExtra, Unreachable, UsageError
from sayso.generate.llm.meter import Usage, likely_tokens
from sayso.generate.llm.settings import KEYS, Settings

if TYPE_CHECKING:
    from openai import APIError, AsyncOpenAI

FORMATS = ("json_schema", "json_object of a schema", "json_object", "text")
"""From the narrowest: OpenAI's own, that of llama.cpp, any JSON, anything."""
LIMITS = ("max_tokens", "max_completion_tokens")
ABOUT_FORMAT = ("response_format", "json_schema", "json_object")
NOT_UNDERSTOOD = (400, 422)
BUSY = (408, 409, 429)
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_ASKED = 0.5, 30.0, 120.0
"""Seconds between attempts; the last is for a server that asks for more time itself."""


@dataclass(frozen=True)
class Question:
    """What is asked: who the model is to be, what it is to do, and the JSON schema of its answer."""

    system: str
    text: str
    form: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        """All that is sent, for counting."""
        return f"{self.system}\n{self.text}\n{self.form}"


@dataclass(frozen=True)
class Reply:
    """The answer's text, and the tokens that the server told; None where it told none."""

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    cached: bool = False

    def usage(self, question: Question) -> Usage:
        """What it took, without its price."""
        if self.cached:
            return Usage(cached=1)
        if self.tokens_in is None or self.tokens_out is None:
            return Usage(1, 0, likely_tokens(question.prompt), likely_tokens(self.text), estimated=1)
        return Usage(1, 0, self.tokens_in, self.tokens_out)


class Client:
    """One server and model. What the server refuses once (a form of answers, a parameter) is not asked of it again."""

    def __init__(self, settings: Settings, cache: Path, seed: int, progress: Progress) -> None:
        self.settings, self.cache, self.seed, self.progress = settings, cache, seed, progress
        self._open = _client(settings)
        self._format, self._limit, self._seeded = 0, 0, True

    async def ask(self, question: Question) -> Reply:
        """The answer, from the cache if it is there; raises Unreachable or UsageError when there is none to be had."""
        file = self._file(question)
        kept = _kept(file)
        if kept is not None:
            return kept
        reply = await self._answer(question)
        if reply.text:
            write_json(file, {"model": self.settings.model, "seed": self.seed, **asdict(reply)})
        return reply

    def knows(self, question: Question) -> bool:
        """Whether the answer is in the cache."""
        return _kept(self._file(question)) is not None

    async def close(self) -> None:
        """Let go of the connections."""
        await self._open.close()

    def _file(self, question: Question) -> Path:
        return self.cache / f"{digest_of([self.settings.model, self.seed, question.system, question.text])[:32]}.json"

    async def _answer(self, question: Question) -> Reply:
        import openai

        attempt = 0
        while True:
            shape = self._shape
            try:
                done = await self._open.chat.completions.create(**self._request(question))
            except openai.APIError as error:
                if shape != self._shape or self._asks_for_less(error):
                    continue
                if attempt == self.settings.retries or not _may_pass(error):
                    raise self._explained(error) from None
                attempt += 1
                answer = f"answers {status}" if (status := _status(error)) else "does not answer"
                self.progress(f"{self.settings.url} {answer}; trying again, {attempt} of {self.settings.retries}", 0, 0)
                await asyncio.sleep(_pause(error, attempt - 1))
                continue
            return _reply(done, self.settings.url)

    @property
    def _shape(self) -> tuple[int, int, bool]:
        """How requests look at the moment."""
        return self._format, self._limit, self._seeded

    def _request(self, question: Question) -> dict[str, Any]:
        messages = [{"role": "system", "content": question.system}, {"role": "user", "content": question.text}]
        request: dict[str, Any] = {"model": self.settings.model, "messages": messages, LIMITS[self._limit]: self.settings.longest}
        if self._seeded:
            request["seed"] = self.seed
        if FORMATS[self._format] == "json_schema":
            form = {"name": "rows", "schema": question.form, "strict": False}
            request["response_format"] = {"type": "json_schema", "json_schema": form}
        elif FORMATS[self._format] == "json_object of a schema":
            request["response_format"] = {"type": "json_object", "schema": question.form}
        elif FORMATS[self._format] == "json_object":
            request["response_format"] = {"type": "json_object"}
        return request

    def _asks_for_less(self, error: APIError) -> bool:
        """Leave out, or say in another way, what the server does not understand; False where that is not it, or nothing is left."""
        status, refusal = _status(error), str(error)
        about_format = any(word in refusal for word in ABOUT_FORMAT)
        if status not in NOT_UNDERSTOOD and not (status >= 500 and about_format):
            return False
        if "max_completion_tokens" in refusal and self._limit == 0:
            self._limit = 1
        elif "seed" in refusal and self._seeded and not about_format:
            self._seeded = False
        elif self._format + 1 < len(FORMATS):
            self._format += 1
        else:
            return False
        return True

    def _explained(self, error: APIError) -> Unreachable | UsageError:
        import openai

        status, url = _status(error), self.settings.url
        said = f"{url} answers {status}: {str(error.message)[:300]}"
        tried = f"after {self.settings.retries + 1} attempts; what is finished is kept, and the same command goes on from there"
        if status in (401, 403):
            return UsageError(f"{said}; is the key in {KEYS[0]} right?")
        if status == 404:
            return UsageError(f"{said}; look at --llm-url (does it need /v1?) and --llm-model")
        if status in NOT_UNDERSTOOD:
            return UsageError(f"{said}; if it is too much at once, make --batch smaller")
        if status:
            return Unreachable(f"{said}; {tried}")
        if isinstance(error, openai.APITimeoutError):
            return Unreachable(f"{url} did not answer within {self.settings.timeout:g} s, {tried}")
        if isinstance(error, openai.APIConnectionError):
            return Unreachable(f"no connection to {url} ({error.__cause__ or error}), {tried}")
        return Unreachable(f"{url} does not speak OpenAI's protocol: {error}")


def _status(error: APIError) -> int:
    """The status that a server answered with; 0 where it did not answer."""
    return int(getattr(error, "status_code", 0))


def _may_pass(error: APIError) -> bool:
    """Whether the same request may be answered later."""
    import openai

    status = _status(error)
    return status in BUSY or status >= 500 or isinstance(error, openai.APIConnectionError)


def _pause(error: APIError, attempt: int) -> float:
    """Seconds to wait: as many as the server says, or twice as many as the time before, a little apart from others who wait."""
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after", "") if response is not None else ""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", asked):
        return min(float(asked), LONGEST_ASKED)
    return min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE) * (1.0 - 0.25 * random.random())


def _client(settings: Settings) -> AsyncOpenAI:
    try:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient
    except ImportError:
        raise MissingExtra("Asking a language model", "llm") from None
    return AsyncOpenAI(
        api_key=settings.key(),
        base_url=settings.url,
        timeout=settings.timeout,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(trust_env=not settings.is_here),
    )


def _reply(done: Any, url: str) -> Reply:
    """What of a completion is of use. A server may leave out nearly everything."""
    choices = getattr(done, "choices", None)
    if not choices:
        raise Unreachable(f"{url} does not speak OpenAI's protocol: its answer has no choices; look at --llm-url")
    message = getattr(choices[0], "message", None)
    usage = getattr(done, "usage", None)
    return Reply(
        str(getattr(message, "content", None) or ""), getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    )


def _kept(file: Path) -> Reply | None:
    """A kept answer; one that cannot be read is as good as none."""
    try:
        return Reply(str(read_json(file)["text"]), cached=True)
    except (ArtifactError, TypeError, KeyError):
        return None
