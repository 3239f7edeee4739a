"""What is said to a tool and is no request for one of its commands, or not clearly for one: one row for every kind that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sayso.clischema import Schema
from sayso.clischema.heads import COMMAND, FLAGS, KIND, NO_COMMAND, SLOTS, kinds_of, shared_words
from sayso.examples import Example, Value
from sayso.generate.commands.lexicon import lexicon
from sayso.generate.commands.nouns import nouns_of_group, plural_of
from sayso.generate.commands.shares import Chooser
from sayso.generate.dice import Dice
from sayso.generate.grammar import Grammar
from sayso.generate.slots import Words

SHARES = {"off_topic": 0.34, "unclear": 0.2, "ambiguous": 0.2, "several": 0.16, "typo": 0.1}
OUTSIDE = ("off_topic", "unclear")
TRIES = 200


def negatives(schema: Schema, split: str, wanted: int, seed: int) -> Iterator[Example]:
    """As many rows of every kind as its share of `wanted` says, or as there are."""
    kinds = [kind for kind in kinds_of(schema) if kind in SHARES]
    grammar, own = _grammar_of(schema), _own_words(schema)
    for kind in kinds:
        number = round(wanted * SHARES[kind] / sum(SHARES[one] for one in kinds))
        seen: set[str] = set()
        dice = Dice(seed, "negatives", split, kind)
        for _ in range(TRIES * max(1, number)):
            if len(seen) >= number:
                break
            chooser = Chooser(split, dice)
            text, group = _garbled(schema, chooser) if kind == "typo" else _aside(kind, grammar, chooser)
            if text.casefold() in seen or (split != "train" and not chooser.used_own):
                continue
            if kind in OUTSIDE and own & set(re.findall(r"[\w-]+", text.casefold())):
                continue
            seen.add(text.casefold())
            yield _row(text, kind, group)


def _own_words(schema: Schema) -> frozenset[str]:
    """What nobody says to this tool about something else: its name, and what its commands are called and do, but for common words."""
    told = [schema.name]
    for _, command in schema.walk():
        told += [command.name, *command.aliases, command.description]
    words = frozenset(word for text in told for word in re.findall(r"[^\W_]{3,}", text.casefold()))
    return words - frozenset(lexicon().asides["common"])


def _aside(kind: str, grammar: Grammar, chooser: Chooser) -> tuple[str, str]:
    template = chooser.pick(lexicon().asides[kind])
    text = grammar.draw(template, chooser.dice)
    return (text[0].upper() + text[1:] if chooser.chance(0.25) else text), f"{kind}: {template}"


def _garbled(schema: Schema, chooser: Chooser) -> tuple[str, str]:
    """A short request of which too little is left: every longer word has lost or swapped several letters."""
    paths = [path for path, command in schema.distinct_commands()]
    path = chooser.dice.pick(paths)
    number = [str(chooser.dice.below(900) + 1)] if chooser.chance(0.4) else []
    words = [*chooser.dice.order([*path, *chooser.dice.pick(([], ["please"], ["the"], ["in", "browser"], ["now"]))]), *number]
    chooser.used_own = True
    return " ".join(_broken(word, chooser.dice) for word in words), f"typo: {chooser.split} {' '.join(words)}"


def _broken(word: str, dice: Dice) -> str:
    """Letters in another order, or half of them gone."""
    if len(word) < 3 or word.isdigit():
        return word[::-1] if word.isalpha() and dice.chance() < 0.5 else word
    if dice.chance() < 0.4:
        kept = re.sub(r"[aeiou]", "", word)
        return kept if kept != word and len(kept) > 1 else word[0] + word[2:]
    letters = list(word)
    for _ in range(2):
        at = dice.below(len(letters) - 1)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    if len(letters) > 4 and dice.chance() < 0.6:
        del letters[1 + dice.below(len(letters) - 2)]
    return "".join(letters) if "".join(letters) != word else word[1] + word[0] + word[2:]


def _grammar_of(schema: Schema) -> Grammar:
    """The words of the asides, with this tool's nouns and the verbs that several of its groups know."""
    groups = [command for path, command in schema.walk() if path and command.subcommands]
    nouns = [noun for group in groups for noun in nouns_of_group(group)] or [schema.name]
    verbs = shared_words(schema) or ("do",)
    own = {"noun": [*nouns, *map(plural_of, nouns)], "verb": verbs, "tool": [schema.name]}
    plain = {name: Words(tuple(_plain(one) for one in dict.fromkeys(values))) for name, values in own.items()}
    return Grammar(lexicon().aside_words.rules, {**lexicon().aside_words.slots, **plain})


def _plain(word: str) -> str:
    """Without the signs that a template has a use for."""
    return re.sub(r"[()\[\]{}<>|;]", " ", word)


def _row(text: str, kind: str, group: str) -> Example:
    labels: dict[str, Value] = {KIND: kind, FLAGS: (), SLOTS: ()}
    if kind in ("off_topic", "unclear"):
        labels[COMMAND] = NO_COMMAND
    return Example(text, labels, source="grammar", group=group, output={"type": "clarification", "kind": kind})
