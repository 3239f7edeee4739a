"""What a server captures of an answer."""

from __future__ import annotations

from sayso.server.labeling.items import put_captured


def record(text: str, **given: object) -> dict[str, object]:
    """A record as the spool holds it."""
    told = {
        "reason": "unsure",
        "weight": 1.0,
        "head": "intent",
        "label": "a",
        "confidence": 0.4,
        "scores": {"intent": {"a": 0.4, "b": 0.3}},
    }
    return {"text": text, **told, "version": "m@1", "request_id": "r", "position": 0, "at": "2026-11-21T12:00:00+00:00", **given}


def put(transaction, records) -> None:
    """Into the items, with one opinion wanted of each."""
    put_captured(transaction, records, 0.0)
