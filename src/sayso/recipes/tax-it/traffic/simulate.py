"""Traffic and experts for a server, made up: to walk the way from zero-shot to a trained model in minutes, before there are real ones.

    python traffic/simulate.py ask traffic/train.jsonl                       # send these texts to the server
    python traffic/simulate.py label traffic/train.jsonl --wrong 0.05        # label what is in the queue as these rows say

The token is in SAYSO_TOKEN: an app's to ask, an expert's to label (`sayso token create --role expert --name anna`).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TEXTS_A_REQUEST = 20
ITEMS_AT_ONCE = 20


def main() -> None:
    """Read the command line, and ask or label."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("ask", "label"))
    parser.add_argument("rows", type=Path, help="JSONL with text and intent, as `sayso generate --project traffic` makes it")
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--most", type=int, default=1_000_000, help="so many texts at most")
    parser.add_argument("--per-second", type=float, default=0, help="ask no faster than that; 0: as fast as it goes")
    parser.add_argument("--wrong", type=float, default=0.0, help="label so large a share wrongly, as people do")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    token = os.environ.get("SAYSO_TOKEN") or sys.exit("set SAYSO_TOKEN to a token of the server")
    server = Server(given.server, token)
    rows = [json.loads(line) for line in given.rows.read_text("utf-8").splitlines()]
    dice = random.Random(given.seed)
    if given.what == "ask":
        dice.shuffle(rows)
        print(f"{ask(server, [row['text'] for row in rows[: given.most]], given.per_second)} texts asked")
    else:
        print(f"{label(server, rows, given.most, given.wrong, dice)} texts labelled")


class Server:
    """A server and who asks it."""

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address, token

    def post(self, path: str, document: dict[str, Any]) -> Any:
        """The answer to one request; what is refused ends the program with the reason."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._address + path, json.dumps(document).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            sys.exit(f"{path}: {error.code} {error.read().decode()}")
        except urllib.error.URLError as error:
            sys.exit(f"{self._address} does not answer: {error.reason}")


def ask(server: Server, texts: Sequence[str], per_second: float = 0) -> int:
    """Send the texts, twenty at a time; how many."""
    for start in range(0, len(texts), TEXTS_A_REQUEST):
        some = texts[start : start + TEXTS_A_REQUEST]
        server.post("/v1/classify", {"texts": some})
        if per_second:
            time.sleep(len(some) / per_second)
    return len(texts)


def label(server: Server, rows: Sequence[dict[str, Any]], most: int, wrong: float, dice: random.Random) -> int:
    """Label what is in the queue with what these rows say of it, but for a share; how many. What they do not know is left to others."""
    truth = {row["text"]: row["intent"] for row in rows}
    labels = sorted(set(truth.values()))
    done, seen = 0, set[int]()
    while done < most:
        taken = server.post("/api/v1/labeling/take", {"count": ITEMS_AT_ONCE})["items"]
        fresh = [item for item in taken if item["query_id"] not in seen]
        if not fresh:
            break
        for item in fresh[: most - done]:
            seen.add(item["query_id"])
            if item["text"] not in truth:
                server.post(f"/api/v1/labeling/skip/{item['query_id']}", {})
                continue
            intent = dice.choice(labels) if dice.random() < wrong else truth[item["text"]]
            server.post("/api/v1/labeling/label", {"query_id": item["query_id"], "expert_intent": intent})
            done += 1
    return done


if __name__ == "__main__":
    main()
