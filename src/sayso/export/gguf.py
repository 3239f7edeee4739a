"""The artifact `dpo`, or `sft` where there is none -> the artifact `gguf`: one file that llama.cpp runs.

llama.cpp's own converter writes the network in half precision, with its chat template, its signs and its stop, and its own quantizer
makes it smaller. What torch and llama.cpp read and write must agree before anything is quantized; what quantizing costs is measured on
validation rows.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sayso.artifacts import Artifact, Progress, new_artifact, no_progress, open_artifact
from sayso.clischema import to_spec
from sayso.clischema.notation_grammar import grammar_of
from sayso.clischema.same import same_answer
from sayso.errors import ArtifactError, CheckFailed, MissingExtra, UsageError
from sayso.examples import read_split
from sayso.examples.answers import Answered, answered, every_nth
from sayso.network.causal import NETWORK, Causal, load_causal
from sayso.network.libraries import quiet_libraries
from sayso.project import Project
from sayso.runtime.llama import Writer
from sayso.runtime.prompt import Prompt, Prompter
from sayso.runtime.spec import FORMAT
from sayso.runtime.written import answer_in_json
from sayso.tuning import Quantization

MODEL, HALF = "model.gguf", "model.f16.gguf"
CONVERTER = "convert_hf_to_gguf"
CODES = {"f16": 1, "q4_0": 2, "q8_0": 7, "q4_k_m": 15, "q5_k_m": 17}
"""What llama.cpp's quantizer calls them (`llama_ftype`)."""
PARITY_ROWS, QUALITY_ROWS = 24, 120
LEAST_SAME = 0.85
"""So many greedy answers must be the same word for word; half precision turns a few where two tokens were as good as even."""


def gguf(project: Project, tuned: Artifact, data: Artifact, out: Path, progress: Progress = no_progress) -> Artifact:
    """Convert, prove parity, quantize, measure."""
    if project.tool is None:
        raise UsageError("a language model answers with commands, and this project has no `commands:`")
    rows = every_nth(list(answered(project.tool, read_split(data, "val", project.heads))), QUALITY_ROWS)
    prompt = Prompt.from_spec(tuned.manifest["prompt"])
    prompter = Prompter(prompt, project.tool)
    grammar = grammar_of(project.tool)
    inputs = {"tuned": tuned, "data": data}
    with new_artifact(out, "gguf", inputs=inputs) as draft, tempfile.TemporaryDirectory(dir=draft.path) as scratch:
        half = Path(scratch, HALF)
        progress("converting", 0, 4)
        with quiet_libraries():
            causal = load_causal(tuned.path / NETWORK)
            convert(tuned.path / NETWORK, half)
            progress("comparing torch and llama.cpp", 1, 4)
            parity = parity_of(causal, half, prompter, rows[:PARITY_ROWS])
        del causal
        qualities: dict[str, Any] = {}
        kept = half
        for number, quantization in enumerate(dict.fromkeys(("f16", *project.llm.rivals, project.llm.quantization))):
            progress(f"measuring {quantization}", 2 + number, 4 + len(project.llm.rivals))
            file = half if quantization == "f16" else quantized(half, Path(scratch, f"{quantization}.gguf"), quantization)
            qualities[quantization] = quality_of(project, file, prompter, grammar, rows) | {"size_mb": file.stat().st_size / 1e6}
            if quantization == project.llm.quantization:
                kept = file
            elif file != half:
                file.unlink()
        kept.replace(draft.path / MODEL)
        draft.facts |= {
            "spec": {
                "format": FORMAT,
                "engine": "llm",
                "heads": {},
                "name": project.name,
                "languages": list(project.languages),
                "bands": project.bands.model_dump(),
                "prompt": prompt.to_spec(),
                "commands": {"schema": to_spec(project.tool)},
                "quantization": project.llm.quantization,
            },
            "base": tuned.manifest["base"],
            "base_sha256": tuned.manifest["base_sha256"],
            "parity": parity,
            "tensors": tensor_mix(draft.path / MODEL),
            "quality": qualities,
        }
    return open_artifact(out, "gguf")


