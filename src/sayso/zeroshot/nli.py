"""A network for natural language inference -> a model of a project's heads: does the text entail "This text is about: DESCRIPTION."?

No training, and no calibration either: its probabilities are a softmax over the labels' entailment, as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.errors import ArtifactError, ProjectError
from sayso.network.classifier import LONGEST, labels_of, load_classifier
from sayso.project import FILE_NAME, Head, Project
from sayso.runtime.spec import FORMAT
from sayso.zeroshot.sentences import zero_shot_project

if TYPE_CHECKING:
    from sayso.network.answering import TorchModel

ENTAILMENT, CONTRADICTION = "entail", "contradict"
"""How the names of the two outputs that are looked at begin, in whatever case; their order differs from network to network."""
AT_ONCE = 32

TEMPLATES = {
    "de": "In diesem Text geht es um: {}.",
    "en": "This text is about: {}.",
    "es": "Este texto trata de: {}.",
    "fr": "Ce texte parle de : {}.",
    "it": "Questo testo riguarda: {}.",
    "ja": "この文の内容: {}。",
    "nl": "Deze tekst gaat over: {}.",
    "pl": "Ten tekst dotyczy: {}.",
    "pt": "Este texto é sobre: {}.",
    "ru": "Этот текст о следующем: {}.",
    "zh": "这段文字的内容是：{}。",
}
"""The hypothesis in the language of the descriptions, which is the project's first; English for those that are not here."""


def is_nli(folder: Path) -> bool:
    """Whether a folder's network tells what entails what, rather than the labels of some task."""
    return _output(labels_of(folder), ENTAILMENT) is not None


def spec_of_nli(project: Project, folder: Path) -> dict[str, Any]:
    """The spec of the project's heads as the network answers for them."""
    heads: dict[str, Any] = {}
    for name, head in zero_shot_project(project).heads.items():
        heads[name] = {"type": head.type, "output": name, "labels": list(head.labels), "temperature": 1.0, "fallback": head.fallback}
    return {
        "format": FORMAT,
        "name": f"{project.name}, zero-shot by {folder.name}",
        "max_length": LONGEST,
        "heads": heads,
        "bands": project.bands.model_dump(),
    }


def open_nli(spec: Mapping[str, Any], project: Project, folder: Path, threads: int = 1) -> TorchModel:
    """The network, ready to answer: for each text, all hypotheses of a head at once."""
    labels = labels_of(folder)
    entailment = _output(labels, ENTAILMENT)
    if entailment is None:
        raise ArtifactError(
            f"this network cannot be asked about labels that it was not trained on: it knows {', '.join(labels)}, and no entailment; "
            "zero-shot:MODEL wants one for natural language inference",
            folder,
        )
    told = zero_shot_project(project)
    hypotheses = {name: _hypotheses(project, name) for name in told.heads}
    network, tokenizer, longest = load_classifier(folder)
    outputs_of = _entailing(network, tokenizer, min(longest, spec["max_length"]))
    contradiction = _output(labels, CONTRADICTION)

    from sayso.network.answering import TorchModel

    def run(text: str) -> dict[str, Any]:
        found = {name: outputs_of(text, own) for name, own in hypotheses.items()}
        return {name: _logits(told.heads[name], outputs, entailment, contradiction) for name, outputs in found.items()}

    return TorchModel(spec, run, threads)


def _hypotheses(project: Project, name: str) -> list[str]:
    """What the network is asked about each label of a head. A fallback is a label like the others here."""
    template = project.zero_shot.template or TEMPLATES.get(project.languages[0].partition("-")[0].lower(), TEMPLATES["en"])
    labels = project.heads[name].labels
    without = [label for label, about in labels.items() if not about.description.strip()]
    if without:
        raise ProjectError(
            f"heads.{name}.labels.{without[0]}: it has no description, which zero-shot by a network for inference asks about",
            project.folder / FILE_NAME,
        )
    return [template.replace("{}", " ".join(about.description.split()).rstrip(".。")) for about in labels.values()]


def _entailing(network: Any, tokenizer: Any, longest: int) -> Callable[[str, Sequence[str]], Any]:
    import torch

    def outputs_of(text: str, hypotheses: Sequence[str]) -> Any:
        """What the network makes of a text and each hypothesis: a row a hypothesis."""
        rows = []
        for start in range(0, len(hypotheses), AT_ONCE):
            some = list(hypotheses[start : start + AT_ONCE])
            batch = tokenizer([text] * len(some), some, padding=True, truncation=True, max_length=longest, return_tensors="pt")
            rows.append(network(**batch).logits)
        return torch.cat(rows).numpy()

    return outputs_of


def _logits(head: Head, outputs: Any, entailment: int, contradiction: int | None) -> Any:
    """Of a choice, the labels' entailments against each other; of tags, each one's against its own contradiction."""
    if head.type == "choice":
        return outputs[:, entailment]
    against = [contradiction] if contradiction is not None else [index for index in range(outputs.shape[1]) if index != entailment]
    return outputs[:, entailment] - outputs[:, against].max(-1)


def _output(labels: Sequence[str], begins: str) -> int | None:
    return next((index for index, label in enumerate(labels) if label.lower().startswith(begins)), None)
