"""Templates -> rows: as many texts a label as asked, none twice, spread over the label's templates by weight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sayso.artifacts import Progress
from sayso.errors import TemplateError, nearest
from sayso.examples import Example, Value
from sayso.generate.augment import vary
from sayso.generate.dice import Dice
from sayso.generate.templates import Template
from sayso.project import Generate, Head

TRIES = 20
"""So many draws in a row that only repeat what is there mean that a template has given all it can."""
HEAVIEST = 20.0
"""The most that a row of a narrow label weighs."""


@dataclass(frozen=True)
class Yield:
    """What a template gave, and how many different texts it could give at most."""

    template: Template
    possible: int
    rows: int


def sample(
    templates: Sequence[Template], heads: Mapping[str, Head], settings: Generate, progress: Progress
) -> tuple[list[Example], list[Yield]]:
    """As many different texts of every label as asked; a TemplateError when its templates cannot give that many.

    Where fewer are allowed, a label's rows weigh more in training the fewer they are.
    """
    by_label: dict[str, list[Template]] = defaultdict(list)
    for template in templates:
        by_label[template.label].append(template)
    examples: list[Example] = []
    yields: list[Yield] = []
    for number, (label, own) in enumerate(by_label.items()):
        progress(f"generating {label}", number, len(by_label))
        texts = _texts_of(label, own, settings)
        weight = min(HEAVIEST, settings.samples_per_label / max(1, sum(map(len, texts.values()))))
        for template in {template.id: template for template in own}.values():
            yields.append(Yield(template, template.count(), len(texts[template.id])))
            rows = (_row(text, template, heads, settings.seed) for text in texts[template.id])
            examples += [replace(row, weight=round(weight, 2)) for row in rows]
    return examples, yields


def augment(examples: Sequence[Example], ratio: float, seed: int) -> list[Example]:
    """The same rows, a share of them varied; never into a text that another row has."""
    taken = {_key(example.text) for example in examples}
    varied: list[Example] = []
    for example in examples:
        dice = Dice(seed, "vary", example.text)
        if dice.chance() < ratio:
            example = _varied(example, dice, taken)
        varied.append(example)
    return varied


def _varied(example: Example, dice: Dice, taken: set[str]) -> Example:
    for _ in range(TRIES):
        result = vary(example.text, example.lang or "", dice)
        if result and result[0] != example.text and (_key(result[0]) not in taken or _key(result[0]) == _key(example.text)):
            taken.add(_key(result[0]))
            return replace(example, text=result[0], source=f"{example.source}+{result[1]}")
    return example


def _texts_of(label: str, templates: Sequence[Template], settings: Generate) -> dict[str, list[str]]:
    """The texts of each template, by its id. What narrow templates cannot give, the others give more of."""
    wanted = settings.samples_per_label
    streams = {template.id: Dice(settings.seed, template.id) for template in templates}
    texts: dict[str, list[str]] = {template.id: [] for template in templates}
    taken: set[str] = set()
    able = list({template.id: template for template in templates}.values())
    missing = wanted
    while missing and able:
        shares = _shares(able, missing)
        able = [template for template in able if _draw(template, shares[template.id], streams[template.id], texts[template.id], taken)]
        missing = wanted - len(taken)
    if missing and not settings.allow_fewer:
        possible = sum(template.count() for template in templates)
        raise TemplateError(
            f"the label {label!r} is asked for {wanted} different texts, and its {len(templates)} templates give {len(taken)} "
            f"(counted: at most {possible}); write more templates or longer lists for it, lower `generate.samples_per_label`, or set "
            "`generate.allow_fewer: true`",
            templates[0].path,
        )
    return texts


def _draw(template: Template, wanted: int, dice: Dice, texts: list[str], taken: set[str]) -> bool:
    """Add `wanted` new texts of a template; False if it can give no more."""
    misses = 0
    while wanted and misses < TRIES * 5:
        text = template.grammar.draw(template.text, dice)
        if not text or _key(text) in taken:
            misses += 1
            continue
        taken.add(_key(text))
        texts.append(text)
        wanted -= 1
        misses = 0
    return not wanted


def _shares(templates: Sequence[Template], wanted: int) -> dict[str, int]:
    """`wanted` shared out by weight; what does not divide goes to the first of them."""
    total = sum(template.weight for template in templates)
    shares = {template.id: int(wanted * template.weight / total) for template in templates}
    for template in templates[: wanted - sum(shares.values())]:
        shares[template.id] += 1
    return shares


def _row(text: str, template: Template, heads: Mapping[str, Head], seed: int) -> Example:
    dice = Dice(seed, "labels", template.id, text)
    main = next((name for name, head in heads.items() if head.type == "choice"), None)
    given = {main: template.label, **template.labels} if main else template.labels
    labels = {name: _value(name, value, heads, template, dice) for name, value in given.items()}
    return Example(text, labels, source="template", group=template.id, lang=template.language)


def _value(name: str, value: Any, heads: Mapping[str, Head], template: Template, dice: Dice) -> Value:
    """What a template says of one head: a label, several, a number, or a range that a number is drawn from."""
    if name not in heads:
        raise TemplateError(f"there is no head {name!r}{nearest(name, heads)}", template.path, template.line)
    head = heads[name]
    if head.type == "score":
        low, high = value if isinstance(value, list) else (value, value)
        return float(round(low + (high - low) * dice.chance(), 4))
    if head.type == "spans":
        told = f"`labels` cannot tell which pieces of a text {name!r} marks; give rows that do, as a source with `examples`"
        raise TemplateError(told, template.path, template.line)
    for label in _listed(value):
        if label not in head.labels:
            raise TemplateError(f"{label!r} is not a label of {name!r}{nearest(str(label), head.labels)}", template.path, template.line)
    return tuple(_listed(value)) if head.type == "tags" else str(value)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