def convert(folder: Path, out: Path) -> None:
    """llama.cpp's own converter, in a process of its own: it sets up logging and command line as if it were alone."""
    import importlib.util

    if importlib.util.find_spec(CONVERTER) is None:
        raise MissingExtra("Converting a language model", "llm")
    command = [sys.executable, "-m", CONVERTER, str(folder), "--outfile", str(out), "--outtype", "f16"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not out.is_file():
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()] or ["it said nothing"]
        raise ArtifactError(f"llama.cpp's converter could not convert this model: {said[-1].strip()}", folder)


def quantized(half: Path, out: Path, quantization: Quantization) -> Path:
    """llama.cpp's own quantizer."""
    try:
        import llama_cpp
    except ImportError:
        raise MissingExtra("Quantizing a language model", "llm") from None
    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype = CODES[quantization]
    with _silent(llama_cpp):
        failed = llama_cpp.llama_model_quantize(str(half).encode(), str(out).encode(), ctypes.byref(settings))
    if failed:
        raise ArtifactError(f"llama.cpp's quantizer could not make {quantization} of this model", half)
    return out


def parity_of(causal: Causal, file: Path, prompter: Prompter, rows: Sequence[Answered]) -> dict[str, Any]:
    """Whether torch and llama.cpp cut prompts into the same tokens, write the same without a grammar, and stop at the same sign."""
    writer = Writer(file, None)
    try:
        prompts = [prompter(row.request) for row in rows]
        same_ids = sum(causal.ids(prompt) == writer.ids(prompt) for prompt in prompts)
        by_torch = [texts[0] for texts in causal.write(prompts)]
        same = sum(one == writer.write(prompt).text.strip() for one, prompt in zip(by_torch, prompts, strict=True))
        found = {
            "prompts": len(prompts),
            "same_ids": same_ids / max(1, len(prompts)),
            "same_answers": same / max(1, len(prompts)),
            "same_stop": writer.stop == causal.tokenizer.eos_token_id,
        }
    finally:
        writer.close()
    if found["same_ids"] < 1 or not found["same_stop"] or found["same_answers"] < LEAST_SAME:
        stop = "the same" if found["same_stop"] else "another"
        raise CheckFailed(
            f"the converted model is not the trained one: {found['same_ids']:.0%} of the prompts have the same tokens, "
            f"{found['same_answers']:.0%} of the answers are the same ({LEAST_SAME:.0%} must be), the stop sign is {stop}"
        )
    return found


def quality_of(project: Project, file: Path, prompter: Prompter, grammar: str, rows: Sequence[Answered]) -> dict[str, float]:
    """The share of validation rows that are answered right in everything, with the grammar."""
    assert project.tool is not None
    writer = Writer(file, grammar)
    try:
        right = 0
        for row in rows:
            answer = answer_in_json(project.tool, writer.write(prompter(row.request)).text, row.example.context)
            truth = row.example.output or {"type": "none"}
            right += same_answer(truth, answer)
    finally:
        writer.close()
    return {"rows": len(rows), "exact": round(right / max(1, len(rows)), 4)}


def tensor_mix(file: Path) -> dict[str, dict[str, float]]:
    """What types the tensors really have, how many of each, and their share of the bytes: a quantization's name promises most of them."""
    try:
        from gguf import GGUFReader
    except ImportError:
        raise MissingExtra("Reading a GGUF file", "llm") from None
    counts, sizes = Counter[str](), Counter[str]()
    for tensor in GGUFReader(file).tensors:
        counts[tensor.tensor_type.name] += 1
        sizes[tensor.tensor_type.name] += int(tensor.n_bytes)
    whole = sizes.total()
    return {name: {"tensors": number, "share_of_bytes": round(sizes[name] / whole, 4)} for name, number in counts.most_common()}


def _silent(llama_cpp: Any) -> Any:
    """Keep what llama.cpp says to itself off the terminal."""
    from llama_cpp._utils import suppress_stdout_stderr

    return suppress_stdout_stderr(disable=False)
