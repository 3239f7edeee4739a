"""Whatever a caller gives -> a list of texts that a tokenizer can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sayso.errors import UsageError


def list_of_texts(texts: Iterable[str]) -> list[str]:
    """The texts, or a UsageError that shows what was given instead of one."""
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        raise UsageError(f"expected a text or a list of texts, not {type(texts).__name__}: {texts!r:.60}")
    listed = list(texts)
    for position, text in enumerate(listed):
        if not isinstance(text, str):
            raise UsageError(f"item {position} of the list is {type(text).__name__}, not text: {text!r:.60}")
    return listed


def well_formed(text: str) -> str:
    """Halves of a surrogate pair joined, lone ones replaced by U+FFFD, as every JavaScript runtime does."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
