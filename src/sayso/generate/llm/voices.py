"""Who a batch of texts is written by, drawn for each batch, so that no two are asked for in the same way."""

from __future__ import annotations

from sayso.generate.dice import Dice

PEOPLE = (
    "an engineer with twenty years at the terminal",
    "a student in the first week of a course",
    "a manager who only looks in now and then",
    "somebody on call, at three in the morning",
    "a writer of documentation who likes whole sentences",
    "a person who speaks to a phone while walking",
    "somebody whose first language is another one",
    "a tester who goes through a list",
    "a support agent with a customer on the line",
    "an impatient person with one hand on the keyboard",
    "a careful person who names everything by its full name",
    "somebody who has just come back from a holiday",
    "a newcomer who does not know the proper words yet",
    "an old hand who abbreviates whatever can be abbreviated",
    "a team lead who prepares a meeting",
    "somebody who explains first and asks afterwards",
    "a volunteer with ten minutes to spare",
    "a person who writes as to a friend",
    "somebody who dictates and does not correct",
    "a consultant in somebody else's project",
)
MANNERS = (
    "formal and polite",
    "casual",
    "as short as can be, two to five words",
    "in questions rather than orders",
    "matter-of-fact",
    "friendly and a bit wordy",
    "without capitals or punctuation",
    "telling why before telling what",
    "in the words of daily life instead of technical ones",
    "with the object first and the verb last",
    "by wishes: would like, need, want",
    "in orders: one verb, one object",
)
CARE = (
    "A few of them have a typo or a dropped letter, never in a value.",
    "Spelling is right throughout.",
    "Words are dropped where one can do without: articles, prepositions.",
    "Some have filler words: so, well, um, please, quickly.",
    "Use synonyms: no verb more than three times.",
    "Some leave out all that can be left out; others say everything that there is to say.",
    "Numbers are sometimes written as words.",
    "Mix very short ones with ones of fifteen words and more.",
)


def voice(number: int, seed: int) -> str:
    """The lines that say in whose manner batch `number` is written."""
    dice = Dice(seed, "voice", str(number))
    whose = f"Write as {dice.pick(PEOPLE)} would, {dice.pick(MANNERS)}. {dice.pick(CARE)}"
    return f"{whose} This is batch {number + 1}: others have said the obvious already."
