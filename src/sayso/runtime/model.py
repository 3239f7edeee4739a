"""Model: an ONNX graph, its tokenizer and its spec -> Predictions. Safe to use from many threads at once.

Each text runs through the graph alone and unpadded, in lists too. An INT8 graph scales its activations by all that is
in a batch, so a batch would make the answer for one text depend on its neighbours; it would gain a tenth in speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from sayso.errors import BundleError, UsageError
from sayso.runtime.answers import answers, column_of
from sayso.runtime.blend import parse_blend
from sayso.runtime.graph import INPUTS, batch_of, open_graph, open_tokenizer
from sayso.runtime.prediction import Prediction
from sayso.runtime.spans import Offsets, TokenScores, outputs_of, places_of
from sayso.runtime.spec import HeadSpec, parse_spec
from sayso.runtime.texts import list_of_texts, well_formed

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from sayso.clischema import Schema
    from sayso.runtime.hybrid import Hybrid
    from sayso.runtime.interpret import Interpreter
    from sayso.runtime.interpretation import Interpretation
    from sayso.runtime.llm_model import LlmModel

Output = NDArray[np.float32] | TokenScores

UNDER_WAY = 512
"""So many texts of a list are given to the threads at once: those that wait cost memory."""


class Model:
    """A loaded model; `close()`, or the end of its `with` block, gives its memory back."""

    def __init__(self, spec: Mapping[str, Any], onnx: Path, tokenizer: Path, threads: int = 1, gguf: Path | None = None) -> None:
        """`threads` work on a single text together; in a list, each takes a text of its own. `gguf` is the language model that helps an
        encoder of commands, where its spec has one.
        """
        if threads < 1:
            raise UsageError(f"threads must be 1 or more, not {threads}")
        self.spec = parse_spec(spec)
        self.blend = parse_blend(spec)
        self.threads = threads
        self._path = Path(onnx)
        self._graph: InferenceSession | None = open_graph(self._path, threads, fused=self.spec.fused)
        self._inputs = [node.name for node in self._graph.get_inputs()]
        self._outputs = [head.output for head in self.heads.values()]
        self._tokenizer = open_tokenizer(Path(tokenizer), self.spec.max_length)
        self._ids_of_nothing = self.token_ids("")
        self._commands: Mapping[str, Any] | None = spec.get("commands")
        self._helper: tuple[Mapping[str, Any], Path] | None = (spec["llm"], Path(gguf)) if gguf and spec.get("llm") else None
        self._writer: LlmModel | None = None
        self._check_graph(self._graph)

    @overload  # a str is an Iterable[str] too; the first overload that fits wins
    def predict(self, texts: str) -> Prediction: ...  # type: ignore[overload-overlap]

    @overload
    def predict(self, texts: Iterable[str]) -> list[Prediction]: ...

    def predict(self, texts: str | Iterable[str]) -> Prediction | list[Prediction]:
        """What a text means; for a list of texts, a list of answers in the same order.

        Every text gets an answer. One in which the tokenizer finds nothing is out of scope, with action `ask`.
        """
        if isinstance(texts, str):
            return self._predict([texts])[0]
        return self._predict(list_of_texts(texts))

    def interpret(self, text: str, context: Mapping[str, Any] | None = None) -> Interpretation:
        """What a request asks of the tool that this model was made for: a Command to run, or a Clarification to ask for.

        The context tells what "this", "it" and "current" are: `{"git": {"current_pr": 42}}`.
        """
        return self._interpreter.interpret(text, context)

    @property
    def schema(self) -> Schema | None:
        """What the tool can be told; None for a model that only sorts texts."""
        return self._interpreter.schema if self._commands else None

    @cached_property
    def _interpreter(self) -> Interpreter | Hybrid:
        """What turns this model's outputs into commands."""
        if self._commands is None:
            raise UsageError("this model knows no commands: its project has no `commands:`; `predict` tells what it makes of a text")
        from sayso.runtime.reading import interpreter_of

        encoder = interpreter_of(self, self._commands)
        if self._helper is None:
            return encoder
        from sayso.runtime.hybrid import Hybrid
        from sayso.runtime.llm_model import LlmModel

        spec, gguf = self._helper
        self._writer = LlmModel(spec, gguf, self.threads)
        return Hybrid(encoder, self._writer.interpreter, float(spec["below"]))

    def logits(self, texts: Iterable[str]) -> dict[str, NDArray[Any]]:
        """What the heads say before temperature: an array per head, a row per text; a score head has one number per text, a spans head
        its TokenScores.
        """
        return self._by_head([outputs for outputs, _ in self._run_each(list_of_texts(texts))])

    def token_ids(self, text: str) -> list[int]:
        """The text as the graph sees it: cut to the longest length, and at least one token."""
        return self._encoded(text)[0]

    @property
    def heads(self) -> Mapping[str, HeadSpec]:
        """Every head by its name, in the order of the project."""
        return self.spec.heads

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the first choice head; none if there is no such head."""
        return self.heads[self.spec.main_head].labels if self.spec.main_head else ()

    def close(self) -> None:
        """Give the memory back; the model answers no more."""
        self._graph = None
        self.__dict__.pop("_graph_of_one_thread", None)
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _predict(self, texts: Sequence[str]) -> list[Prediction]:
        rows = list(self._run_each(texts))
        logits = self._by_head([outputs for outputs, _ in rows])
        return answers(self.spec, logits, [well_formed(text) for text in texts], [blank for _, blank in rows])

    def _encoded(self, text: str) -> tuple[list[int], Offsets]:
        """The text as the graph sees it, and where in it each token stands."""
        encoding = self._tokenizer.encode(well_formed(text))
        return encoding.ids or [0], encoding.offsets or [(0, 0)]

    def _run_each(self, texts: Sequence[str]) -> Iterator[tuple[list[Output], bool]]:
        """For each text, in order: the heads' outputs, and whether the text is blank."""
        graph = self._graph
        if graph is None:
            raise UsageError("this model was closed; load it again")
        if self.threads == 1 or len(texts) < 2:
            yield from (self._run(graph, text) for text in texts)
            return
        graph = self._graph_of_one_thread
        with ThreadPoolExecutor(self.threads) as pool:
            for start in range(0, len(texts), UNDER_WAY):
                yield from pool.map(lambda text: self._run(graph, text), texts[start : start + UNDER_WAY])

    def _run(self, graph: InferenceSession, text: str) -> tuple[list[Output], bool]:
        ids, offsets = self._encoded(text)
        batch = batch_of(ids)
        outputs: list[Output] = graph.run(self._outputs, {name: batch[name] for name in self._inputs})
        for index, head in enumerate(self.heads.values()):
            if head.type == "spans":
                outputs[index] = TokenScores(outputs[index][0], places_of(well_formed(text), offsets))  # type: ignore[index]
        return outputs, ids == self._ids_of_nothing or not text.strip()

    def _by_head(self, rows: Sequence[Sequence[Output]]) -> dict[str, NDArray[Any]]:
        """The outputs of all rows as one array per head."""
        for outputs in rows:
            for head, output in zip(self.heads.values(), outputs, strict=True):
                if not np.isfinite(output.logits if isinstance(output, TokenScores) else output).all():
                    raise BundleError(f"head {head.name!r} answers with something that is no number; export the model again", self._path)
        return {name: column_of(head, [row[index] for row in rows]) for index, (name, head) in enumerate(self.heads.items())}

    @cached_property
    def _graph_of_one_thread(self) -> InferenceSession:
        """The same graph for lists, where threads take a text each instead of sharing one."""
        return open_graph(self._path, 1, fused=self.spec.fused)

    def _check_graph(self, graph: InferenceSession) -> None:
        """Refuse a graph that does not fit the spec; the run it takes also makes the first answer as quick as the next."""
        for node in graph.get_inputs():
            if node.name not in INPUTS or node.type != "tensor(int64)":
                raise BundleError(f"this graph wants {node.type} {node.name!r}; a runtime gives int64 {', '.join(INPUTS)}", self._path)
        if missing := set(self._outputs) - {node.name for node in graph.get_outputs()}:
            raise BundleError(f"this graph has no output {min(missing)!r}; export the model again", self._path)
        outputs, _ = self._run(graph, "")
        for head, output in zip(self.heads.values(), outputs, strict=True):
            found = output.logits.shape[-1] if isinstance(output, TokenScores) else output.size
            wanted = outputs_of(len(head.labels)) if head.type == "spans" else max(1, len(head.labels))
            if found != wanted:
                raise BundleError(f"head {head.name!r} needs {wanted} numbers, this graph gives {found}; export it again", self._path)
