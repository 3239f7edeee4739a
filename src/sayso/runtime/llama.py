"""Writer: a GGUF file that llama.cpp runs -> an answer within a grammar, with how likely each of its tokens was.

Of a prompt only what the one before had not is read again. A token's likelihood is what the model gave it before the grammar had its
say; what the grammar took out is told beside it. The grammar is asked about the likeliest tokens first, and about all others only where
it refuses those.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.errors import BundleError, MissingExtra, UsageError

FIRST_ASKED = 12
LONGEST_ANSWER = 96
CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""A token as llama.cpp hands it to a grammar, which takes away the logit of what it refuses."""


@dataclass(frozen=True)
class Token:
    """A token of an answer: its text, how likely it was, and how much of what was likelier the grammar took out."""

    text: bytes
    likelihood: float
    removed: float


@dataclass(frozen=True)
class Answer:
    """What was written, token by token; `stopped` tells whether the model ended it by itself, and how likely that was."""

    tokens: Sequence[Token]
    stopped: float | None

    @property
    def text(self) -> str:
        """The tokens put together."""
        return b"".join(token.text for token in self.tokens).decode("utf-8", "replace")


class Writer:
    """One model in memory. Its answers are written one after the other, whichever thread asks."""

    def __init__(self, path: Path, grammar: str | None, context: int = 1024, threads: int = 1) -> None:
        self._api = _llama_cpp()
        try:
            self._llama: Any = self._api.Llama(str(path), n_ctx=context, n_threads=threads, n_threads_batch=threads, verbose=False)
        except (ValueError, RuntimeError, OSError) as error:
            raise BundleError(f"llama.cpp cannot load this model: {error}", path) from None
        weakref.finalize(self, self._llama.close)  # at the end of the program too, while llama.cpp can still be called
        self._context = context
        self._vocabulary = self._api.llama_model_get_vocab(self._llama._model.model)
        self._size = self._api.llama_vocab_n_tokens(self._vocabulary)
        self.stop: int = self._llama.token_eos()
        self._grammar = self._sampler(grammar, path) if grammar else None
        self._read: list[int] = []
        self._lock = threading.Lock()

    def ids(self, text: str) -> list[int]:
        """The text's tokens; a prompt has all its signs in it, so none are added."""
        found: list[int] = self._llama.tokenize(text.encode("utf-8"), add_bos=False, special=True)
        return found

    def write(self, prompt: str) -> Answer:
        """The likeliest answer to a prompt."""
        with self._lock:
            if self._llama is None:
                raise UsageError("this model was closed; load it again")
            ids = self.ids(prompt)
            if len(ids) + LONGEST_ANSWER > self._context:
                raise UsageError(f"this request has {len(ids)} tokens with its prompt; {self._context - LONGEST_ANSWER} fit")
            return self._answer(ids)

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            if self._grammar is not None:
                self._api.llama_sampler_free(self._grammar)
            if self._llama is not None:
                self._llama.close()
            self._grammar = self._llama = None

    def _answer(self, ids: list[int]) -> Answer:
        grammar = self._api.llama_sampler_clone(self._grammar) if self._grammar else None
        tokens: list[Token] = []
        try:
            logits = self._read_on(ids)
            while len(tokens) < LONGEST_ANSWER:
                token, likelihood, removed = self._next(logits, grammar)
                if self._api.llama_vocab_is_eog(self._vocabulary, token):
                    return Answer(tokens, likelihood)
                tokens.append(Token(self._llama.detokenize([token], special=True), likelihood, removed))
                if grammar:
                    self._api.llama_sampler_accept(grammar, token)
                ids = [*ids, token]
                logits = self._read_on(ids)
        finally:
            if grammar:
                self._api.llama_sampler_free(grammar)
        return Answer(tokens, None)

    def _read_on(self, ids: list[int]) -> NDArray[np.float32]:
        """The logits after the last token, having read only what is new."""
        same = next((place for place, (one, other) in enumerate(zip(self._read, ids, strict=False)) if one != other), None)
        known = min(len(self._read), len(ids) - 1) if same is None else min(same, len(ids) - 1)
        self._llama.n_tokens = known
        self._read = ids[:known]
        self._llama.eval(ids[known:])
        self._read = list(ids)
        return np.ctypeslib.as_array(self._llama._ctx.get_logits_ith(-1), shape=(self._size,))

    def _next(self, logits: NDArray[np.float32], grammar: Any) -> tuple[int, float, float]:
        """The likeliest token that the grammar lets through, how likely it is, and how likely those are together that it took out."""
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        if grammar is None:
            best = int(shares.argmax())
            return best, float(shares[best]), 0.0
        for asked in self._in_turn(shares):
            allowed = self._allowed(grammar, asked)
            if allowed.any():
                place = int(allowed.argmax())
                token = int(asked[place])
                return token, float(shares[token]), min(float(shares[asked[:place]].sum()), 1.0)
        raise UsageError("the grammar lets no token through; the model's tokenizer cannot write this tool's commands")

    def _in_turn(self, shares: NDArray[np.float32]) -> Iterator[NDArray[np.int64]]:
        """The likeliest tokens, then all."""
        few = np.argpartition(shares, -FIRST_ASKED)[-FIRST_ASKED:]
        yield few[np.argsort(-shares[few])]
        yield np.argsort(-shares)

    def _allowed(self, grammar: Any, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the tokens the grammar lets through."""
        asked = np.zeros(len(tokens), dtype=CANDIDATE)
        asked["id"] = tokens
        data = asked.ctypes.data_as(ctypes.POINTER(self._api.llama_token_data))
        array = self._api.llama_token_data_array(data, len(tokens), -1, False)
        self._api.llama_sampler_apply(grammar, ctypes.byref(array))
        return np.asarray(asked["logit"] == 0.0)

    def _sampler(self, grammar: str, path: Path) -> Any:
        made = self._api.llama_sampler_init_grammar(self._vocabulary, grammar.encode("utf-8"), b"root")
        if not made:
            raise BundleError("llama.cpp cannot use the grammar of this model's commands; build it again", path)
        return made


def _llama_cpp() -> Any:
    try:
        import llama_cpp
    except ImportError:
        raise MissingExtra("A model that writes its answers", "llm") from None
    return llama_cpp
