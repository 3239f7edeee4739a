"""A Hugging Face folder of a network that classifies whole texts -> its labels, the spec of its one head, and a model that answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.artifacts import read_json
from sayso.errors import ArtifactError
from sayso.network.libraries import quiet_libraries
from sayso.project import Bands, Project
from sayso.runtime.spec import FORMAT

if TYPE_CHECKING:
    from sayso.network.answering import TorchModel

CONFIG = "config.json"
HEAD = "intent"
LONGEST = 512
"""Texts are cut to so many tokens, or to what the network has positions for."""
MULTIPLE = "multi_label_classification"


def labels_of(folder: Path) -> list[str]:
    """The labels of the classifier in a folder, in the order of its outputs; refuses a network that classifies nothing."""
    config = read_json(folder / CONFIG)
    architecture = next(iter(config.get("architectures") or ()), "no architecture") if isinstance(config, dict) else "no object"
    if not architecture.endswith("ForSequenceClassification"):
        raise ArtifactError(
            f"this network was not trained to classify texts ({architecture}); a base model is named as `base:` in sayso.yaml, "
            "and `zero-shot` makes a classifier of it",
            folder,
        )
    names = config.get("id2label") or {"0": "LABEL_0", "1": "LABEL_1"}
    return [str(names[number]) for number in sorted(names, key=int)]


def spec_of_classifier(folder: Path, project: Project | None = None) -> dict[str, Any]:
    """The spec of a classifier that nothing has been calibrated for; a project with the same labels lends its head's name and fallback."""
    labels = labels_of(folder)
    if len(labels) < 2:
        raise ArtifactError("this network gives one number, not a choice of labels", folder)
    multiple = read_json(folder / CONFIG).get("problem_type") == MULTIPLE
    head: dict[str, Any] = {"type": "tags" if multiple else "choice", "output": "logits", "labels": labels, "temperature": 1.0}
    name = HEAD
    if project and (own := project.main_head) and set(project.heads[own].labels) == set(labels) and not multiple:
        name, head["fallback"] = own, project.heads[own].fallback
    bands = project.bands if project else Bands()
    return {"format": FORMAT, "name": folder.name, "max_length": LONGEST, "heads": {name: head}, "bands": bands.model_dump()}


def open_classifier(spec: Mapping[str, Any], folder: Path, threads: int = 1) -> TorchModel:
    """The classifier, ready to answer."""
    network, tokenizer, longest = load_classifier(folder)
    length = min(longest, spec["max_length"])
    (head,) = spec["heads"]

    from sayso.network.answering import TorchModel

    def run(text: str) -> dict[str, Any]:
        batch = tokenizer(text, truncation=True, max_length=length, return_tensors="pt")
        return {head: network(**batch).logits[0].numpy()}

    return TorchModel(spec, run, threads)


def load_classifier(folder: Path) -> tuple[Any, Any, int]:
    """The network, its tokenizer, and how many tokens a text may have."""
    with quiet_libraries():
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForSequenceClassification

        from sayso.network.tokens import load_tokenizer, longest

        try:
            network, loaded = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ArtifactError(f"this network cannot be loaded: {reason}", folder) from None
        if missing := sorted(loaded["missing_keys"]):
            raise ArtifactError(f"this network's weights lack {len(missing)} of its tensors, such as {missing[0]}", folder)
        tokenizer = load_tokenizer(folder)
        return network.eval(), tokenizer, longest(tokenizer, network.config, LONGEST)
