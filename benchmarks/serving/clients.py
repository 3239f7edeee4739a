"""Clients that ask again as soon as they are answered -> how many answers, of which status, after how long."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Load:
    """What a number of clients saw: the milliseconds of each answer, by its status."""

    seconds: float
    milliseconds: dict[int, list[float]] = field(default_factory=dict)
    broken: int = 0

    def add(self, other: Load) -> None:
        """Take over what was seen at another time."""
        for status, milliseconds in other.milliseconds.items():
            self.milliseconds.setdefault(status, []).extend(milliseconds)
        self.broken += other.broken

    def figures(self) -> dict[str, Any]:
        """Answers a second, how long they took, and what else came back."""
        good = sorted(self.milliseconds.get(200, []))
        refused = sorted(self.milliseconds.get(429, []))
        return {
            "answers_per_second": round(len(good) / self.seconds, 1),
            "p50_ms": _quantile(good, 0.5),
            "p95_ms": _quantile(good, 0.95),
            "p99_ms": _quantile(good, 0.99),
            "refused_p50_ms": _quantile(refused, 0.5),
            "refused_p99_ms": _quantile(refused, 0.99),
            "statuses": dict(Counter({str(status): len(times) for status, times in self.milliseconds.items()})),
            "broken": self.broken,
        }


def run_clients(port: int, path: str, token: str, bodies: Sequence[Any], clients: int, seconds: float, pause: float = 0.0) -> Load:
    """So many clients for so long; each keeps its connection, as programs do, and asks again after so many seconds."""
    load = Load(seconds)
    requests = [_request(path, token, body) for body in bodies]

    async def everybody() -> None:
        end = time.monotonic() + seconds
        await asyncio.gather(*(_client(port, requests, number, end, load, pause) for number in range(clients)))

    asyncio.run(everybody())
    return load


async def _client(port: int, requests: Sequence[bytes], number: int, end: float, load: Load, pause: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.monotonic() < end:
            started = time.perf_counter()
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            status, length = _read_head(head)
            await reader.readexactly(length)
            load.milliseconds.setdefault(status, []).append(1000 * (time.perf_counter() - started))
            number += 1
            if status == 429 or pause:
                await asyncio.sleep(pause or 0.05)  # a client that never waits would only measure how fast it can be refused
    except (OSError, asyncio.IncompleteReadError):
        load.broken += 1
    finally:
        writer.close()


def _request(path: str, token: str, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _read_head(head: bytes) -> tuple[int, int]:
    lines = head.decode("latin-1").split("\r\n")
    length = next((line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")), "0")
    return int(lines[0].split(" ")[1]), int(length)


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else None
