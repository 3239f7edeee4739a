"""A command -> patterns of requests for it, put together from how people speak of what it does, of its arguments and of its flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sayso.clischema import Argument, Flag, Schema, Scope, scope_of
from sayso.clischema.phrases import PLACE
from sayso.generate.commands.lexicon import Role, lexicon
from sayso.generate.commands.nouns import Wording, plural_of, wording_of
from sayso.generate.commands.pattern import Pattern
from sayso.generate.commands.roles import role_of
from sayso.generate.commands.shares import Chooser

RAW, OWN, QUESTION = 0.08, 0.3, 0.25
"""Shares of requests: typed like the command line itself, in the schema's own words, and as questions."""
HOW_MANY = (0.35, 0.7, 0.9, 0.97)
"""Chances of no more than none, one, two and three things said beside the object."""
FREE_BEFORE = 0.4
"""How often free text without quotes has something else behind it."""
POINTED, UNSAID, POINTED_OPTION = 0.14, 0.15, 0.3
NEEDED = 0.75
"""How often what a command cannot do without is said, beside what it is about."""
QUOTED = ('"{}"', '"{}"', "'{}'", "{}", "{}", "“{}”")
BEHIND_TEXT = (", ", ", ", ". ", " - ", "; ", " and ")
LONGEST_PHRASE, LONGEST_DESCRIPTION = 8, 12


@dataclass
class Draft:
    """A pattern while it is made."""

    text: str = ""
    flags: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    last: str = ""


