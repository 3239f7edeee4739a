"""A model of a tool's commands, a request and its context -> the Command that is meant, or a Clarification to ask for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sayso.clischema import Command as Plain
from sayso.clischema import Schema, Scope, checked, from_spec, risk_of, scope_of, to_argv
from sayso.clischema.heads import COMMAND, FLAGS, IS_COMMAND, KIND, NO_COMMAND, SLOTS, label_of
from sayso.clischema.resolve import THIS, resolve
from sayso.clischema.said import meant, refers
from sayso.errors import CommandError, UsageError
from sayso.runtime.asking import ask_for, asking_back
from sayso.runtime.caution import doubtful, whole_quotation
from sayso.runtime.decide import Action, action, sigmoid, softmax
from sayso.runtime.interpretation import Clarification, Command, Interpretation
from sayso.runtime.spans import Mark, marks_in

if TYPE_CHECKING:
    from sayso.runtime.model import Model

OF_WORDS = "-_./~+"
"""Signs that are part of a word where they stand within it: a value is never half a word."""
ENDINGS = ".,;:!?"
LEAST = 1e-6
REASONS = ("command", "kind", "slots", "flags")
"""What a confidence is made of, in the order of its weights."""


@dataclass(frozen=True)
class Proposal:
    """What the model reads in a request, before anybody knows whether it is to be believed."""

    text: str
    path: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    ranking: Sequence[tuple[tuple[str, ...], float]] = ()
    kinds: Mapping[str, float] = field(default_factory=dict)
    command_share: float = 1.0
    flag_sureness: float = 1.0
    raw: Mapping[str, Any] = field(default_factory=dict)
    doubtful: bool = False

    @property
    def reasons(self) -> tuple[float, ...]:
        """How sure the model is of the command, of there being one, of the least sure value and of the flags; as log odds."""
        slots = min((sure for name, sure in self.parts.items() if name in self.said), default=1.0)
        return tuple(_log_odds(share) for share in (self.parts["command"], self.kinds[IS_COMMAND], slots, self.flag_sureness))


class Interpreter:
    """Reads requests with one model. It may be used from many threads at once."""

    def __init__(self, model: Model, document: Mapping[str, Any]) -> None:
        self.model = model
        self.schema: Schema = from_spec(document["schema"])
        self.paths = {label_of(self.schema, path): path for path, _ in self.schema.runnable_commands()}
        self.scopes: dict[tuple[str, ...], Scope] = {}
        confidence = document.get("confidence")
        self.weights = np.array(confidence["weights"] if confidence else [])
        self.covariance = np.array(confidence["covariance"] if confidence else [])

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """The command that is meant, as far as the context tells what is not said; or what has to be asked."""
        if not isinstance(text, str):
            raise UsageError(f"a request is text, not {type(text).__name__}")
        if context is not None and not isinstance(context, Mapping):
            raise UsageError(f"a context is a mapping such as {{'git': {{'current_pr': 42}}}}, not {type(context).__name__}")
        return self.judged(self.proposal(text), context) if text.strip() else asking_back(self.schema, "unclear", (), 1.0)

    def proposal(self, text: str) -> Proposal:
        """What the model reads in a text, whatever the context."""
        heads, raw = self.model.heads, {name: values[0] for name, values in self.model.logits([text]).items()}
        commands = softmax(raw[COMMAND], heads[COMMAND].temperature)
        kinds = softmax(raw[KIND], heads[KIND].temperature)
        shares = dict(zip(heads[COMMAND].labels, commands.tolist(), strict=True))
        some = 1.0 - shares.pop(NO_COMMAND, 0.0)
        ranking = sorted(((self.paths[label], share) for label, share in shares.items()), key=lambda each: -each[1])
        path, share = ranking[0]
        scope = self._scope(path)
        marks = self._marks(scope, text, raw)
        said, parts, unread = _said(scope, text, marks)
        flags, sureness = self._flags(scope, raw, {*said})
        parts = {"command": share, **parts, **{name: sure for name, sure in flags.items() if sure >= 0.5}}
        by_kind = dict(zip(heads[KIND].labels, kinds.tolist(), strict=True))
        chosen = tuple(name for name in flags if name in parts)
        return Proposal(
            text,
            path,
            said,
            chosen,
            parts,
            ranking,
            by_kind,
            some,
            sureness,
            raw,
            unread or doubtful(scope, text, [mark for mark, _ in marks]),
        )

    def judged(self, proposal: Proposal, context: Mapping[str, Any] | None, *, ask_below: float | None = None) -> Interpretation:
        """What to do with a proposal in a context. Below a confidence, the band `suggest` unless told otherwise, it is asked back."""
        kind = max(proposal.kinds, key=lambda one: proposal.kinds[one])
        if kind == IS_COMMAND and proposal.command_share < 0.5:
            kind = max((one for one in proposal.kinds if one in ("off_topic", "unclear")), key=lambda one: proposal.kinds[one])
        if kind != IS_COMMAND:
            sure = max(proposal.kinds[kind], 1.0 - proposal.command_share if kind in ("off_topic", "unclear") else 0.0)
            return self._with_values(asking_back(self.schema, kind, proposal.ranking, sure, proposal.text), proposal)
        resolved = resolve(self.schema, proposal.path, proposal.said, proposal.flags, context)
        confidence = self.confidence(proposal)
        if resolved.missing:
            missing = resolved.missing[0]
            pointed = proposal.said.get(missing.name) is THIS
            return ask_for(self.schema, resolved.command, missing, proposal.parts["command"], pointed=pointed)
        try:
            command = self._command(checked(self.schema, resolved.command), confidence, proposal)
        except CommandError as error:
            return replace(asking_back(self.schema, "unclear", proposal.ranking, 1.0 - confidence), message=str(error))
        if confidence < (self.model.spec.bands.suggest if ask_below is None else ask_below):
            return asking_back(self.schema, "unclear", proposal.ranking, 1.0 - confidence, first=command)
        return command

    def confidence(self, proposal: Proposal) -> float:
        """How likely the proposal is right in everything: calibrated, or where nothing was fitted, the product of its parts.

        The weights are known as well as the requests allow that they were fitted on; what is uncertain in them makes it less sure.
        """
        if not len(self.weights):
            return float(np.prod([*proposal.parts.values(), proposal.kinds[IS_COMMAND]]))
        reasons = np.array([*proposal.reasons, 1.0])
        return float(sigmoid(self.weights @ reasons / np.sqrt(1.0 + np.pi / 8.0 * (reasons @ self.covariance @ reasons))))

    def _with_values(self, question: Clarification, proposal: Proposal) -> Clarification:
        """The question, whose suggestions have the values that were said for them."""
        suggestions = []
        for one in question.suggestions:
            path = (*([one.command] if one.command else []), *(one.subcommand or "").split())
            scope = self._scope(path)
            marks = self._marks(scope, proposal.text, proposal.raw)
            said = _only_number(scope, proposal.text) | _said(scope, proposal.text, marks)[0]
            suggestions.append(replace(one, args={name: value for name, value in said.items() if value is not THIS}))
        return replace(question, suggestions=tuple(suggestions))

    def _command(self, plain: Plain, confidence: float, proposal: Proposal) -> Command:
        risk = risk_of(self.schema, plain.path, plain.flags)
        allowed: Action = action(confidence, self.model.spec.bands)
        if allowed == "execute" and (risk == "destructive" or proposal.doubtful):
            allowed = "confirm"
        return Command(
            argv=tuple(to_argv(self.schema, plain)),
            command=plain.path[0] if plain.path else None,
            subcommand=" ".join(plain.path[1:]) or None,
            args=plain.args,
            flags=plain.flags,
            confidence=confidence,
            action=allowed,
            risk=risk,
            parts=proposal.parts,
        )

    def _scope(self, path: tuple[str, ...]) -> Scope:
        if path not in self.scopes:
            self.scopes[path] = scope_of(self.schema, path)
        return self.scopes[path]

    def _marks(self, scope: Scope, text: str, raw: Mapping[str, Any]) -> list[tuple[Mark, float]]:
        """The pieces of the text that are values of the command's arguments, quotations whole, and how sure the model is of each."""
        if SLOTS not in raw:
            return []
        head = self.model.heads[SLOTS]
        found = marks_in(raw[SLOTS], head.labels, head.temperature, scope.arguments)
        return [(whole_quotation(text, mark) if scope.arguments[mark.label].type == "string" else mark, sure) for mark, sure in found]

    def _flags(self, scope: Scope, raw: Mapping[str, Any], said: set[str]) -> tuple[dict[str, float], float]:
        """The flags of the command that may be meant with how likely they are, and how sure it is of all of them together."""
        if FLAGS not in raw:
            return {}, 1.0
        head = self.model.heads[FLAGS]
        likely = dict(zip(head.labels, sigmoid(raw[FLAGS], head.temperature).tolist(), strict=True))
        found = {name: likely[name] for name in scope.flags if name in likely and name not in said}
        for group in scope.command.exclusive:
            rivals = sorted((name for name in group if found.get(name, 0.0) >= 0.5), key=lambda name: -found[name])
            for name in rivals[0 if said & set(group) else 1 :]:
                found[name] = 1.0 - found[name]
        return found, min((max(share, 1.0 - share) for share in found.values()), default=1.0)


