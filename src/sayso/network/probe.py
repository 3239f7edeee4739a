"""How fast a network learns, reads and writes on this machine: a few batches of rows, measured; and what there is to run it on."""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sayso.artifacts import Progress
from sayso.network.causal import Causal
from sayso.network.model import NO_CHOICE, EncoderWithHeads
from sayso.project import Head

LEAST, MOST = 2, 12
"""So many batches are measured, after one that warms up."""
Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Pace:
    """Seconds for a batch of `rows`: to learn from it, to only read it; and for a step of the optimizer."""

    rows: int
    learn: float
    read: float
    step: float


def accelerators() -> list[dict[str, Any]]:
    """The devices beside the processor that torch can use, with their memory in bytes where it is their own."""
    found: list[dict[str, Any]] = []
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        free, total = torch.cuda.mem_get_info(number)
        found.append({"kind": "cuda", "name": torch.cuda.get_device_name(number), "memory": total, "free_memory": free})
    if torch.backends.mps.is_available():
        found.append({"kind": "mps", "name": "Apple GPU, with the machine's own memory", "memory": None, "free_memory": None})
    return found


def text_batches(tokenizer: Any, heads: Mapping[str, Head], texts: Sequence[str], size: int, max_length: int) -> list[Batch]:
    """Texts as an encoder is given them, with labels that are all the first."""
    batches = []
    for some in _by(size, texts):
        batch: Batch = dict(tokenizer(list(some), truncation=True, max_length=max_length, padding=True, return_tensors="pt"))
        rows, length = batch["input_ids"].shape
        for name, head in heads.items():
            batch[f"label_{name}"] = {
                "choice": torch.zeros(rows, dtype=torch.long),
                "tags": torch.zeros(rows, len(head.labels)),
                "score": torch.full((rows,), 0.5),
                "spans": torch.zeros(rows, length, dtype=torch.long),
            }[head.type]
        batches.append(batch | {"weight": torch.ones(rows)})
    return batches


def embedded(model: EncoderWithHeads, batches: Sequence[Batch]) -> list[Batch]:
    """The batches with made-up states of a layer below instead of token ids, as they are given to layers above frozen ones."""
    width = int(model.encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
    kept = ({name: value for name, value in batch.items() if name not in ("input_ids", "token_type_ids")} for batch in batches)
    return [batch | {"inputs_embeds": torch.randn(*batch["attention_mask"].shape, width)} for batch in kept]


def answer_batches(causal: Causal, rows: Sequence[tuple[str, str]], size: int) -> list[Batch]:
    """Prompts and answers as a language model is given them; only the answer and its end are learned from."""
    batches = []
    for some in _by(size, rows):
        pairs = [(causal.ids(prompt), [*causal.ids(answer), causal.tokenizer.eos_token_id]) for prompt, answer in some]
        longest = max(len(prompt) + len(answer) for prompt, answer in pairs)
        ids = torch.full((len(pairs), longest), int(causal.tokenizer.pad_token_id))
        labels, mask = torch.full_like(ids, NO_CHOICE), torch.zeros_like(ids)
        for number, (prompt, answer) in enumerate(pairs):
            end = len(prompt) + len(answer)
            ids[number, :end] = torch.tensor(prompt + answer)
            labels[number, len(prompt) : end] = torch.tensor(answer)
            mask[number, :end] = 1
        batches.append({"input_ids": ids, "attention_mask": mask, "labels": labels})
    return batches


def pace_of(model: nn.Module, batches: Sequence[Batch], device: str, seconds: float, half: bool, progress: Progress, doing: str) -> Pace:
    """Learn from some batches for about so many seconds. The model is of no use afterwards."""
    model.to(device).train()
    optimizer = torch.optim.AdamW([weights for weights in model.parameters() if weights.requires_grad], lr=1e-6, fused=True)
    learn: list[float] = []
    step: list[float] = []
    used: list[Batch] = []
    end = time.monotonic() + seconds
    for number, batch in enumerate(itertools.cycle(batches)):
        if number > MOST or (number > LEAST and time.monotonic() > end):
            break
        progress(doing, number, MOST)
        given = _on(batch, device)
        started = _now(device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=half):
            loss = model(**given)["loss"]
        loss.backward()
        learned = _now(device)
        optimizer.step()
        optimizer.zero_grad()
        if number:
            learn.append(learned - started)
            step.append(_now(device) - learned)
            used.append(batch)
    read = reading_seconds(model, used[:LEAST], device, half)
    return Pace(max(len(batch["attention_mask"]) for batch in batches), statistics.median(learn), read, statistics.median(step))


def reading_seconds(model: nn.Module, batches: Sequence[Batch], device: str, half: bool = False) -> float:
    """Seconds for the model to read a batch, on average."""
    model.to(device).eval()
    took = []
    for batch in batches:
        given = _on(batch, device)
        started = _now(device)
        with torch.inference_mode(), torch.autocast(device, dtype=torch.bfloat16, enabled=half):
            model(**given)
        took.append(_now(device) - started)
    return _mean(took)


def tokens_a_second(causal: Causal, prompts: Sequence[str], tokens: int) -> float:
    """How many tokens the model writes in a second after these prompts at once, their reading counted in."""
    causal.model.eval()
    batch = causal.tokenizer.pad([{"input_ids": causal.ids(prompt)} for prompt in prompts], padding_side="left", return_tensors="pt")
    batch = batch.to(causal.model.device)
    wanted = {"min_new_tokens": tokens, "max_new_tokens": tokens, "do_sample": False, "pad_token_id": causal.tokenizer.pad_token_id}
    started = _now(causal.device)
    with torch.inference_mode():
        causal.model.generate(**batch, **wanted)
    return len(prompts) * tokens / max(1e-9, _now(causal.device) - started)


def peak_memory(device: str) -> int | None:
    """The most memory that was taken so far: of the device, or by this process; None where the system does not tell."""
    if device == "cuda":
        return int(torch.cuda.max_memory_allocated())
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _now(device: str) -> float:
    """The time when everything that was asked of the device is done."""
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "mps":
        torch.mps.synchronize()
    return time.perf_counter()


def _on(batch: Batch, device: str) -> Batch:
    return {name: value.to(device) for name, value in batch.items()}


def _by(size: int, rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The rows by so many; the last few are left out unless they are all there are."""
    yield from (rows[start : start + size] for start in range(0, max(1, len(rows) - size + 1), size))


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / max(1, len(numbers))
