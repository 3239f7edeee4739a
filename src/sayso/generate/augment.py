"""A text -> the same text as somebody else would type it: typos, casing, politeness, contractions, word order, dropped articles.

Every variation keeps what is meant. Which ones fit depends on the language; typos, casing and punctuation fit all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sayso.generate.dice import Dice

Variation = Callable[[str, str, Dice], str]

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SHORTEST_TO_MISTYPE = 4

ARTICLES = {"en": r"\b(?:the|a|an)\s+", "it": r"\b(?:il|lo|la|i|gli|le|un|uno|una)\s+|\b(?:l|un)'(?=\w)"}

POLITE: Mapping[str, tuple[str, ...]] = {
    "en": ("please {}", "{} please", "{}, please", "hey, {}", "ok {}", "{} thanks", "{}, thanks", "hi, {}", "{} pls", "hey {}", "so, {}"),
    "it": (
        "per favore {}",
        "{} per favore",
        "{}, per favore",
        "ehi, {}",
        "ok {}",
        "{}, grazie",
        "{} grazie",
        "ciao, {}",
        "{} per piacere",
        "scusa, {}",
    ),
}

CONTRACTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("what is", "what's"), ("where is", "where's"), ("who is", "who's"), ("how is", "how's"), ("that is", "that's"),
        ("it is", "it's"), ("there is", "there's"), ("i am", "i'm"), ("i would", "i'd"), ("i have", "i've"), ("do not", "don't"),
        ("does not", "doesn't"), ("is not", "isn't"), ("are not", "aren't"), ("cannot", "can't"), ("can not", "can't"),
        ("what are", "what're"), ("let us", "let's"), ("i will", "i'll"), ("want to", "wanna"), ("going to", "gonna"), ("you", "u"),
        ("please", "pls"), ("what's", "whats"), ("where's", "wheres"),
    ),
    "it": (
        ("che cosa", "cosa"), ("dove è", "dov'è"), ("cosa è", "cos'è"), ("per favore", "x favore"), ("perché", "xké"), ("qual è", "qual'è"),
    ),
}  # fmt: skip

MOVABLE = {"en": r"(?:in|inside|within|under|across|on|at)", "it": r"(?:in|nel|nella|nello|sul|sulla|al|alla)"}


def typo(text: str, language: str, dice: Dice) -> str:
    """One slip of the finger in a word that stays readable."""
    words = [match for match in re.finditer(r"[^\W\d_]+", text) if len(match[0]) >= SHORTEST_TO_MISTYPE]
    if not words:
        return text
    word = dice.pick(words)
    at = word.start() + 1 + dice.below(len(word[0]) - 2)
    before, letter, after = text[:at], text[at], text[at + 1 :]
    match dice.below(4):
        case 0:
            return before + _neighbour(letter, dice) + after
        case 1:
            return before + after
        case 2:
            return before + letter + letter + after
        case _:
            return before + after[0] + letter + after[1:] if after else text


def casing(text: str, language: str, dice: Dice) -> str:
    """Written in small letters, shouted, or begun with a capital."""
    return dice.pick((str.lower, str.lower, str.upper, _capitalized, _capitalized))(text)


def politeness(text: str, language: str, dice: Dice) -> str:
    """With a please, a thanks or a hello around it."""
    return dice.pick(POLITE[language]).format(text)


def contractions(text: str, language: str, dice: Dice) -> str:
    """`what is` as `what's`, or the other way round."""
    pairs = [pair for long, short in CONTRACTIONS[language] for pair in ((long, short), (short, long))]
    found = [(old, new) for old, new in pairs if re.search(_word(old), text, re.IGNORECASE)]
    if not found:
        return text
    old, new = dice.pick(found)
    return re.sub(_word(old), new, text, count=1, flags=re.IGNORECASE)


def word_order(text: str, language: str, dice: Dice) -> str:
    """Where something is, said first instead of last."""
    match = re.fullmatch(rf"(\S+ .*\S) ({MOVABLE[language]} (?:\S+ ){{0,3}}\S+?)([?.!]?)", text)
    return f"{match[2]}{dice.pick((' ', ', '))}{match[1]}{match[3]}" if match else text


def articles(text: str, language: str, dice: Dice) -> str:
    """Without its articles, as in a search box."""
    return re.sub(ARTICLES[language], "", text, flags=re.IGNORECASE).strip()


def punctuation(text: str, language: str, dice: Dice) -> str:
    """With another ending, or none."""
    bare = text.rstrip("?.! ")
    return bare + dice.pick(("", "?", ".", "!", "??", "...")) if bare else text


ANYWHERE: dict[str, Variation] = {"typo": typo, "casing": casing, "punctuation": punctuation}
BY_LANGUAGE: dict[str, Variation] = {
    "politeness": politeness,
    "contractions": contractions,
    "word order": word_order,
    "articles": articles,
}


def vary(text: str, language: str, dice: Dice) -> tuple[str, str] | None:
    """The text varied in one way, and the way's name; None if the way that was drawn does not fit the text."""
    ways = ANYWHERE | (BY_LANGUAGE if language in POLITE else {})
    name = dice.pick(list(ways))
    varied = ways[name](text, language, dice).strip()
    return (varied, name) if varied and varied != text else None


def _neighbour(letter: str, dice: Dice) -> str:
    """A key next to this one; letters that no QWERTY keyboard has stay."""
    for row in ROWS:
        at = row.find(letter.lower())
        if at >= 0:
            beside = dice.pick([row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)])
            return beside.upper() if letter.isupper() else beside
    return letter


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _word(text: str) -> str:
    return rf"(?<![\w']){re.escape(text)}(?![\w'])"
