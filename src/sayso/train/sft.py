"""The artifact `examples` -> the artifact `sft`: a language model that writes the answers of the training rows, response by response.

Only the answer and its end are learned from; the prompt is given. So it learns when to stop, and nothing of what people ask.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, digest_of, digest_of_file, new_artifact, no_progress, open_artifact
from sayso.errors import DataError, UsageError
from sayso.examples import read_split
from sayso.examples.answers import Answered, answered, every_nth
from sayso.network.causal import Causal, load_causal, prompt_of
from sayso.network.libraries import quiet_libraries
from sayso.project import Project
from sayso.runtime.prompt import Prompter
from sayso.train.bases import resolve_base, weights_of
from sayso.train.llm_fit import common_arguments, history, library, lora_of, save
from sayso.train.stage import device_for, work_folder

HELD_OUT = 200
"""So many validation rows tell the loss after every epoch."""


def sft(
    project: Project, data: Artifact, out: Path, *, resume: bool = True, device: str = "auto", progress: Progress = no_progress
) -> Artifact:
    """Fine-tune the project's language model. A run that was killed goes on from its last epoch, unless `resume` is false."""
    if project.tool is None:
        raise UsageError("a language model answers with commands, and this project has no `commands:`")
    settings, tool = project.llm.sft, project.tool
    train = list(answered(tool, read_split(data, "train", project.heads)))
    val = list(answered(tool, read_split(data, "val", project.heads)))
    if not train:
        raise DataError("there are no training rows with a whole answer", data.path / "train.jsonl")
    train = every_nth(train, settings.rows)
    trl = library("trl")
    base = resolve_base(project.llm.base, progress, folder=project.folder, key="llm.base")
    work = work_folder(
        out,
        digest_of([data.digest, project.digest("llm.base", "llm.sft", "llm.schema_in_prompt", "llm.commands_shown", "commands")]),
        resume,
    )
    chosen = device_for(device)
    progress("loading the base model", 0, 0)
    with quiet_libraries():
        from transformers.trainer_callback import PrinterCallback

        from sayso.train.fit import last_whole_checkpoint
        from sayso.train.judging import JudgeByWriting, perplexity
        from sayso.train.watch import Watch

        causal = load_causal(base, chosen)
        prompt = prompt_of(causal.tokenizer, tool, project.llm.commands_shown if project.llm.schema_in_prompt else 0)
        prompter = Prompter(prompt, tool)
        judge = JudgeByWriting(causal, prompter, tool, every_nth(val, settings.judge_rows or None)[: settings.judge_rows], work, progress)
        held_out = every_nth(val, HELD_OUT)
        trainer = trl.SFTTrainer(
            model=causal.model,
            processing_class=causal.tokenizer,
            args=trl.SFTConfig(
                **common_arguments(settings, work, len(train), chosen),
                completion_only_loss=True,
                train_sampling_strategy="group_by_length",
                packing=settings.packing,
                eval_strategy="epoch" if held_out else "no",
            ),
            train_dataset=token_rows(causal, prompter, train),
            eval_dataset=token_rows(causal, prompter, held_out) if held_out else None,
            peft_config=lora_of(settings, causal.model),
            callbacks=[Watch(progress), judge],
        )
        causal.model = trainer.model
        trainer.remove_callback(PrinterCallback)
        resumed = last_whole_checkpoint(work)
        trainer.train(resume_from_checkpoint=resumed)
        log = history(trainer.state.log_history)
        losses = [row["eval_loss"] for row in log if "eval_loss" in row]
        with new_artifact(out, "sft", inputs={"data": data}) as draft:
            save(trainer.model, causal.tokenizer, draft.path)
            draft.facts |= {
                "base": project.llm.base,
                "base_sha256": digest_of_file(weights_of(base)),
                "prompt": prompt.to_spec(),
                "settings": settings.model_dump(mode="json"),
                "rows": {"train": len(train), "val": len(held_out)},
                "tokens": token_counts(causal, prompter, train),
                "history": log,
                "perplexity": [perplexity(loss) for loss in losses],
                "by_writing": judge.epochs,
                "resumed_at_step": int(resumed.rpartition("-")[2]) if resumed else 0,
                "device": chosen,
            }
    shutil.rmtree(work.parent, ignore_errors=True)
    return open_artifact(out, "sft")


def token_rows(causal: Causal, prompter: Prompter, rows: Sequence[Answered]) -> Any:
    """The rows as token ids, with what is learned from: the answer and its end, not the prompt."""
    datasets = library("datasets")
    found = []
    for row in rows:
        prompt = causal.ids(prompter(row.request, [row.path] if row.path else []))
        answer = [*causal.ids(row.answer), causal.tokenizer.eos_token_id]
        found.append({"input_ids": prompt + answer, "completion_mask": [0] * len(prompt) + [1] * len(answer)})
    return datasets.Dataset.from_list(found)


def token_counts(causal: Causal, prompter: Prompter, rows: Sequence[Answered]) -> dict[str, float]:
    """How long prompts and answers are, in tokens: on average, and the longest answer."""
    some = every_nth(rows, 500)
    prompts = [len(causal.ids(prompter(row.request))) for row in some]
    answers = [len(causal.ids(row.answer)) + 1 for row in some]
    return {"prompt": round(sum(prompts) / len(some), 1), "answer": round(sum(answers) / len(some), 1), "longest_answer": max(answers)}
