"""The artifacts `sft` and `preferences` -> the artifact `dpo`: the model, taught to prefer right answers to its own wrong ones.

The adapter of the first fine-tuning is merged into the weights before a new one is trained, so that what the new one is compared with
is the fine-tuned model, and not the base.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from sayso.artifacts import Artifact, Progress, digest_of, new_artifact, no_progress, open_artifact
from sayso.errors import CheckFailed, UsageError
from sayso.network.causal import NETWORK, Causal, load_causal
from sayso.network.libraries import quiet_libraries
from sayso.project import Project
from sayso.runtime.prompt import Prompt, Prompter
from sayso.train.llm_fit import common_arguments, history, library, lora_of, save
from sayso.train.preferences import Pair, read_pairs, requests_of
from sayso.train.stage import device_for, work_folder
from sayso.tuning import Dpo


def dpo(
    project: Project,
    sft: Artifact,
    preferences: Artifact,
    out: Path,
    *,
    resume: bool = True,
    device: str = "auto",
    progress: Progress = no_progress,
) -> Artifact:
    """Train on the pairs. A run that was killed goes on from its last epoch, unless `resume` is false."""
    settings = project.llm.dpo
    if settings is None or project.tool is None:
        raise UsageError("this project learns nothing from preferences: `llm.dpo` is off in sayso.yaml")
    pairs = usable(read_pairs(preferences), settings)
    trl, datasets = library("trl"), library("datasets")
    work = work_folder(out, digest_of([sft.digest, preferences.digest, project.digest("llm.dpo")]), resume)
    chosen = device_for(device)
    progress("loading the fine-tuned model", 0, 0)
    with quiet_libraries():
        from transformers.trainer_callback import PrinterCallback

        from sayso.train.fit import last_whole_checkpoint
        from sayso.train.watch import Watch

        causal = load_causal(sft.path / NETWORK, chosen)
        prompter = Prompter(Prompt.from_spec(sft.manifest["prompt"]), project.tool)
        rows = rows_of_pairs(causal, prompter, pairs)
        trainer = trl.DPOTrainer(
            model=causal.model,
            processing_class=causal.tokenizer,
            args=trl.DPOConfig(
                **common_arguments(settings, work, len(rows), chosen), beta=settings.beta, loss_type=settings.loss, eval_strategy="no"
            ),
            train_dataset=datasets.Dataset.from_list(rows),
            peft_config=lora_of(settings, causal.model),
            callbacks=[Watch(progress)],
        )
        trainer.remove_callback(PrinterCallback)
        resumed = last_whole_checkpoint(work)
        trainer.train(resume_from_checkpoint=resumed)
        with new_artifact(out, "dpo", inputs={"sft": sft, "preferences": preferences}) as draft:
            save(trainer.model, causal.tokenizer, draft.path)
            draft.facts |= {
                "base": sft.manifest["base"],
                "base_sha256": sft.manifest["base_sha256"],
                "prompt": sft.manifest["prompt"],
                "settings": settings.model_dump(mode="json"),
                "pairs": len(rows),
                "requests": len(requests_of(pairs)),
                "history": history(trainer.state.log_history),
                "resumed_at_step": int(resumed.rpartition("-")[2]) if resumed else 0,
                "device": chosen,
            }
    shutil.rmtree(work.parent, ignore_errors=True)
    return open_artifact(out, "dpo")


def rows_of_pairs(causal: Causal, prompter: Prompter, pairs: Sequence[Pair]) -> list[dict[str, str]]:
    """The pairs as trl takes them; a sign that the tokenizer itself puts before every text is left to it."""
    own = causal.tokenizer.decode(causal.tokenizer("", add_special_tokens=True)["input_ids"])
    return [{"prompt": prompter(pair.request).removeprefix(own), "chosen": pair.chosen, "rejected": pair.rejected} for pair in pairs]


def usable(pairs: list[Pair], settings: Dpo) -> list[Pair]:
    """The pairs, if there are enough of which the two answers differ."""
    different = [pair for pair in pairs if pair.chosen.strip() != pair.rejected.strip()]
    if len(different) < settings.least_pairs:
        equal = f" ({len(pairs) - len(different)} more have two equal answers)" if len(different) < len(pairs) else ""
        raise CheckFailed(
            f"there are {len(different)} pairs of a right and a wrong answer{equal}, and `llm.dpo.least_pairs` is "
            f"{settings.least_pairs}; ask for more (`llm.dpo.pairs`, `requests`), or where the model makes few mistakes raise "
            "`temperature` or `samples`; `dpo: null` under `llm:` goes without"
        )
    return different
