"""LlmModel: a bundle whose engine writes its answers; and what an encoder's bundle needs of one to be helped by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, Self

from sayso.clischema import Schema, from_spec
from sayso.clischema.notation_grammar import grammar_of
from sayso.errors import BundleError, UsageError
from sayso.runtime.decide import Bands
from sayso.runtime.interpret import Interpreter
from sayso.runtime.interpretation import Interpretation
from sayso.runtime.llama import Writer
from sayso.runtime.llm import LlmReader
from sayso.runtime.prompt import LONGEST, Prompt, Prompter
from sayso.runtime.spec import FORMAT, HeadSpec, Spec


class LlmModel:
    """A loaded language model; `close()`, or the end of its `with` block, gives its memory back."""

    def __init__(self, spec: Mapping[str, Any], gguf: Path, threads: int = 1, *, with_grammar: bool = True) -> None:
        """Without the grammar it may write anything: to measure what that gives."""
        if spec.get("format") != FORMAT:
            raise BundleError(f"this bundle has format {spec.get('format')!r} and this version of sayso reads format {FORMAT}", gguf)
        if threads < 1:
            raise UsageError(f"threads must be 1 or more, not {threads}")
        self.schema: Schema = from_spec(spec["commands"]["schema"])
        self.spec = Spec(str(spec["name"]), LONGEST, {}, Bands(**spec["bands"]))
        self.writer = Writer(gguf, grammar_of(self.schema) if with_grammar else None, threads=threads)
        reader = LlmReader(self.writer, Prompter(Prompt.from_spec(spec["prompt"]), self.schema), self.schema)
        self.interpreter = Interpreter(reader, self.schema, self.spec.bands, spec["commands"].get("confidence"))

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """What a request asks of the tool that this model was made for: a Command to run, or a Clarification to ask for."""
        return self.interpreter.interpret(text, context)

    def predict(self, texts: str | Iterable[str]) -> NoReturn:
        """It has no labels to choose among."""
        raise UsageError("this model writes commands and has no labels to choose among; `interpret` tells what a request means")

    def logits(self, texts: Iterable[str]) -> NoReturn:
        """It has no heads."""
        self.predict(texts)

    @property
    def heads(self) -> Mapping[str, HeadSpec]:
        """None."""
        return self.spec.heads

    @property
    def labels(self) -> tuple[str, ...]:
        """None."""
        return ()

    def close(self) -> None:
        """Give the memory back; the model answers no more."""
        self.writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
