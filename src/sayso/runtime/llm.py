"""LlmReader: a language model's answer in notation -> the command that a request means, and how sure the model was of each part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sayso.clischema import Schema, Scope, scope_of
from sayso.clischema.heads import IS_COMMAND, KINDS_BY_MODEL
from sayso.clischema.notation import Piece, Written, read_notation
from sayso.clischema.resolve import THIS
from sayso.errors import CommandError
from sayso.runtime.caution import Caution
from sayso.runtime.llama import Answer, Writer
from sayso.runtime.prompt import Prompter
from sayso.runtime.proposal import Proposal
from sayso.runtime.retrieval import CommandIndex
from sayso.runtime.spans import Mark
from sayso.runtime.written import flags_of, values_of

UNREADABLE = "unclear"
"""What a request is taken for whose answer cannot be read: it happens without a grammar alone."""


class LlmReader:
    """Reads requests with a model that writes."""

    def __init__(self, writer: Writer, prompter: Prompter, schema: Schema) -> None:
        self.writer, self.prompter, self.schema = writer, prompter, schema
        self._index = CommandIndex(schema)
        self._caution = Caution(schema)

    def proposal(self, text: str) -> Proposal:
        """What the model writes for a text, whatever the context."""
        answer = self.writer.write(self.prompter(text))
        sure = _Sureness(answer)
        ranking = self._index.ranked(text)
        further = {"ended": answer.stopped or 0.0, "allowed": 1.0 - sure.removed}
        try:
            written = read_notation(self.schema, answer.text)
        except CommandError:
            written = Written(kind=UNREADABLE)
        if written.kind is not None:
            share = sure.between(0, len(answer.text))
            rest = min((1.0 - share) / len(KINDS_BY_MODEL), share / 2)  # what was written counts, however unsure the model was of it
            kinds = dict.fromkeys(KINDS_BY_MODEL, rest) | {written.kind: share}
            path = ranking[0][0]
            return Proposal(text, path, parts={"command": ranking[0][1]}, ranking=ranking, kinds=kinds, further=further)
        return self._command(text, written, sure, ranking, further)

    def values(self, scope: Scope, proposal: Proposal) -> Mapping[str, Any]:
        """What was written for arguments that the other command has too."""
        return {name: value for name, value in proposal.said.items() if name in scope.arguments}

    def _command(
        self,
        text: str,
        written: Written,
        sure: _Sureness,
        ranking: Sequence[tuple[tuple[str, ...], float]],
        further: Mapping[str, float],
    ) -> Proposal:
        scope = scope_of(self.schema, written.path)
        said, unread = values_of(scope, written)
        share = sure.between(0, written.end_of_command)
        parts = {"command": share} | {piece.name: sure.between(piece.start, piece.end) for piece in written.pieces}
        flags = flags_of(written)
        others = [(path, found * (1.0 - share)) for path, found in ranking if path != written.path]
        return Proposal(
            text=text,
            path=written.path,
            said=said,
            flags=flags,
            parts=parts,
            ranking=[(written.path, share), *others],
            kinds={IS_COMMAND: sure.first},
            flag_sureness=min((parts[name] for name in flags), default=1.0),
            further=further,
            doubtful=unread or _invents(scope, text, said) or self._caution.doubts(scope, text, _marks(text, written.pieces, said)),
        )


class _Sureness:
    """How likely the pieces of an answer were, by where in its text they stand."""

    def __init__(self, answer: Answer) -> None:
        self.spans: list[tuple[int, int, float]] = []
        at = 0
        for token in answer.tokens:
            end = at + len(token.text.decode("utf-8", "ignore"))
            self.spans.append((at, end, token.likelihood))
            at = end
        self.first = answer.tokens[0].likelihood if answer.tokens else 0.0
        self.removed = 1.0 - math.prod(1.0 - token.removed for token in answer.tokens)

    def between(self, start: int, end: int) -> float:
        """The likelihood of all tokens together that lie there, at least in part."""
        return math.prod(likelihood for first, last, likelihood in self.spans if first < end and last > start)


def _invents(scope: Scope, text: str, said: Mapping[str, Any]) -> bool:
    """Whether free text was written that nobody has said."""
    told = " ".join(text.casefold().split())
    free = [value for name, value in said.items() if scope.arguments[name].type == "string" and value is not THIS]
    every = [one for value in free for one in (value if isinstance(value, tuple) else (value,))]
    return any(isinstance(one, str) and " ".join(one.casefold().split()) not in told for one in every)


def _marks(text: str, pieces: Sequence[Piece], said: Mapping[str, Any]) -> list[Mark]:
    """Where the text has what was written for values, as far as it has it word by word."""
    found = []
    for piece in pieces:
        if piece.said and said.get(piece.name) is not THIS:
            start = text.casefold().find(piece.said.casefold())
            if start >= 0:
                found.append(Mark(piece.name, start, start + len(piece.said)))
    return found
