"""What Home Assistant leaves to the running system: the household's names, areas and numbers, for slots that have no list.

Numbers come from the ranges that Home Assistant uses. Words come from `household.yaml` for the languages it knows; for any
other language they are harvested from the `example:` lines of the templates, which hassil matches with the templates themselves;
a slot of Home Assistant's that no example shows gets the English words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sayso.errors import TemplateError
from sayso.generate.dice import Dice
from sayso.generate.grammar import Grammar
from sayso.generate.slots import Range, Slot, Words
from sayso.yamlfile import read_yaml

HOUSEHOLD = Path(__file__).parent / "household.yaml"

RANGES = {
    "temperature": Range(5, 35),
    "brightness": Range(0, 100),
    "position": Range(0, 100),
    "percentage": Range(0, 100),
    "volume": Range(0, 100),
    "volume_level": Range(0, 100),
    "volume_step": Range(1, 50),
    "volume_step_up": Range(1, 50),
    "volume_step_down": Range(1, 50),
    "fan_speed": Range(0, 100),
    "humidity": Range(0, 100),
    "color_temperature": Range(1500, 6500, 100),
    "timer_seconds": Range(1, 100),
    "timer_minutes": Range(1, 100),
    "timer_hours": Range(1, 24),
    "timer_half": Range(30, 30),
}


def default_slots(missing: set[str], language: str, grammar: Grammar, examples: Sequence[tuple[list[str], str]]) -> dict[str, Slot]:
    """A slot for each missing name that anything is known of."""
    known: dict[str, Slot] = {name: RANGES[name] for name in missing if name in RANGES}
    household = {name: Words(tuple(values)) for name, values in _household(language).items() if name in missing - known.keys()}
    known |= household
    left = missing - known.keys()
    known |= _harvest(left, grammar, known, language, examples)
    known |= {name: Words(tuple(values)) for name, values in _household("en").items() if name in left - known.keys()}
    return known


@cache
def _household(language: str) -> dict[str, list[str]]:
    households = read_yaml(HOUSEHOLD, TemplateError).value
    return dict(households.get(language.split("-")[0].split("_")[0], {}))


def _harvest(
    wanted: set[str], grammar: Grammar, known: dict[str, Slot], language: str, examples: Sequence[tuple[list[str], str]]
) -> dict[str, Slot]:
    """The values that the templates' own examples have in the wanted slots."""
    if not wanted:
        return {}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    lists = {name: _as_hassil_list(slot) for name, slot in {**grammar.slots, **known}.items()}
    lists |= {name: {"wildcard": True} for name in wanted}
    for sentences, example in examples:
        for name, value in _recognized(sentences, example, grammar, lists, language):
            if name in wanted:
                found[name][value] = None
    return {name: Words(tuple(values)) for name, values in found.items()}


def _recognized(sentences: list[str], example: str, grammar: Grammar, lists: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """The slots of `example`, as the first sentence that matches it finds them."""
    from hassil import Intents, recognize

    unnamed = [_without_slot_names(sentence) for sentence in sentences]
    document = {
        "language": language,
        "intents": {"Any": {"data": [{"sentences": unnamed}]}},
        "lists": lists,
        "expansion_rules": dict(grammar.rules),
    }
    result = recognize(example, Intents.from_dict(document))
    return [(name, str(entity.text).strip()) for name, entity in result.entities.items()] if result else []


def _without_slot_names(sentence: str) -> str:
    """`{area:preferred_area}` as `{area}`: what is found is then filed under the list's name."""
    return re.sub(r"\{([^:}]+):[^}]*\}", r"{\1}", sentence)


def _as_hassil_list(slot: Slot) -> dict[str, Any]:
    if isinstance(slot, Words):
        return {"values": list(slot.values)}
    if isinstance(slot, Range):
        return {"range": {"from": slot.start, "to": slot.stop}}
    return {"values": [slot.draw(Dice(0, str(number))) for number in range(100)]}
