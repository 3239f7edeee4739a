"""What people put for an argument's value, drawn: after its pattern, within its range, as its description shows, or as its role has it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from sayso.clischema import Argument
from sayso.generate.commands.lexicon import Role, lexicon
from sayso.generate.dice import Dice

SHOWN, BY_ROLE = 0.2, 0.25
"""Chances of a value that the description shows, and of one of the role's where there is a range to draw from."""
BY_PATTERN = 0.5
"""Chance of a text that is made after the pattern; a pattern that lets much through says little of what people put there."""
ANY_NAME, ANY_TEXT = 0.55, 0.45
"""Chances of a name or of words of any kind, for text whose role is only guessed from what the argument is called."""
CODE, PROPER = 0.3, 0.45
PROPER_NAMES = (
    "{first} {last}",
    "{first} {last}",
    "{first}",
    "{last}",
    "{last} {trade}",
    "{topic} {trade}",
    "{last} & {last}",
    "{place}",
    "{place}",
    "{last} {trade} {place}",
    "{last} & sons",
    "{last} ltd",
    "{first} & {first}",
    "{topic} {thing} inc",
    "the {topic} {trade}",
    "{last} street {n2}",
    "{n2} {last} road",
)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
RARE_WORDS, MIXED_WORDS = 0.25, 0.3
"""Shares of a free text that are rare words one after the other, and rare and common ones in turn; the rest are sentences."""
BETWEEN = (". ", ", ", " and ", "; ", "? ", " - ")
FIRST_WORD, LAST_WORD = 300, 9000
WIDEST = 1000
"""So far beyond the end that a range has does a draw go where the other end is open."""
MOST_REPEATS = 6
EXAMPLE = re.compile(r"(?:such as|e\.g\.|eg\.?|for example|for instance|like|i\.e\.)[\s:,]+([^;()]+)", re.IGNORECASE)


def draw(argument: Argument, role: Role, dice: Dice) -> str:
    """One value; whether the argument may have it is for the caller to see."""
    shown = _shown(argument.description)
    if shown and dice.chance() < SHOWN:
        return dice.pick(shown)
    if argument.pattern is not None:
        said = "" if dice.chance() < BY_PATTERN else draw(replace(argument, pattern=None), role, dice)
        return said if said and re.fullmatch(argument.pattern, said) else _after(argument.pattern, dice)
    if argument.range is not None and dice.chance() >= BY_ROLE:
        return _within(argument, dice)
    if argument.type == "string" and dice.chance() < (ANY_TEXT if role.free else ANY_NAME):
        return _sentence(dice) if role.free else _name(dice)
    return lexicon().values.draw(role.values, dice)


def _name(dice: Dice) -> str:
    """What anything may be called: a person, a firm, a place, a code, a word or a few."""
    kind = dice.chance()
    if kind < CODE:
        return _code(dice)
    if kind < CODE + PROPER:
        drawn = lexicon().values.draw(dice.pick(PROPER_NAMES), dice)
        return " ".join(word if not word.islower() else word.capitalize() for word in drawn.split()) if dice.chance() < 0.8 else drawn
    words = [dice.pick(_words()) for _ in range(1 + dice.below(3))]
    return dice.pick((" ".join(words), " ".join(words).title(), " ".join(words).capitalize(), "-".join(words), "_".join(words)))


def _code(dice: Dice) -> str:
    """A number or sign that a firm gives its things: PK48213, LB-99127, 3f9a, 2024/118."""
    letters = "".join(dice.pick(LETTERS) for _ in range(1 + dice.below(3)))
    digits = "".join(str(dice.below(10)) for _ in range(2 + dice.below(6)))
    code = dice.pick(("{}{}", "{}-{}", "{}{}", "{}_{}", "#{1}", "{1}", "{1}{0}", "{0}/{1}", "{0} {1}")).format(letters, digits)
    return code if dice.chance() < 0.6 else code.lower()


def _sentence(dice: Dice) -> str:
    """A few words one after the other, rare ones or as people mix them; or something that anybody may say, or two such things."""
    kind = dice.chance()
    if kind < RARE_WORDS:
        said = " ".join(dice.pick(_words()) for _ in range(2 + dice.below(7)))
    elif kind < RARE_WORDS + MIXED_WORDS:
        said = " ".join(dice.pick(_common_words() if dice.chance() < 0.5 else _words()) for _ in range(3 + dice.below(9)))
    else:
        said = lexicon().aside_words.draw(dice.pick(lexicon().asides["off_topic"]), dice)
        if dice.chance() < 0.25:
            said += dice.pick(BETWEEN) + lexicon().aside_words.draw(dice.pick(lexicon().asides["off_topic"]), dice)
    return said if dice.chance() < 0.6 else said[0].upper() + said[1:]


@cache
def _words() -> tuple[str, ...]:
    """The words that people use most, but for the commonest, which are what requests themselves are made of."""
    from wordfreq import top_n_list

    listed = top_n_list("en", LAST_WORD)[FIRST_WORD:]
    return tuple(word for word in listed if word.isascii() and word.isalpha() and len(word) > 2)


@cache
def _common_words() -> tuple[str, ...]:
    """The commonest words: text that somebody quotes or writes is made of them too."""
    from wordfreq import top_n_list

    return tuple(word for word in top_n_list("en", FIRST_WORD) if word.isascii())


def _after(pattern: str, dice: Dice) -> str:
    """A text that the pattern matches."""
    from rstr import Rstr

    found: str = Rstr(_AsRandom(dice)).xeger(pattern)
    return found


class _AsRandom:
    """Dice as rstr wants them: Python's Random, with short words where a pattern lets them be of any length."""

    def __init__(self, dice: Dice) -> None:
        self.choice = dice.pick
        self._dice = dice

    def randint(self, first: int, last: int) -> int:
        return first + self._dice.below(min(last - first, MOST_REPEATS) + 1)


def _within(argument: Argument, dice: Dice) -> str:
    """A number between the ends of the range."""
    assert argument.range is not None
    low, high = argument.range
    low = low if low is not None else (high or 0.0) - WIDEST
    high = high if high is not None else low + WIDEST
    if argument.type == "integer":
        return str(int(low) + dice.below(int(high) - int(low) + 1))
    return f"{low + dice.chance() * (high - low):.2f}".rstrip("0").rstrip(".")


@cache
def _shown(description: str) -> tuple[str, ...]:
    """The values that a description gives as examples: "30m" and "2h" of "Only lines newer than this, such as 30m or 2h"."""
    found = EXAMPLE.search(description)
    if not found:
        return ()
    listed = (one.strip().strip("\"'`.") for one in re.split(r",| or | and ", found[1]))
    return tuple(one for one in listed if one and len(one.split()) == 1)
