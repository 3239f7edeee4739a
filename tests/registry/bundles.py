"""A tiny bundle that knows what it answers to some questions, and what it was worth."""

import json

from sayso.artifacts import read_json, write_json
from sayso.runtime.load import load
from tiny_model import CODE_SEARCH, seal, spec_of, write_bundle

METRICS = {"intent": {"accuracy": 0.97, "macro_f1": 0.96, "ece": 0.02, "f1": {"min": 0.9}}, "rows": 100}
QUESTIONS = ("who calls login", "draw the graph", "grep it", "callers graph")


def golden_bundle(folder, heads=CODE_SEARCH, **changes):
    """A bundle with golden rows and metrics; `changes` go into its spec."""
    write_bundle(folder, heads, **changes)
    with load(folder) as model:
        rows = [{"text": text, **model.predict(text).to_dict()} for text in QUESTIONS]
    (folder / "golden.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    seal(folder, spec_of(heads, **changes))
    write_json(folder / "manifest.json", read_json(folder / "manifest.json") | {"metrics": METRICS})
    return folder
