"""A project and some rows -> how fast its networks learn, read and write here, by a short probe."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import Progress, no_progress
from sayso.doctor.rows import Rows
from sayso.network.libraries import quiet_libraries
from sayso.project import Project

SECONDS, LLM_SECONDS = 6.0, 10.0
AT_ONCE, TOKENS = 16, 12
FEW = 16


@dataclass
class Speed:
    """What the probe has found so far, in seconds; None is what it has not come to. `device` is where it was measured."""

    device: str | None = None
    learn_batch: float | None = None
    read_batch: float | None = None
    step: float | None = None
    read_alone: float | None = None
    llm_learn_batch: float | None = None
    llm_read_batch: float | None = None
    llm_step: float | None = None
    tokens_alone: float | None = None
    tokens_at_once: float | None = None
    answer_tokens: float | None = None
    llm_peak_memory: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in asdict(self).items()}


def measure(
    project: Project, rows: Rows, bases: dict[str, Path], speed: Speed, device: str = "auto", progress: Progress = no_progress
) -> None:
    """Measure the networks of the project's engine whose base is here; what is found is in `speed` as soon as it is."""
    from sayso.train.stage import device_for

    with quiet_libraries():
        speed.device = device_for(device)
        if "encoder" in bases:
            _measure_encoder(project, rows, bases["encoder"], speed, progress)
        if "llm" in bases and rows.answers:
            _measure_llm(project, rows, bases["llm"], speed, progress)


def _measure_encoder(project: Project, rows: Rows, base: Path, speed: Speed, progress: Progress) -> None:
    from sayso.network.model import EncoderWithHeads, Shape, freeze, load_encoder, only_layers
    from sayso.network.probe import embedded, pace_of, reading_seconds, text_batches
    from sayso.network.tokens import load_tokenizer, longest

    assert speed.device is not None
    progress("measuring: loading the encoder", 0, 0)
    settings = project.train
    encoder: Any = load_encoder(base, settings.dropout, attention="sdpa")
    freeze(encoder, settings.freeze_layers)
    shape = Shape(settings.pooling, settings.projection, settings.head_hidden)
    model = EncoderWithHeads(encoder, project.heads, shape, settings.dropout, settings.label_smoothing)
    if settings.prune_vocabulary:  # what is left of it is small beside the layers
        encoder.get_input_embeddings().requires_grad_(False)
    tokenizer = load_tokenizer(base)
    length = longest(tokenizer, encoder.config, settings.max_length)
    half = speed.device == "cuda" and settings.precision != "fp32"
    texts = _at_least(rows.texts, settings.batch_size)
    batches = text_batches(tokenizer, project.heads, texts, settings.batch_size, length)
    alone = text_batches(tokenizer, project.heads, texts[:FEW], 1, length)
    reading_seconds(model, alone[:1], speed.device)
    speed.read_alone = reading_seconds(model, alone, speed.device)
    speed.read_batch = reading_seconds(model, batches[:2], speed.device, half)
    layers = settings.freeze_layers
    with only_layers(encoder, slice(layers, None)):
        given = embedded(model, batches) if layers else batches
        pace = pace_of(model, given, speed.device, SECONDS, half, progress, "measuring how fast the encoder learns")
    speed.learn_batch, speed.step = pace.learn, pace.step


def _measure_llm(project: Project, rows: Rows, base: Path, speed: Speed, progress: Progress) -> None:
    from sayso.network.causal import load_causal, prompt_of
    from sayso.network.probe import answer_batches, pace_of, peak_memory, tokens_a_second
    from sayso.runtime.prompt import Prompter
    from sayso.train.llm_fit import library, lora_of

    assert project.tool is not None
    assert speed.device is not None
    progress("measuring: loading the language model", 0, 0)
    settings, llm = project.llm.sft, project.llm
    causal = load_causal(base, speed.device)
    prompter = Prompter(prompt_of(causal.tokenizer, project.tool, llm.commands_shown if llm.schema_in_prompt else 0), project.tool)
    answers = _at_least(rows.answers, max(settings.batch_size, AT_ONCE))
    pairs = [(prompter(request), answer) for request, answer in answers]
    lengths = [len(causal.ids(answer)) + 1 for _, answer in answers]
    speed.answer_tokens = sum(lengths) / len(lengths)
    progress("measuring how fast the language model writes", 0, 0)
    tokens_a_second(causal, [pairs[0][0]], 2)
    speed.tokens_alone = tokens_a_second(causal, [pairs[0][0]], TOKENS)
    if config := lora_of(settings, causal.model):
        causal.model = library("peft").get_peft_model(causal.model, config)
    speed.tokens_at_once = tokens_a_second(causal, [prompt for prompt, _ in pairs[:AT_ONCE]], TOKENS)
    batches = answer_batches(causal, pairs, settings.batch_size)
    pace = pace_of(causal.model, batches, speed.device, LLM_SECONDS, False, progress, "measuring how fast the language model learns")
    speed.llm_learn_batch, speed.llm_read_batch, speed.llm_step = pace.learn, pace.read, pace.step
    speed.llm_peak_memory = peak_memory(speed.device)


def _at_least(rows: list[Any], wanted: int) -> list[Any]:
    """The rows, over again until there are so many."""
    return rows * -(-wanted // len(rows)) if len(rows) < wanted else rows