class Asker:
    """Makes patterns for one command. `shared` are the requests that other commands of the tool are asked for with too."""

    def __init__(self, schema: Schema, path: Sequence[str], shared: frozenset[str] = frozenset()) -> None:
        self.schema, self.path, self.shared = schema, tuple(path), shared
        self.scope: Scope = scope_of(schema, path)
        self.wording: Wording = wording_of(self.scope)
        self.roles = {name: role_of(argument, path) for name, argument in self.scope.arguments.items()}
        positionals = self.scope.positionals
        required = [argument for argument in positionals if argument.required]
        self.subject: Argument | None = next(iter(required or positionals), None)
        own = {part.name for part in self.scope.command.parts if not part.inherited}
        rest = [argument for argument in self.scope.arguments.values() if argument is not self.subject]
        self.options = [argument for argument in rest if argument.name in own] or rest
        parts = dict.fromkeys([*self.scope.arguments, *self.scope.flags])
        self.parts: tuple[str, ...] = tuple(name for name in parts if name in own)
        self.parts_around: tuple[str, ...] = tuple(name for name in parts if name not in own)

    def draw(self, chooser: Chooser, must: str | None = None) -> Pattern | None:
        """A pattern that says `must`, an argument or a flag, if one is named; None where the draw came to nothing."""
        arguments, flags = self._chosen(chooser, must)
        draft = Draft()
        if chooser.chance(RAW):
            self._typed(chooser, draft, arguments, flags, must)
        else:
            self._spoken(chooser, draft, arguments, flags, must)
        text = re.sub(r"\s+([,:;?!.])", r"\1", " ".join(draft.text.split()))
        places = [place[1] for place in PLACE.finditer(text)]
        if len(places) != len(set(places)) or (must in self.scope.arguments and must not in places):
            return None
        if chooser.split != "train" and not chooser.used_own:
            return None
        return Pattern(text, self.path, tuple(draft.flags), chooser.split)

    def _chosen(self, chooser: Chooser, must: str | None) -> tuple[list[Argument], list[Flag]]:
        """Which options and flags are spoken of; of several that exclude each other, one."""
        number = sum(chooser.dice.chance() > share for share in HOW_MANY)
        names = [argument.name for argument in self.options] + [name for name in self.scope.flags if name in self.parts]
        chosen = [must] if must and must != (self.subject.name if self.subject else None) else []
        needed = [argument.name for argument in self.options if argument.needed]
        chosen += [name for name in needed if name not in chosen and chooser.chance(NEEDED)]
        for _ in range(number if names else 0):
            name = chooser.dice.pick(names)
            if name not in chosen and not any(name in group and set(group) & set(chosen) for group in self.scope.command.exclusive):
                chosen.append(name)
        flags = [self.scope.flags[name] for name in chosen if name in self.scope.flags and name not in self.scope.arguments]
        return [self.scope.arguments[name] for name in chosen if name in self.scope.arguments], flags[:2]

    def _typed(self, chooser: Chooser, draft: Draft, arguments: Sequence[Argument], flags: Sequence[Flag], must: str | None) -> None:
        """As one types a command line, more or less."""
        words = [*([self.schema.name] if chooser.chance(0.4) else []), *self.path]
        if self.subject and (self.subject.required or chooser.chance(0.7) or must == self.subject.name):
            words.append(f"{{{self.subject.name}}}")
        for argument in arguments:
            if argument.positional:
                words.append(f"{{{argument.name}}}")
            else:
                spelling = argument.spellings[0] if chooser.chance(0.5) and argument.spellings else argument.name
                words += [spelling, f'"{{{argument.name}}}"' if self.roles[argument.name].free else f"{{{argument.name}}}"]
        for flag in flags:
            words.append(chooser.dice.pick([*flag.spellings, flag.name]))
            draft.flags.append(flag.name)
        chooser.used_own = True
        draft.text = " ".join(words)

    def _spoken(self, chooser: Chooser, draft: Draft, arguments: list[Argument], flags: list[Flag], must: str | None) -> None:
        own = self.scope.command.natural_language or self._described()
        question = bool(self.wording.ask) and chooser.chance(QUESTION)
        in_own_words = bool(own) and chooser.chance(OWN)
        if in_own_words:
            template = chooser.pick(own)
            said = {place[1] for place in PLACE.finditer(template)}
            draft.flags += [name for name in self.scope.flags if name in said]
            template = PLACE.sub(lambda place: place[2] if place[1] in self.scope.flags else place[0], template)
            apart = {name for group in self.scope.command.exclusive if said & set(group) for name in group} | said
            arguments = [argument for argument in arguments if argument.name not in apart]
            flags = [flag for flag in flags if flag.name not in apart]
            around = lexicon().forms["around"]
        else:
            template = chooser.pick(self.wording.ask if question else self.wording.say)
            if template == "*" and not arguments and not flags:
                template = chooser.pick(self.wording.say)
            around = lexicon().forms["around_questions" if question else "around"]
        if "*" in template:
            template = template.replace("*", self._object(chooser, draft, template, arguments, flags, must))
        self._say_rest(chooser, draft, arguments, flags)
        text = template + "".join(draft.tail)
        if not draft.last:
            draft.text = chooser.pick(around).replace("*", text)
        elif chooser.chance(0.5):
            draft.text = chooser.pick([one for one in around if one.endswith("*")]).replace("*", text) + draft.last
        else:
            draft.text = text + draft.last

    def _described(self) -> tuple[str, ...]:
        """The command's description as a request, and with what it is about behind it."""
        clause = " ".join(re.split(r"[.;:(]", re.sub(r"[`'\"<>\[\]{}=*]", "", self.scope.command.description))[0].lower().split())
        if not 1 < len(clause.split()) <= LONGEST_DESCRIPTION:
            return ()
        behind = lexicon().forms["behind"] if self.subject and self.subject.type != "enum" else ()
        return (clause, *(clause + form.replace("{}", f"{{{self.subject.name}}}") for form in behind if self.subject))

    def _object(self, chooser: Chooser, draft: Draft, template: str, arguments: list[Argument], flags: list[Flag], must: str | None) -> str:
        """What is asked for: a noun with what stands before it, the value that names it, or a word that points at it."""
        forms = lexicon().forms
        alone = template in self.shared or template == "*"
        if self.subject and not (self.wording.many and must != self.subject.name and chooser.chance(0.6)):
            noun = chooser.dice.pick(self.wording.singular)
            named = self._named(chooser, noun, alone, must)
        elif self.wording.many:
            noun = chooser.dice.pick(self.wording.plural)
            named = chooser.pick(forms["many"]).replace("_", noun) if chooser.chance(0.4) else noun
        else:
            noun = chooser.dice.pick(self.wording.singular)
            named = chooser.pick(forms["subject"]["fresh" if self.wording.fresh else "none"]).replace("_", noun)
        return self._with_what_stands_before(chooser, draft, named, noun, arguments, flags)

    def _named(self, chooser: Chooser, noun: str, alone: bool, must: str | None) -> str:
        forms = lexicon().forms["subject"]
        assert self.subject is not None
        name, role = self.subject.name, self.roles[self.subject.name]
        sure = must == name
        draw = chooser.dice.chance()
        if not sure and draw < POINTED and self.subject.type != "enum":
            form = chooser.pick([one for one in forms["this"] if "_" in one or not alone])
            return re.sub(r"\b(this|current|it)\b", lambda word: f"{{{name}={word[0]}}}", form.replace("_", noun), count=1)
        if not sure and draw < POINTED + UNSAID:
            return chooser.pick(forms["fresh" if self.wording.fresh else "none"]).replace("_", noun)
        kind = {"number": "number", "run": "code", "gist": "code", "id": "code"}.get(role.name, "name")
        likely = [one for one in forms[kind] if "_" in one or not alone or role.name == "repository"]
        return chooser.pick(likely).replace("_", noun).replace("{}", f"{{{name}}}")

    def _with_what_stands_before(
        self, chooser: Chooser, draft: Draft, named: str, noun: str, arguments: list[Argument], flags: list[Flag]
    ) -> str:
        """Put states, owners and adjectives before the noun; what was said is taken from the lists."""
        found = re.search(rf"(?<![\w{{=]){re.escape(noun)}(?!\w)", named)
        if not found:
            return named
        before, after = named[: found.start()], named[found.end() :]
        for argument in list(arguments):
            role = self.roles[argument.name]
            if argument.type == "enum" and self.wording.many and chooser.chance(0.6):
                form = chooser.pick(lexicon().forms["states"])
            elif role.before and self.wording.many and chooser.chance(0.45):
                form = chooser.pick(role.before)
            else:
                continue
            arguments.remove(argument)
            noun = form.replace("*", noun).replace("{}", f"{{{argument.name}}}").replace("{name}", _words(argument.name))
        for flag in list(flags):
            adjectives = [phrase[1:] for phrase in self._phrases(flag) if phrase.startswith("-")]
            if adjectives and chooser.chance(0.5):
                flags.remove(flag)
                draft.flags.append(flag.name)
                noun = f"{chooser.dice.pick(adjectives)} {noun}"
        mine = next((one for one in self.options if "@me" in (one.description, *one.values) or "@me" in one.description), None)
        if self.wording.many and mine and mine not in arguments and f"{{{mine.name}}}" not in noun and chooser.chance(0.12):
            noun = f"{{{mine.name}=my}} {noun}"
            before = ""
        return before + noun + after

    def _say_rest(self, chooser: Chooser, draft: Draft, arguments: Sequence[Argument], flags: Sequence[Flag]) -> None:
        """What comes after the object: options and flags in any order; free text without quotes at the very end."""
        pieces: list[str] = []
        for argument in arguments:
            role = self.roles[argument.name]
            phrase = chooser.pick(mentions(argument, role)).replace("{name}", _words(argument.name))
            phrase = phrase.replace("{names}", plural_of(_words(argument.name)))
            if argument.context and chooser.chance(POINTED_OPTION):
                pieces.append(phrase.replace("{}", self._there(chooser, argument)))
                continue
            quotes = chooser.dice.pick(QUOTED) if role.free else ("{}" if chooser.chance(0.96) else '"{}"')
            said = phrase.replace("{}", quotes.replace("{}", f"{{{argument.name}}}"))
            if role.free and quotes == "{}" and not draft.last and not chooser.chance(FREE_BEFORE):
                draft.last = _joined(chooser, said)
            else:
                pieces.append(said)
        for flag in flags:
            draft.flags.append(flag.name)
            phrase = chooser.pick(self._phrases(flag)).removeprefix("-")
            form = chooser.pick(lexicon().forms["flag_forms"]["joined"])
            pieces.append(form.replace("{}", phrase if form == "{}" else phrase.removeprefix("and ").lstrip(", ")))
        draft.tail = [_joined(chooser, piece) for piece in chooser.dice.order(pieces)]
        open_ended = [place for place, piece in enumerate(draft.tail[:-1]) if self._ends_in_free_text(piece)]
        for place in open_ended:
            draft.tail[place + 1] = chooser.dice.pick(BEHIND_TEXT) + draft.tail[place + 1].lstrip(" ,:;")

    def _ends_in_free_text(self, piece: str) -> bool:
        last = re.search(r"\{([^{}=]+)\}$", piece)
        return last is not None and self.roles[last[1]].free

    def _there(self, chooser: Chooser, argument: Argument) -> str:
        """A word that points at an option's value, with the last word of its role behind: "this branch"."""
        form = chooser.pick(lexicon().forms["subject"]["there"]).replace("_", _words(self.roles[argument.name].name))
        return re.sub(r"\{(this|current)\}", lambda word: f"{{{argument.name}={word[1]}}}", form)

    def _phrases(self, flag: Flag) -> tuple[str, ...]:
        """All that may be said for a flag."""
        forms, name = lexicon().forms, flag.name
        known = [] if name.startswith("no-") else forms["flags"].get(name) or forms["flags"].get(name.split("-")[-1], [])
        plain = [] if known or flag.natural_language else [one.replace("{}", _words(name)) for one in forms["flag_forms"]["named"]]
        told = [] if known and flag.natural_language else _described(flag.description)
        return tuple(dict.fromkeys([*flag.natural_language, *known, *plain, *told]))


