"""Settings: whom to ask, for how much, and what it may cost."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sayso.errors import UsageError

KEYS = ("SAYSO_LLM_KEY", "OPENAI_API_KEY")
NO_KEY = "none"
"""What is sent as the key to a server that asks for none."""
TOKENS_A_ROW, TOKENS_AROUND = 200, 300


@dataclass(frozen=True)
class Settings:
    """`num` rows are wanted in all, `batch` at once; prices are in USD per million tokens.

    When `give_up_after` batches in a row bring nothing that can be kept, the work ends.
    """

    url: str
    model: str
    num: int = 3000
    batch: int = 20
    concurrency: int = 4
    price_in: float = 0.0
    price_out: float = 0.0
    max_cost: float | None = None
    max_tokens: int | None = None
    timeout: float = 120.0
    retries: int = 8
    give_up_after: int = 10
    seed: int | None = None
    force: bool = False

    def __post_init__(self) -> None:
        if not self.url or not self.model:
            what, option = ("server", "url") if not self.url else ("model", "model")
            raise UsageError(f"no {what} to ask: give --llm-{option} or set SAYSO_LLM_{option.upper()}")
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise UsageError(f"{self.url!r} is no address of a server; one looks like http://127.0.0.1:8000/v1")
        if min(self.num, self.batch, self.concurrency) < 1:
            raise UsageError("--num, --batch and --concurrency are at least 1")
        if self.max_cost is not None and not (self.price_in or self.price_out):
            raise UsageError("--max-cost cannot be kept without prices: give --price-in and --price-out, in USD per million tokens")

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def longest(self) -> int:
        """So many tokens an answer may have."""
        return self.max_tokens or self.batch * TOKENS_A_ROW + TOKENS_AROUND

    def key(self, environment: Mapping[str, str] = os.environ) -> str:
        """The key to show; a server on this machine gets along without."""
        for name in KEYS:
            if environment.get(name):
                return environment[name]
        if self.is_here:
            return NO_KEY
        raise UsageError(f"no key for {self.url}: set {KEYS[0]} (to anything, if the server wants none)")
