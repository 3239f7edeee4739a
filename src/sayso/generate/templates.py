"""A folder of templates -> Templates that know their labels, their file and line, and the grammar they are read with.

The layout is Home Assistant's: `sentences/<language>/<label>/*.yaml`, `rules/<language>/*.yaml`, `lists/<language>/*.yaml`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.errors import TemplateError, nearest
from sayso.generate.grammar import Grammar
from sayso.generate.homeassistant import default_slots
from sayso.generate.slots import Slot, slot_from_yaml
from sayso.yamlfile import YamlFile, read_yaml


@dataclass(frozen=True)
class Template:
    """One way to put something. `label` is the folder's name; `labels` is what its block says of other heads."""

    text: str
    label: str
    labels: Mapping[str, Any]
    weight: float
    language: str
    path: Path
    line: int
    grammar: Grammar

    @property
    def id(self) -> str:
        """The name of the group of all rows made from it; it changes with the template's text, not with its place."""
        return f"{self.language}/{self.label}/{hashlib.sha256(self.text.encode()).hexdigest()[:10]}"

    def count(self) -> int:
        """How many texts it can give, at most."""
        return self.grammar.count(self.text)


def read_templates(folder: Path, language: str) -> list[Template]:
    """All templates of one language in a folder, each checked: a TemplateError names file and line."""
    if not (folder / "sentences" / language).is_dir():
        known = sorted(path.name for path in (folder / "sentences").glob("*") if path.is_dir())
        if not folder.is_dir():
            raise TemplateError("this folder is missing", folder)
        hint = f"; its languages are {', '.join(known)}" if known else "; expected sentences/<language>/<label>/*.yaml in it"
        raise TemplateError(f"this folder has no templates for the language {language!r}{hint}", folder)
    files = [file for part in ("lists", "rules", "sentences") for file in _files(folder / part / language)]
    rules, slots = _shared(files)
    grammar = Grammar(rules, slots)
    blocks = [block for file in files for block in _blocks(file, folder / "sentences" / language)]
    missing = _slots_without_a_list(blocks, grammar)
    if missing:
        examples = [(block.sentences, block.example) for block in blocks if block.example]
        slots = {**default_slots(set(missing), language, grammar, examples), **slots}
        _refuse_unknown_slots(missing, slots, language)
        grammar = Grammar(rules, slots)
    return [template for block in blocks for template in _templates(block, language, grammar)]


@dataclass(frozen=True)
class _Block:
    """An entry of `data`: sentences that share a label, a weight and rules of their own."""

    file: YamlFile
    place: tuple[str | int, ...]
    label: str
    value: Mapping[str, Any]

    @property
    def sentences(self) -> list[str]:
        return [str(sentence) for sentence in self.value.get("sentences") or ()]

    @property
    def example(self) -> str:
        return str(self.value.get("example") or "")

    def line(self, index: int) -> int:
        return self.file.line_of([*self.place, "sentences", index])


def _files(folder: Path) -> list[YamlFile]:
    files = [read_yaml(path, TemplateError) for path in sorted(folder.rglob("*.yaml"))]
    for file in files:
        if file.value is not None and not isinstance(file.value, dict):
            raise TemplateError("expected a mapping with `data`, `lists` or `expansion_rules`", file.path, 1)
        said = (file.value or {}).get("language")
        if said is not None and str(said)[:2] != folder.name[:2]:
            line = file.line_of(["language"])
            raise TemplateError(f"this says language {said!r}, and lies in the folder of {folder.name!r}", file.path, line)
    return [file for file in files if file.value]


def _shared(files: list[YamlFile]) -> tuple[dict[str, str], dict[str, Slot]]:
    """The rules and lists that every template of the language may use."""
    rules: dict[str, str] = {}
    slots: dict[str, Slot] = {}
    for file in files:
        rules |= {str(name): str(body) for name, body in (file.value.get("expansion_rules") or {}).items()}
        for name, entry in (file.value.get("lists") or {}).items():
            try:
                slot = slot_from_yaml(entry)
            except ValueError as error:
                raise TemplateError(f"the list {name!r}: {error}", file.path, file.line_of(["lists", str(name)])) from None
            if slot is not None:
                slots[str(name)] = slot
    return rules, slots


def _blocks(file: YamlFile, sentences: Path) -> Iterator[_Block]:
    """The blocks of a file: under `data` with the folder as label, or under `intents` with the label as key."""
    if not file.path.is_relative_to(sentences):
        return
    for label, intent in (file.value.get("intents") or {}).items():
        yield from _data(file, ("intents", str(label), "data"), str(label), (intent or {}).get("data"))
    if "data" in file.value:
        label = file.path.relative_to(sentences).parts[0]
        yield from _data(file, ("data",), label.removesuffix(".yaml"), file.value["data"])


def _data(file: YamlFile, place: tuple[str | int, ...], label: str, data: Any) -> Iterator[_Block]:
    if not isinstance(data, list):
        raise TemplateError("`data` is a list of blocks with `sentences`", file.path, file.line_of(place))
    for index, value in enumerate(data):
        block = _Block(file, (*place, index), label, value)
        if not isinstance(value, dict) or not isinstance(value.get("sentences"), list):
            raise TemplateError("a block has a list of `sentences`", file.path, file.line_of(block.place))
        yield block


def _refuse_unknown_slots(missing: Mapping[str, tuple[Path, int]], known: Mapping[str, Slot], language: str) -> None:
    unknown = [name for name in missing if name not in known]
    if unknown:
        name = unknown[0]
        more = f" (and the same for {', '.join(unknown[1:])})" if unknown[1:] else ""
        raise TemplateError(
            f"the slot {{{name}}} has no list{nearest(name, known)} Or add `lists: {{{name}: {{values: [...]}}}}` to a file "
            f"under lists/{language}{more}",
            *missing[name],
        )


def _slots_without_a_list(blocks: list[_Block], grammar: Grammar) -> dict[str, tuple[Path, int]]:
    """The slots that no list fills, each with the first place where it stands."""
    found: dict[str, tuple[Path, int]] = {}
    for block in blocks:
        for index, sentence in enumerate(block.sentences):
            with_block = _grammar_of(block, grammar)
            try:
                for name in sorted(with_block.slots_of(sentence) - with_block.slots.keys()):
                    found.setdefault(name, (block.file.path, block.line(index)))
            except TemplateError as error:
                raise TemplateError(str(error), block.file.path, block.line(index)) from None
    return found


def _grammar_of(block: _Block, grammar: Grammar) -> Grammar:
    """The language's grammar, with what the block adds to it."""
    if "expansion_rules" not in block.value and "lists" not in block.value:
        return grammar
    try:
        own = {name: slot for name, entry in (block.value.get("lists") or {}).items() if (slot := slot_from_yaml(entry)) is not None}
    except ValueError as error:
        raise TemplateError(f"a list of this block: {error}", block.file.path, block.file.line_of(block.place)) from None
    return Grammar({**grammar.rules, **(block.value.get("expansion_rules") or {})}, {**grammar.slots, **own})


def _templates(block: _Block, language: str, grammar: Grammar) -> Iterator[Template]:
    grammar = _grammar_of(block, grammar)
    weight = block.value.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight > 0:
        raise TemplateError(f"`weight` must be a number above 0, found {weight!r}", block.file.path, block.file.line_of(block.place))
    for index, sentence in enumerate(block.sentences):
        line = block.line(index)
        try:
            grammar.check(sentence)
        except TemplateError as error:
            raise TemplateError(str(error), block.file.path, line) from None
        yield Template(sentence, block.label, block.value.get("labels") or {}, float(weight), language, block.file.path, line, grammar)
