"""The artifact `sft` -> the artifact `preferences`: pairs of the right answer and a wrong one that the model itself has written.

Near misses come first: the right command with a wrong flag or value, then a command where a question is due or the other way round.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.clischema import Schema
from sayso.clischema.same import path_of, same_answer
from sayso.errors import UsageError
from sayso.examples import read_split
from sayso.examples.answers import Answered, answered, every_nth
from sayso.network.causal import NETWORK, load_causal
from sayso.network.libraries import quiet_libraries
from sayso.project import Project
from sayso.runtime.prompt import Prompt, Prompter
from sayso.runtime.written import answer_in_json
from sayso.train.stage import device_for

PAIRS = "pairs.jsonl"
NEAREST_FIRST = (
    "wrong parts",
    "command instead of a question",
    "question instead of a command",
    "wrong question",
    "wrong command",
    "unreadable",
)
"""The kinds of wrong answers, in the order in which they are worth learning from."""
AT_ONCE = 8


@dataclass(frozen=True)
class Pair:
    """A request with the answer to prefer, the one to avoid, and what is wrong with that."""

    request: str
    chosen: str
    rejected: str
    wrong: str


def prefer(
    project: Project, sft: Artifact, data: Artifact, out: Path, *, device: str = "auto", progress: Progress = no_progress
) -> Artifact:
    """Let the fine-tuned model answer training requests, several times each, and keep what it got wrong beside what is right."""
    settings = project.llm.dpo
    if settings is None or project.tool is None:
        raise UsageError("this project learns nothing from preferences: `llm.dpo` is off in sayso.yaml")
    rows = list(answered(project.tool, read_split(data, "train", project.heads)))
    asked = every_nth(rows, settings.requests)
    progress("loading the fine-tuned model", 0, 0)
    with quiet_libraries():
        import torch

        torch.manual_seed(settings.seed)
        causal = load_causal(sft.path / NETWORK, device_for(device))
        prompter = Prompter(Prompt.from_spec(sft.manifest["prompt"]), project.tool)
        found: dict[tuple[str, str], Pair] = {}
        wrong = Counter[str]()
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            written = causal.write([prompter(row.request) for row in some], temperature=settings.temperature, samples=settings.samples)
            for row, texts in zip(some, written, strict=True):
                for pair in pairs_of(project.tool, row, texts):
                    wrong[pair.wrong] += (pair.request, pair.rejected) not in found
                    found.setdefault((pair.request, pair.rejected), pair)
            progress(f"answering: {len(found)} wrong answers", min(start + AT_ONCE, len(asked)), len(asked))
            if wrong[NEAREST_FIRST[0]] >= settings.pairs:
                break
    kept = nearest_first(found.values())[: settings.pairs]
    with new_artifact(out, "preferences", inputs={"sft": sft, "data": data}) as draft:
        with open(draft.path / PAIRS, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pair in kept)
        draft.facts |= {
            "pairs": len(kept),
            "found": dict(wrong),
            "kept": dict(Counter(pair.wrong for pair in kept)),
            "requests": len(asked),
            "settings": settings.model_dump(mode="json"),
        }
    return open_artifact(out, "preferences")


def pairs_of(schema: Schema, row: Answered, texts: Iterable[str]) -> list[Pair]:
    """The row's right answer beside each different wrong one."""
    truth = row.example.output or {"type": "none"}
    pairs = []
    for text in dict.fromkeys(texts):
        wrong = what_is_wrong(truth, answer_in_json(schema, text, row.example.context))
        if wrong and text and text != row.answer:
            pairs.append(Pair(row.request, row.answer, text, wrong))
    return pairs


def what_is_wrong(truth: Mapping[str, Any], answer: Mapping[str, Any]) -> str | None:
    """The kind of mistake; None for an answer that is right. A value that is asked for counts as its command without it."""
    if answer["type"] == "unreadable":
        return "unreadable"
    true_command, command = (one["type"] == "command" or one.get("kind") == "missing_argument" for one in (truth, answer))
    if true_command and command:
        if path_of(truth) != path_of(answer):
            return "wrong command"
        return None if same_answer(truth, answer) and truth.get("argument") == answer.get("argument") else "wrong parts"
    if command:
        return "command instead of a question"
    if true_command:
        return "question instead of a command"
    return None if truth.get("kind") == answer.get("kind") else "wrong question"


def nearest_first(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs, near misses first; of one kind in the order in which they were found."""
    return sorted(pairs, key=lambda pair: NEAREST_FIRST.index(pair.wrong))


def read_pairs(made: Artifact) -> list[Pair]:
    """The pairs of a finished artifact."""
    lines = (made.path / PAIRS).read_text(encoding="utf-8").splitlines()
    return [Pair(**json.loads(line)) for line in lines]


def requests_of(pairs: Sequence[Pair]) -> list[str]:
    """The different requests that the pairs are about."""
    return list(dict.fromkeys(pair.request for pair in pairs))
