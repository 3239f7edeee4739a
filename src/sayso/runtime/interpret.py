"""A reader of a tool's commands, a request and its context -> the Command that is meant, or a Clarification to ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sayso.clischema import Command as Plain
from sayso.clischema import Schema, Scope, checked, path_in_json, risk_of, scope_of, to_argv
from sayso.clischema.heads import IS_COMMAND
from sayso.clischema.resolve import THIS, resolve
from sayso.clischema.said import meant
from sayso.errors import CommandError, UsageError
from sayso.runtime.asking import ask_for, asking_back
from sayso.runtime.decide import Action, Bands, action, averaged
from sayso.runtime.interpretation import Clarification, Command, Interpretation
from sayso.runtime.proposal import Proposal, Reader


class Interpreter:
    """Says what is to be done with what a reader reads, whichever kind of model that is."""

    def __init__(self, reader: Reader, schema: Schema, bands: Bands, confidence: Mapping[str, Any] | None = None) -> None:
        """`confidence` holds the weights of what makes the reader sure, as they were fitted for it."""
        self.reader, self.schema, self.bands = reader, schema, bands
        self.reasons: Sequence[str] = confidence["reasons"] if confidence else ()
        self.weights = np.array(confidence["weights"] if confidence else [])
        self.covariance = np.array(confidence["covariance"] if confidence else [])

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """The command that is meant, as far as the context tells what is not said; or what has to be asked."""
        if not isinstance(text, str):
            raise UsageError(f"a request is text, not {type(text).__name__}")
        if context is not None and not isinstance(context, Mapping):
            raise UsageError(f"a context is a mapping such as {{'git': {{'current_pr': 42}}}}, not {type(context).__name__}")
        return self.judged(self.reader.proposal(text), context) if text.strip() else asking_back(self.schema, "unclear", (), 1.0)

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
        if confidence < (self.bands.suggest if ask_below is None else ask_below):
            return asking_back(self.schema, "unclear", proposal.ranking, 1.0 - confidence, first=command)
        return command

    def confidence(self, proposal: Proposal) -> float:
        """How likely the proposal is right in everything: calibrated, or where nothing was fitted, the product of its parts.

        The weights are known as well as the requests allow that they were fitted on; what is uncertain in them makes it less sure.
        """
        if not len(self.weights):
            return float(np.prod([*proposal.parts.values(), proposal.kinds[IS_COMMAND]]))
        given = dict(zip(proposal.names_of_reasons, proposal.reasons, strict=True))
        reasons = np.array([*(given[name] for name in self.reasons), 1.0])
        return float(averaged(reasons, self.weights, self.covariance))

    def _with_values(self, question: Clarification, proposal: Proposal) -> Clarification:
        """The question, whose suggestions have the values that were said for them."""
        suggestions = []
        for one in question.suggestions:
            scope = scope_of(self.schema, (*([one.command] if one.command else []), *(one.subcommand or "").split()))
            said = _only_number(scope, proposal.text) | dict(self.reader.values(scope, proposal))
            suggestions.append(replace(one, args={name: value for name, value in said.items() if value is not THIS}))
        return replace(question, suggestions=tuple(suggestions))

    def _command(self, plain: Plain, confidence: float, proposal: Proposal) -> Command:
        risk = risk_of(self.schema, plain.path, plain.flags)
        allowed: Action = action(confidence, self.bands)
        if allowed == "execute" and (risk == "destructive" or proposal.doubtful):
            allowed = "confirm"
        return Command(
            argv=tuple(to_argv(self.schema, plain)),
            **path_in_json(plain.path),
            args=plain.args,
            flags=plain.flags,
            confidence=confidence,
            action=allowed,
            risk=risk,
            parts=proposal.parts,
        )


def _only_number(scope: Scope, text: str) -> dict[str, Any]:
    """The one number in a text as the value of what the command is about, where that is a number."""
    subject = next(iter(scope.positionals), None)
    numbers = re.findall(r"(?<![\w.])#?\d+(?![\w.])", text)
    if subject is None or subject.type != "integer" or len(numbers) != 1:
        return {}
    value = meant(subject, numbers[0])
    return {} if value is None else {subject.name: value}