def _said(scope: Scope, text: str, marks: Sequence[tuple[Mark, float]]) -> tuple[dict[str, Any], dict[str, float], bool]:
    """The values that are said, how sure the model is of each, and whether one was said that the schema does not allow.

    Of one that is said twice, the surer one.
    """
    said: dict[str, Any] = {}
    parts: dict[str, float] = {}
    unread = False
    for mark, sure in marks:
        argument = scope.arguments[mark.label]
        value = _value(argument, whole_words(text, mark))
        if value is None:
            unread = True
        elif argument.repeatable and isinstance(said.get(mark.label), tuple) and isinstance(value, tuple):
            said[mark.label], parts[mark.label] = (*said[mark.label], *value), min(parts[mark.label], sure)
        elif sure > parts.get(mark.label, 0.0):
            said[mark.label], parts[mark.label] = value, sure
    return said, parts, unread


def _only_number(scope: Scope, text: str) -> dict[str, Any]:
    """The one number in a text as the value of what the command is about, where that is a number."""
    subject = next(iter(scope.positionals), None)
    numbers = re.findall(r"(?<![\w.])#?\d+(?![\w.])", text)
    if subject is None or subject.type != "integer" or len(numbers) != 1:
        return {}
    value = meant(subject, numbers[0])
    return {} if value is None else {subject.name: value}


def whole_words(text: str, mark: Mark) -> str:
    """The marked text, its first and last word whole, without the signs that end a sentence."""
    start, end = mark.start, mark.end
    while start > 0 and _of_word(text[start - 1]) and _of_word(text[start]):
        start -= 1
    while end < len(text) and _of_word(text[end]) and _of_word(text[end - 1]):
        end += 1
    found = text[start:end]
    return found if text[mark.end - 1] in ENDINGS else found.rstrip(ENDINGS) or found


def _of_word(sign: str) -> bool:
    return sign.isalnum() or sign in OF_WORDS


def _value(argument: Any, text: str) -> Any:
    """The value that is said, THIS where it is pointed at, None where it is no value."""
    return THIS if refers(argument, text) else meant(argument, text)


def _log_odds(share: float) -> float:
    share = min(max(share, LEAST), 1.0 - LEAST)
    return math.log(share / (1.0 - share))
