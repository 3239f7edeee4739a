"""The tokenizer of a base, and how long a text may be for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sayso.errors import ArtifactError


def load_tokenizer(folder: Path) -> Any:
    """The base's fast tokenizer."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ArtifactError(f"this folder holds no tokenizer that transformers can load: {reason}", folder) from None
    if not tokenizer.is_fast:
        raise ArtifactError("this base has no fast tokenizer (tokenizer.json), which the runtime needs", folder)
    return tokenizer


def longest(tokenizer: Any, encoder_config: Any, wanted: int) -> int:
    """The length that texts are cut to: as wanted, or what the base has positions for."""
    offset = encoder_config.pad_token_id + 1 if encoder_config.model_type in {"roberta", "xlm-roberta"} else 0
    return int(min(wanted, encoder_config.max_position_embeddings - offset, tokenizer.model_max_length))