def mentions(argument: Argument, role: Role) -> tuple[str, ...]:
    """How an option with a value is spoken of: in the schema's words, else in those of its role; `{}` is the value."""
    own = [phrase if "{}" in phrase else f"{phrase} {{}}" for phrase in argument.natural_language]
    said = (*(role.say or ("{}",)), *lexicon().forms["by_name"], *(_as_described(argument.description) if not argument.positional else ()))
    if argument.required and argument.type == "string" and not role.free:
        said = (*said, *lexicon().forms["required"])
    if argument.type in ("integer", "number") and (unit := re.search(r"\b(?:in|of) (?:the )?([a-z]{2,})", argument.description)):
        said = (*said, *(form.replace("%", unit[1]) for form in lexicon().forms["units"]))
    if argument.type == "enum":
        said = ("{}", "with {name} {}", "{name} {}", "as {}", "{name}: {}", "{name} is {}", "set to {}")
    return tuple(dict.fromkeys([*own, *own, *said]))


def _described(description: str) -> list[str]:
    clause = re.split(r"[.;:(]", re.sub(r"[`'\"<>\[\]{}=*]", "", description))[0].lower().split()
    if not 1 < len(clause) <= LONGEST_PHRASE:
        return []
    first, rest = clause[0], " ".join(clause[1:])
    changed = [f"{other} {rest}" for other in lexicon().forms["changed"].get(first, ())]
    whole = " ".join(clause)
    return [whole, *(one.replace("%", whole) for one in lexicon().forms["flag_forms"]["described"]), *changed]


def _as_described(description: str) -> list[str]:
    """How an option with a value is spoken of by who has read what it is for: "Set the memory limit" -> "with the memory limit {}"."""
    clause = re.split(r"[.;:(,]", re.sub(r"[`'\"<>\[\]{}=*]", "", description))[0].lower().split()
    if not 1 < len(clause) <= LONGEST_PHRASE:
        return []
    whole = " ".join(clause)
    forms = lexicon().forms["described_value"]
    if clause[0] not in forms["verbs"]:
        return [form.replace("%", whole) for form in forms["noun"]]
    noun = " ".join(clause[1:])
    return [f"{whole} {{}}", f"and {whole} {{}}", *(form.replace("%", noun) for form in forms["noun"])]


def _joined(chooser: Chooser, piece: str) -> str:
    if piece[:1] in ",:;":
        return piece
    return chooser.dice.pick((" ", " ", " ", " ", ", ", " and ")) + piece if not piece.startswith(("and ", "- ")) else f" {piece}"


def _words(name: str) -> str:
    return re.sub(r"[-_]+", " ", name)
