"""What a command is about and what it does, in words, as its name, aliases and description tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sayso.clischema import CommandSchema, Scope
from sayso.generate.commands.lexicon import Verb, lexicon

ARTICLES = {"a", "an", "the", "one", "or", "more", "your", "all", "any", "new", "existing"}
ENDS_A_NOUN = {
    *("in", "from", "to", "for", "of", "with", "on", "by", "into", "about", "using", "and", "or", "as", "at", "that", "which", "between"),
    *("without", "via", "against", "through", "within", "based", "inside", "locally", "if", "after", "when", "its", "their"),
    *("how", "what", "whether", "why", "where", "who", "is", "are"),
}


@dataclass(frozen=True)
class Wording:
    """One command in words: templates of requests, `*` being the object; templates of questions; nouns in singular and plural."""

    say: tuple[str, ...]
    ask: tuple[str, ...]
    singular: tuple[str, ...]
    plural: tuple[str, ...]
    many: bool
    fresh: bool


def wording_of(scope: Scope) -> Wording:
    """The words for a command; those of the lexicon where it knows what is done, its own name, aliases and description in any case."""
    command, group = scope.command, scope.chain[-2] if len(scope.chain) > 2 else None
    verb = verb_of(command)
    own = _own_words(command, verb)
    first, noun, rest = described(command.description)
    nouns = [*_nouns_of_group(group), *([noun] if noun else [])] if group else [noun or command.name.replace("-", " ")]
    described_say = [f"{first} *{' ' + rest if rest else ''}"] if first else []
    singular = tuple(dict.fromkeys(singular_of(one) for one in nouns))
    return Wording(
        say=tuple(dict.fromkeys([*(verb.say if verb else ()), *own, *described_say, *(f"{first} *" for _ in [1] if first)])),
        ask=verb.ask if verb else ("*",),
        singular=singular,
        plural=tuple(dict.fromkeys(plural_of(one) for one in singular)),
        many=bool(verb and verb.plural),
        fresh=bool(verb and verb.fresh),
    )


def verb_of(command: CommandSchema) -> Verb | None:
    """What the command does, by its name, else by the first word of its description, else by an alias."""
    words = [command.name, *re.split(r"[-_]", command.name)[:1], described(command.description)[0], *command.aliases]
    for word in words:
        for verb in lexicon().verbs:
            if word in verb.names:
                return verb
    return None


def described(description: str) -> tuple[str, str, str]:
    """The verb, the noun and the rest of a description such as "List pull requests in a repository"; empty where it is not of that form."""
    clause = re.split(r"[.;:(,]", re.sub(r"[`'\"<>\[\]]", "", description))[0].lower().split()
    if len(clause) < 2:
        return (clause[0] if clause else ""), "", ""
    verb, words = clause[0], clause[1:]
    particle = words[0] if words[0] in ("out", "up", "off", "in", "down") else ""
    words = words[1:] if particle else words
    while words and words[0] in ARTICLES:
        words = words[1:]
    end = next((place for place, word in enumerate(words) if word in ENDS_A_NOUN), len(words))
    return f"{verb} {particle}".strip(), " ".join(words[:end][:3]), " ".join(words[end:])


def nouns_of_group(group: CommandSchema) -> tuple[str, ...]:
    """What a group is about, in singular."""
    return tuple(dict.fromkeys(singular_of(one) for one in _nouns_of_group(group)))


def plural_of(noun: str) -> str:
    """Of more than one."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun if noun.endswith("s") and not noun.endswith("ss") else noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"


def singular_of(noun: str) -> str:
    """Of one."""
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and len(noun) > 3 else _two_letters(noun)


def _two_letters(noun: str) -> str:
    return noun[:-1] if len(noun) == 3 and noun.endswith("s") and noun not in ("aws", "dns", "tls", "cvs", "svs", "gas") else noun


def _nouns_of_group(group: CommandSchema) -> list[str]:
    noun = described(group.description)[1]
    last = noun.split()[1:] if len(noun.split()) > 1 else []
    return [group.name.replace("-", " "), *group.aliases, *([noun, " ".join(last)] if last else [noun] if noun else [])]


def _own_words(command: CommandSchema, verb: Verb | None) -> Sequence[str]:
    names = [command.name.replace("-", " "), *command.aliases]
    return [f"{name} *" for name in names if not verb or f"{name} *" not in verb.say]
