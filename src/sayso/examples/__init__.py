"""Examples: reading, writing, splitting and telling apart the texts a model learns from."""

from sayso.examples.duplicates import near_duplicates, normal_form
from sayso.examples.example import Example, RowReader, Value
from sayso.examples.files import read_examples, write_examples
from sayso.examples.splits import group_of, read_split, split_by_group, write_splits

__all__ = [
    "Example",
    "RowReader",
    "Value",
    "group_of",
    "near_duplicates",
    "normal_form",
    "read_examples",
    "read_split",
    "split_by_group",
    "write_examples",
    "write_splits",
]
