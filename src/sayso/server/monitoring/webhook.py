"""A change that somebody should know of -> a POST of JSON, tried again for a quarter of an hour."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import httpx2
import structlog

from sayso.server.monitoring.outbox import Outbox

PAUSES = (0, 1, 5, 30, 120, 600)
"""Seconds before each attempt."""
SECONDS_TO_ANSWER = 10
MOST_WAITING = 100
log = structlog.get_logger("sayso.server")


class Webhook:
    """Tells one address. The JSON has a sentence under `text`, which is what Slack, Mattermost and their like show."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._closing = threading.Event()
        self._outbox: Outbox[Mapping[str, Any]] = Outbox("sayso-webhook", self._post, MOST_WAITING)

    def tell(self, what: Mapping[str, Any]) -> None:
        """Have it sent."""
        self._outbox.put(what)

    def close(self, seconds: float) -> None:
        """Try what is waiting once more, for so long at most."""
        self._closing.set()
        self._outbox.close(seconds)

    def _post(self, what: Mapping[str, Any]) -> None:
        reason = ""
        for pause in PAUSES:
            if pause and self._closing.wait(pause):
                break
            try:
                httpx2.post(self._url, json=what, timeout=SECONDS_TO_ANSWER).raise_for_status()
            except httpx2.HTTPError as error:
                reason = type(error).__name__ if not isinstance(error, httpx2.HTTPStatusError) else str(error.response.status_code)
            else:
                return
        log.error("webhook_not_delivered", reason=reason, what=dict(what))
