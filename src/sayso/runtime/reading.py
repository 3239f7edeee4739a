"""EncoderReader: the heads of an encoder -> the command that a request means, with its values and flags."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from sayso.clischema import Schema, Scope, from_spec, scope_of
from sayso.clischema.heads import COMMAND, FLAGS, KIND, NO_COMMAND, SLOTS, paths_by_label
from sayso.runtime.caution import Caution
from sayso.runtime.decide import sigmoid, softmax
from sayso.runtime.flag_names import FlagNames
from sayso.runtime.interpret import Interpreter
from sayso.runtime.proposal import Proposal, Ranking
from sayso.runtime.retrieval import CommandIndex
from sayso.runtime.slots import Said, SlotReader

if TYPE_CHECKING:
    from sayso.runtime.model import Model

UNMARKED = "unmarked"
CONSIDERED, LACKING = 4, 0.1
"""So many commands are read closely at most, those that may be the likeliest yet; and so much less likely it is that one is meant of which
something is missing. Chosen on requests by people to tools that the model had no words of (docs/log.md)."""
WORDED, NAMED = 0.3, 4.0
"""Head starts, in log odds, chosen in the same way: of a command by the BM25 of the request's words in what the schema says of it, and of a
flag that is named. The larger a tool, the fewer rows teach the model each of its commands and flags, and the more its words tell."""


def interpreter_of(model: Model, commands: Mapping[str, Any]) -> Interpreter:
    """What turns a model's outputs into commands, as its spec's `commands` says."""
    schema = from_spec(commands["schema"])
    return Interpreter(EncoderReader(model, schema), schema, model.spec.bands, commands.get("confidence"))


class EncoderReader:
    """Reads requests with one model. It may be used from many threads at once."""

    def __init__(self, model: Model, schema: Schema) -> None:
        self.model = model
        self.paths = paths_by_label(schema)
        self.scopes = {path: scope_of(schema, path) for path in self.paths.values()}
        self.slots = SlotReader(model.heads.get(SLOTS))
        self.index, self.caution = CommandIndex(schema), Caution(schema)
        self.flag_names: dict[tuple[str, ...], FlagNames] = {}

    def proposal(self, text: str) -> Proposal:
        """What the model reads in a text, whatever the context."""
        heads, raw = self.model.heads, {name: values[0] for name, values in self.model.logits([text]).items()}
        commands = softmax(raw[COMMAND], heads[COMMAND].temperature)
        kinds = softmax(raw[KIND], heads[KIND].temperature)
        shares = dict(zip(heads[COMMAND].labels, commands.tolist(), strict=True))
        some = 1.0 - shares.pop(NO_COMMAND, 0.0)
        likeliest = self._likeliest(text, {self.paths[label]: share for label, share in shares.items()})
        near = [path for path, share in likeliest[:CONSIDERED] if share >= LACKING * likeliest[0][1]]
        read = {path: self.slots.read(self.scopes[path], text, raw.get(SLOTS)) for path in near}
        ranking = _ranked(likeliest, read)
        path, share = ranking[0]
        scope, said = self.scopes[path], read[path]
        flags, sureness = self._flags(scope, raw, text, said)
        chosen = tuple(name for name, likely in flags.items() if likely >= 0.5)
        return Proposal(
            text=text,
            path=path,
            said=said.values,
            flags=chosen,
            parts={"command": share, **said.parts, **{name: flags[name] for name in chosen}},
            ranking=ranking,
            kinds=dict(zip(heads[KIND].labels, kinds.tolist(), strict=True)),
            command_share=some,
            flag_sureness=sureness,
            further={UNMARKED: said.unmarked},
            raw=raw,
            doubtful=said.unread or self.caution.doubts(scope, text, said.marks),
        )

    def values(self, scope: Scope, proposal: Proposal) -> Mapping[str, Any]:
        """What the same text says if another command is meant."""
        return self.slots.read(scope, proposal.text, proposal.raw.get(SLOTS)).values

    def _likeliest(self, text: str, shares: Mapping[tuple[str, ...], float]) -> Ranking:
        """The commands by how likely they are, the words of the request weighed in."""
        found = self.index.scores(text)
        weighed = {path: share * exp(WORDED * found[path]) for path, share in shares.items()}
        scale = sum(shares.values()) / (sum(weighed.values()) or 1.0)
        return sorted(((path, share * scale) for path, share in weighed.items()), key=lambda each: -each[1])

    def _flags(self, scope: Scope, raw: Mapping[str, Any], text: str, said: Said) -> tuple[dict[str, float], float]:
        """The flags of the command that may be meant with how likely they are, and how sure it is of all of them together."""
        if FLAGS not in raw:
            return {}, 1.0
        head = self.model.heads[FLAGS]
        if scope.path not in self.flag_names:
            self.flag_names[scope.path] = FlagNames(scope)
        named = self.flag_names[scope.path].said(text, said.marks)
        raised = raw[FLAGS] + NAMED * head.temperature * np.array([named.get(name, 0.0) for name in head.labels])
        likely = dict(zip(head.labels, sigmoid(raised, head.temperature).tolist(), strict=True))
        found = {name: likely[name] for name in scope.flags if name in likely and name not in said.values}
        for group in scope.command.exclusive:
            rivals = sorted((name for name in group if found.get(name, 0.0) >= 0.5), key=lambda name: -found[name])
            for name in rivals[0 if {*said.values} & set(group) else 1 :]:
                found[name] = 1.0 - found[name]
        return found, min((max(share, 1.0 - share) for share in found.values()), default=1.0)


def _ranked(likeliest: Ranking, read: Mapping[tuple[str, ...], Said]) -> Ranking:
    """The commands anew: of those that were read closely, one is likelier that lacks nothing. Together they stay as likely as they were."""
    weighed = [(path, share * (LACKING if read[path].lacking else 1.0)) for path, share in likeliest[: len(read)]]
    scale = sum(share for _, share in likeliest[: len(read)]) / (sum(share for _, share in weighed) or 1.0)
    return [*sorted(((path, share * scale) for path, share in weighed), key=lambda each: -each[1]), *likeliest[len(read) :]]
