"""A base model and a project's languages -> the same model with only the pieces of words that these languages use.

Most of a multilingual model is its table of pieces. Kept are the pieces that the languages' common words and the
project's own texts are cut into, and every piece that is a single character, of any script: so nothing becomes unknown
that was not, and a word of another language is cut finer than before.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.artifacts import Progress
from sayso.errors import ArtifactError, MissingExtra, UsageError, nearest
from sayso.train.bases import CONFIG

WORDS = 16_000
"""So many of a language's most common words are looked at; the others are made of their pieces."""
AT_ONCE = 5_000
TABLE = "word_embeddings.weight"
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
MARKS = ("▁", "##")
"""What stands before a piece that begins, or goes on with, a word."""


@dataclass(frozen=True)
class Pruned:
    """How many pieces were kept, of how many."""

    kept: int
    of: int


def prune_vocabulary(base: Path, out: Path, languages: Sequence[str], texts: Iterable[str], progress: Progress) -> Pruned:
    """Write the model in `base` to `out` without the pieces that neither the languages nor `texts` use."""
    from tokenizers import Tokenizer

    file = base / "tokenizer.json"
    if not file.is_file():
        raise ArtifactError("this base has no fast tokenizer (tokenizer.json), whose vocabulary could be pruned", base)
    tokenizer = Tokenizer.from_file(str(file))
    document = json.loads(file.read_text(encoding="utf-8"))
    pieces = _pieces(document, file)
    sample = [*texts, *(word for language in languages for word in common_words(language))]
    used = _used(tokenizer, sample, progress) | _of_one_script(pieces, languages)
    used |= {entry["id"] for entry in document["added_tokens"]}
    kept = sorted(used | {index for index, piece in enumerate(pieces) if len(_bare(piece)) <= 1})
    _write(base, out, document, {old: new for new, old in enumerate(kept)})
    return Pruned(len(kept), len(pieces))


def common_words(language: str) -> Iterator[str]:
    """The common words of a language, also with a capital."""
    wordfreq = _wordfreq()
    lists = wordfreq.available_languages("best")
    if language not in lists:
        raise UsageError(
            f"there is no list of the common words of {language!r}{nearest(language, lists)}; "
            "set `train: {prune_vocabulary: false}` in sayso.yaml"
        )
    for word in wordfreq.top_n_list(language, WORDS, "best"):
        yield word
        yield word.capitalize()


def _used(tokenizer: Any, texts: Sequence[str], progress: Progress) -> set[int]:
    used: set[int] = set()
    for start in range(0, len(texts), AT_ONCE):
        progress("looking for the pieces of words that are used", start, len(texts))
        for encoding in tokenizer.encode_batch_fast(texts[start : start + AT_ONCE]):
            used.update(encoding.ids)
    return used


def _of_one_script(pieces: Sequence[str], languages: Sequence[str]) -> set[int]:
    """The pieces in Chinese characters: the list of Chinese words has simplified ones only, and people write both."""
    if "zh" not in languages:
        return set()
    return {index for index, piece in enumerate(pieces) if HAN.fullmatch(_bare(piece))}


def _wordfreq() -> Any:
    try:
        import wordfreq
    except ImportError:
        raise MissingExtra("Pruning a vocabulary", "train") from None
    return wordfreq


def _pieces(document: dict[str, Any], file: Path) -> list[str]:
    """The vocabulary in the order of its ids."""
    model = document["model"]
    if model.get("type") == "Unigram":
        return [piece for piece, _ in model["vocab"]]
    if model.get("type") == "WordPiece":
        return sorted(model["vocab"], key=model["vocab"].get)
    raise ArtifactError(
        f"a vocabulary of the kind {model.get('type')} cannot be pruned, only Unigram and WordPiece; "
        "set `train: {prune_vocabulary: false}` in sayso.yaml",
        file,
    )


def _bare(piece: str) -> str:
    for mark in MARKS:
        piece = piece.removeprefix(mark)
    return piece


def _write(base: Path, out: Path, document: dict[str, Any], new_ids: dict[int, int]) -> None:
    """The base's files, with every id of a piece replaced by its new one; config.json last."""
    from safetensors.numpy import load_file, save_file

    if not (base / "model.safetensors").is_file():
        raise ArtifactError("only a base with model.safetensors can have its vocabulary pruned", base)
    out.mkdir(parents=True, exist_ok=True)
    tensors = load_file(base / "model.safetensors")
    for name in (name for name in tensors if name.endswith(TABLE)):
        tensors[name] = tensors[name][list(new_ids)]
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    (out / "tokenizer.json").write_text(json.dumps(_renumbered(document, new_ids), ensure_ascii=False), encoding="utf-8")
    settings = _read(base / "tokenizer_config.json")
    settings.pop("added_tokens_decoder", None)
    _dump(out / "tokenizer_config.json", settings | {"tokenizer_class": "PreTrainedTokenizerFast"})
    if (base / "special_tokens_map.json").is_file():
        shutil.copyfile(base / "special_tokens_map.json", out / "special_tokens_map.json")
    config = _read(base / CONFIG)
    ids = {name: new_ids.get(value, value) for name, value in config.items() if name.endswith("_token_id") and isinstance(value, int)}
    _dump(out / CONFIG, config | ids | {"vocab_size": len(new_ids)})


def _renumbered(document: dict[str, Any], new_ids: dict[int, int]) -> dict[str, Any]:
    """tokenizer.json with fewer pieces."""
    model = document["model"]
    if model["type"] == "Unigram":
        model["vocab"] = [model["vocab"][old] for old in new_ids]
        model["unk_id"] = new_ids[model["unk_id"]]
    else:
        model["vocab"] = {piece: new_ids[old] for piece, old in model["vocab"].items() if old in new_ids}
    for token in document["added_tokens"]:
        token["id"] = new_ids[token["id"]]
    processor = document.get("post_processor") or {}
    for special in processor.get("special_tokens", {}).values():
        special["ids"] = [new_ids[old] for old in special["ids"]]
    for end in ("sep", "cls"):
        if isinstance(processor.get(end), list):
            processor[end][1] = new_ids[processor[end][1]]
    return document


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return value


def _dump(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
