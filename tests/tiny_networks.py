"""Networks with random weights, small enough to write in a moment, as Hugging Face's libraries keep them."""

from conftest import write_bert_tokenizer

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 64}
NLI = ("entailment", "neutral", "contradiction")
ARCHITECTURES = ("bert", "deberta-v2")


def write_classifier(folder, labels=NLI, architecture="bert", **changes):
    """A network that classifies texts, or pairs of them, by these labels."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, DebertaV2Config, DebertaV2ForSequenceClassification

    config, network = {
        "bert": (BertConfig, BertForSequenceClassification),
        "deberta-v2": (DebertaV2Config, DebertaV2ForSequenceClassification),
    }[architecture]
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = write_bert_tokenizer(folder)
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: number for number, label in enumerate(labels)}}
    torch.manual_seed(3)
    made = network(config(vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, **SIZES, **names, **changes))
    with torch.no_grad():
        for parameter in made.classifier.parameters():
            parameter.mul_(50)  # random networks are sure of nothing
    made.save_pretrained(folder)
    return folder
