"""Rows asked of a language model: requests with answers for a tool's schema, or texts for labels."""

from sayso.generate.llm.files import rows_begun
from sayso.generate.llm.generate import Summary, generate_with_llm
from sayso.generate.llm.settings import Settings

__all__ = ["Settings", "Summary", "generate_with_llm", "rows_begun"]
