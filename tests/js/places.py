"""Where Python says that the tokens of odd texts stand, for the JavaScript runtime to be held against.

    python tests/js/places.py OUT [TOKENIZER.json ...]

For each tokenizer OUT/<number>.json, a copy of it, and OUT/<number>.jsonl with one object a line: a text, its ids, and the places of its
tokens in UTF-16 units. The first tokenizers are made here: one token a character, so that each step of a normalizer shows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from parity import texts
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from sayso.runtime.spans import places_of
from sayso.runtime.texts import well_formed

COUNT = 3000
LONGEST = 512
SPACES = normalizers.Replace(Regex("[\\t\\n\\u00a0\\u3000]"), " ")
NORMALIZERS = (
    normalizers.BertNormalizer(),
    normalizers.BertNormalizer(lowercase=False, strip_accents=True),
    normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=False),
    normalizers.NFC(),
    normalizers.NFD(),
    normalizers.NFKD(),
    normalizers.Lowercase(),
    normalizers.Sequence([normalizers.Strip(), normalizers.Replace("a", "<$&>"), normalizers.Prepend("__")]),
    normalizers.Sequence([SPACES, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]),
)


def main(out: Path, given: Sequence[str]) -> None:
    """Write what Python says."""
    odd = [well_formed(text) for text in texts(COUNT)]
    made = [_by_character(normalizer, odd) for normalizer in NORMALIZERS]
    for number, tokenizer in enumerate([*made, *(Tokenizer.from_file(path) for path in given)]):
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST)
        tokenizer.save(str(out / f"{number}.json"))
        with (out / f"{number}.jsonl").open("w", encoding="ascii") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in _rows(tokenizer, odd))


def _rows(tokenizer: Tokenizer, odd: Sequence[str]) -> Iterator[dict[str, object]]:
    for text in odd:
        encoding = tokenizer.encode(text)
        units = [0]
        for character in text:
            units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
        places = [(units[start], units[end]) for start, end in places_of(text, encoding.offsets)]
        yield {"text": text, "ids": encoding.ids, "places": places}


def _by_character(normalizer: normalizers.Normalizer, odd: Sequence[str]) -> Tokenizer:
    characters = sorted({character for text in odd for character in normalizer.normalize_str(text)} | {"▁", "?"})
    tokenizer = Tokenizer(models.Unigram([("?", -9.0), *((one, -1.0) for one in characters if one != "?")], unk_id=0))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
