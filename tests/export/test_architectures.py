"""Encoders of every supported architecture, tiny and random, go through training and export and say the same at the end."""

import json
from collections import Counter

import numpy as np
import pytest

from sayso.artifacts import open_artifact
from sayso.examples import read_split
from sayso.export import export
from sayso.runtime.model import Model
from sayso.train import train

SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def bert(texts):
    from transformers import BertConfig, BertModel, BertTokenizerFast

    tokenizer = BertTokenizerFast(vocab=_pieces(texts, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    return tokenizer, BertModel(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=40, **SIZE))


def tinybert(texts):
    """BERT with more heads, its weights in the old form."""
    from transformers import BertConfig, BertModel

    tokenizer, _ = bert(texts)
    return tokenizer, BertModel(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=40, **SIZE | {"num_attention_heads": 4}))


def distilbert(texts):
    from transformers import DistilBertConfig, DistilBertModel, DistilBertTokenizerFast

    tokenizer = DistilBertTokenizerFast(vocab=_pieces(texts, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    config = DistilBertConfig(vocab_size=len(tokenizer), max_position_embeddings=40, dim=32, n_layers=2, n_heads=2, hidden_dim=64)
    return tokenizer, DistilBertModel(config)


def roberta(texts):
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaModel, RobertaTokenizerFast

    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(texts, vocab_size=320, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], show_progress=False)
    vocabulary, merges = (json.loads(trained.to_str())["model"][part] for part in ("vocab", "merges"))
    tokenizer = RobertaTokenizerFast(vocab=vocabulary, merges=[tuple(pair) for pair in merges])
    return tokenizer, RobertaModel(RobertaConfig(vocab_size=len(tokenizer), max_position_embeddings=42, type_vocab_size=1, **SIZE))


def xlm_r(texts):
    from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizerFast

    words = Counter("▁" + word for text in texts for word in text.split())
    letters = {letter for word in words for letter in word}
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(word, -3.0) for word in sorted(words)] + [(letter, -9.0) for letter in sorted(letters - words.keys())]
    tokenizer = XLMRobertaTokenizerFast(vocab=pieces)
    return tokenizer, XLMRobertaModel(XLMRobertaConfig(vocab_size=len(tokenizer), max_position_embeddings=42, type_vocab_size=1, **SIZE))


def _pieces(texts, special):
    words = sorted({word for text in texts for word in text.split()})
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    return {piece: number for number, piece in enumerate(dict.fromkeys([*special, *words, *letters, *(f"##{one}" for one in letters)]))}


@pytest.mark.parametrize("architecture", [bert, tinybert, distilbert, roberta, xlm_r])
def test_an_encoder_goes_from_base_to_graph(architecture, tiny_project, tiny_data, tmp_path):
    import torch

    torch.manual_seed(0)
    rows = read_split(tiny_data, "train", tiny_project.heads)
    tokenizer, encoder = architecture([row.text for row in rows])
    tokenizer.save_pretrained(tmp_path / "base")
    encoder.save_pretrained(tmp_path / "base")
    if architecture is tinybert:
        (tmp_path / "base" / "model.safetensors").unlink()
        torch.save(encoder.state_dict(), tmp_path / "base" / "pytorch_model.bin")
    project = tiny_project.with_base(str(tmp_path / "base")).with_section("train", {"max_length": 128, "epochs": 3})
    weights = train(project, tiny_data, project.build / "weights")
    made = export(project, weights, tiny_data, project.build / "onnx")
    assert weights.manifest["max_length"] == 40
    assert max(made.manifest["parity"].values()) < 1e-4
    assert ("token_type_ids" in made.manifest["spec"]["inputs"]) == (architecture in (bert, tinybert))
    assert made.manifest["fused"]["Attention"] == 2
    with Model(made.manifest["spec"], made.path / "model.onnx", made.path / "tokenizer.json") as model:
        answers = model.predict([row.text for row in rows])
        assert model.predict("buy bread " * 500).label == "buy"
    assert np.mean([answer.label == row.labels["intent"] for answer, row in zip(answers, rows, strict=True)]) > 0.8
    assert open_artifact(made.path, "onnx").manifest["quantization"][-1]["chosen"]
