"""Examples: reading, writing, splitting and telling apart the texts a model learns from."""

from sayso.examples.example import Example, RowReader, Value

__all__ = ["Example", "RowReader", "Value"]
