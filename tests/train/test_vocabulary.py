"""A pruned vocabulary: what the languages use is cut as before, and nothing becomes unknown that was not."""

import json
import shutil

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from sayso.artifacts import no_progress
from sayso.errors import ArtifactError, UsageError
from sayso.network.model import load_encoder
from sayso.network.tokens import load_tokenizer
from sayso.train.vocabulary import common_words, prune_vocabulary

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
LETTERS = [*"▁abcdefghijklmnopqrstuvwxyzàéñжя水電影", "😀"]
WORDS = ["▁the", "▁compute", "▁computer", "er", "▁bonjour", "▁merci", "電影", "▁привет", "ing", "▁zq"]
TEXT = st.text(alphabet=[*" abcdefghijklmnopqrstuvwxyzàñжя水電影😀☃"], max_size=30)


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """A tiny BERT with a Unigram vocabulary of several languages."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("multilingual")
    pieces = (
        [(piece, 0.0) for piece in SPECIAL] + [(piece, -8.0) for piece in LETTERS] + [(piece, -4.0) for piece in WORDS] + [("<mask>", 0.0)]
    )
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens([*SPECIAL, "<mask>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["input_ids", "attention_mask"], "model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps(names | settings))
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 64}
    BertModel(BertConfig(vocab_size=len(pieces) + 5, pad_token_id=1, **shape), add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def pruned(base, tmp_path_factory):
    """The same for English and Chinese, and one French word that the project's texts have."""
    out = tmp_path_factory.mktemp("pruned") / "model"
    return out, prune_vocabulary(base, out, ["en", "zh"], ["merci"], no_progress)


def pieces(folder, text):
    tokenizer = load_tokenizer(folder)
    return tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])


def vector(folder, text):
    batch = load_tokenizer(folder)(text, return_tensors="pt")
    with torch.no_grad():
        return load_encoder(folder).eval()(**batch).last_hidden_state[0].mean(0)


def test_pieces_of_other_languages_go_and_the_table_with_them(base, pruned):
    out, counts = pruned
    kept = {piece for piece, _ in json.loads((out / "tokenizer.json").read_text())["model"]["vocab"]}
    assert {"▁the", "▁computer", "▁merci", "電影", "<mask>", *LETTERS} <= kept
    assert kept.isdisjoint({"▁bonjour", "▁привет", "▁zq"})
    assert (counts.kept, counts.of) == (len(kept), len(SPECIAL) + len(LETTERS) + len(WORDS) + 1)
    assert (
        load_encoder(out).config.vocab_size == counts.kept == load_encoder(out).state_dict()["embeddings.word_embeddings.weight"].shape[0]
    )


@pytest.mark.parametrize("text", ["the computer", "電影", "merci", "the computer 電影 the"])
def test_texts_of_the_languages_mean_exactly_what_they_meant(base, pruned, text):
    assert pieces(base, text) == pieces(pruned[0], text)
    assert torch.allclose(vector(base, text), vector(pruned[0], text), atol=1e-6)


@given(text=TEXT)
@settings(max_examples=150)
def test_nothing_becomes_unknown_that_was_not(base, pruned, text):
    assert ("<unk>" in pieces(base, text)) == ("<unk>" in pieces(pruned[0], text))


def test_special_tokens_keep_their_parts(pruned):
    tokenizer = load_tokenizer(pruned[0])
    assert pieces(pruned[0], "the") == ["<s>", "▁the", "</s>"]
    assert [tokenizer.pad_token_id, tokenizer.unk_token_id] == [1, 3]
    assert tokenizer.convert_ids_to_tokens(tokenizer.mask_token_id) == "<mask>"
    assert load_encoder(pruned[0]).config.pad_token_id == 1


def test_a_wordpiece_vocabulary_is_pruned_too(tiny_base, tmp_path):
    counts = prune_vocabulary(tiny_base, tmp_path / "model", ["en"], [], no_progress)
    assert counts.kept <= counts.of
    assert pieces(tmp_path / "model", "buy bread") == pieces(tiny_base, "buy bread")


def test_a_vocabulary_of_merges_is_refused(base, tmp_path):
    other = shutil.copytree(base, tmp_path / "bpe")
    document = json.loads((other / "tokenizer.json").read_text())
    document["model"] = {"type": "BPE", "vocab": {"a": 0}, "merges": []}
    document["added_tokens"], document["post_processor"] = [], None
    (other / "tokenizer.json").write_text(json.dumps(document))
    with pytest.raises(ArtifactError, match="BPE cannot be pruned"):
        prune_vocabulary(other, tmp_path / "out", ["en"], [], no_progress)


def test_a_language_without_a_list_of_words_is_named(base, tmp_path):
    with pytest.raises(UsageError, match="'xx'"):
        prune_vocabulary(base, tmp_path / "out", ["xx"], [], no_progress)


def test_common_words_come_with_a_capital_too():
    words = set(common_words("en"))
    assert {"the", "The", "computer", "Computer"} <= words


def test_a_model_trains_on_a_pruned_base(tiny_project, tiny_data, base):
    from sayso.train import train

    project = tiny_project.with_base(str(base)).with_section("train", {"prune_vocabulary": True, "epochs": 1})
    made = train(project, tiny_data, project.build / "weights")
    assert made.manifest["vocabulary"]["kept"] < made.manifest["vocabulary"]["of"]
    assert load_encoder(made.path).config.vocab_size == made.manifest["vocabulary"]["kept"]
