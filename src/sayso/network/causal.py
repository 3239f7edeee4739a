"""A folder with a language model -> the network, its tokenizer and its prompt; and texts that it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.clischema import Schema
from sayso.errors import ArtifactError, MissingExtra
from sayso.network.tokens import load_tokenizer
from sayso.runtime.prompt import Prompt

HERE = "\u2063"
"""Stands where the request goes while a chat template is read: a sign that nobody types."""
ADAPTER, NETWORK = "adapter", "model"
"""Where a training stage leaves what it trained: the adapter alone, and the network with the adapter in its weights."""
WRITES = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
"""How transformers calls the architectures of models that write."""
LONGEST_ANSWER = 96
"""So many tokens may an answer have; notation.py keeps it under about 30."""


@dataclass
class Causal:
    """A language model that torch runs."""

    model: Any
    tokenizer: Any
    device: str

    def ids(self, text: str) -> list[int]:
        """The text's tokens; a prompt has all its signs in it, so the tokenizer adds none."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def write(self, prompts: Sequence[str], *, temperature: float = 0.0, samples: int = 1, at_once: int = 16) -> Iterator[list[str]]:
        """What the model writes after each prompt: the likeliest answer, or with a temperature, `samples` that were drawn."""
        import torch

        self.model.eval()
        drawn: dict[str, Any] = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {"do_sample": False}
        for start in range(0, len(prompts), at_once):
            some = [{"input_ids": self.ids(prompt)} for prompt in prompts[start : start + at_once]]
            batch = self.tokenizer.pad(some, padding_side="left", return_tensors="pt").to(self.model.device)
            with torch.inference_mode():
                written = self.model.generate(
                    **batch,
                    **drawn,
                    num_return_sequences=samples,
                    max_new_tokens=LONGEST_ANSWER,
                    pad_token_id=self.tokenizer.pad_token_id,
                    eos_token_id=self.tokenizer.eos_token_id,
                )
            texts = self.tokenizer.batch_decode(written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
            for index in range(0, len(texts), samples):
                yield [text.strip() for text in texts[index : index + samples]]


def load_causal(folder: Path, device: str = "cpu") -> Causal:
    """The language model in a folder, in the precision that the device is good at."""
    try:
        import torch
        from transformers import AutoModelForCausalLM
    except ImportError:
        raise MissingExtra("A language model", "llm") from None
    _must_write(folder)
    half = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.bfloat16 if half else torch.float32, device_map="auto" if device == "cuda" else None
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ArtifactError(f"this language model cannot be loaded: {str(error).strip().splitlines()[0]}", folder) from None
    model = model if device == "cuda" else model.to(device)
    tokenizer = load_tokenizer(folder)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return Causal(model, tokenizer, device)


def _must_write(folder: Path) -> None:
    """Refuse a model that was not made to write: transformers would load an encoder, too."""
    from sayso.network.model import load_config

    made_for = load_config(folder).architectures or []
    if made_for and not any(name.endswith(WRITES) for name in made_for):
        told = f"this is no language model that writes ({', '.join(made_for)}); name one such as smollm2 as `base:` under `llm:`"
        raise ArtifactError(told, folder)


def prompt_of(tokenizer: Any, schema: Schema, commands_shown: int = 0) -> Prompt:
    """The prompt for a tool in this model's chat template; in plain lines for a model that has none."""
    told = f"Write what `{schema.name}` is asked to do as a command."
    if commands_shown:
        told += " The commands that it may be come first."
    if tokenizer.chat_template:
        text = _in_template(tokenizer, [{"role": "system", "content": told}, {"role": "user", "content": HERE}], told)
    else:
        text = f"{tokenizer.bos_token or ''}{told}\n{HERE}\n=>"
    before, _, after = text.partition(HERE)
    special = sorted({str(token) for token in tokenizer.all_special_tokens if str(token).strip()}, key=len, reverse=True)
    return Prompt(before, after, tokenizer.eos_token, tuple(special), commands_shown)


def _in_template(tokenizer: Any, messages: list[dict[str, str]], told: str) -> str:
    """The messages as the template writes them; of a template that knows no system message, with its text before the user's."""
    from jinja2 import TemplateError

    try:
        text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except TemplateError:
        text = tokenizer.apply_chat_template([{"role": "user", "content": f"{told}\n\n{HERE}"}], tokenize=False, add_generation_prompt=True)
    return text
