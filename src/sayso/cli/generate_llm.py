"""`sayso generate --with llm`: rows asked of a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.cli import terminal
from sayso.errors import UsageError, nearest

if TYPE_CHECKING:
    from sayso.generate.llm import Summary
    from sayso.project import Project

WITH = ("llm",)
FROM_ENVIRONMENT = ("url", "model")
"""What may be set for every command, and so is no mistake without --with."""

WithOption = Annotated[
    str | None, typer.Option("--with", metavar="llm", help="Ask a language model for rows, and put those that hold in `data/`.")
]
UrlOption = Annotated[
    str | None,
    typer.Option("--llm-url", metavar="URL", envvar="SAYSO_LLM_URL", help="A server with OpenAI's protocol, with /v1 where it has one."),
]
ModelOption = Annotated[str | None, typer.Option("--llm-model", metavar="NAME", envvar="SAYSO_LLM_MODEL", help="What it calls the model.")]
NumOption = Annotated[int | None, typer.Option("--num", min=1, help="With --with llm: rows wanted in all; default 3000.")]
BatchOption = Annotated[int | None, typer.Option("--batch", min=1, help="Rows asked for at once; default 20.")]
ConcurrencyOption = Annotated[int | None, typer.Option("--concurrency", min=1, help="Requests at the same time; default 4.")]
PriceInOption = Annotated[float | None, typer.Option("--price-in", min=0, help="USD per million tokens of the questions.")]
PriceOutOption = Annotated[float | None, typer.Option("--price-out", min=0, help="USD per million tokens of the answers.")]
MaxCostOption = Annotated[
    float | None, typer.Option("--max-cost", min=0, metavar="USD", help="End before a batch that could make it cost more.")
]
MaxTokensOption = Annotated[
    int | None, typer.Option("--llm-max-tokens", min=1, help="The longest answer; default: 200 tokens for each row of --batch, and 300.")
]
TimeoutOption = Annotated[float | None, typer.Option("--llm-timeout", min=0.1, help="Seconds to wait for one answer; default 120.")]
ForceOption = Annotated[bool, typer.Option("--force", help="With --with llm: start over, instead of going on.")]

REASONS = {
    "max_cost": "the next batch could have cost more than --max-cost leaves; with a higher one, the same command goes on",
    "in_vain": "too little of what the model wrote could be kept; data/rejected.jsonl says why",
}


def refuse_without(given: dict[str, Any]) -> None:
    """Refuse options that only mean something with a language model."""
    lost = [name for name, value in given.items() if value not in (None, False) and name not in FROM_ENVIRONMENT]
    if lost:
        raise UsageError(f"{_option(lost[0])} goes with --with llm")


def run(project: Project, chosen: str, given: dict[str, Any], others: dict[str, Any], as_json: bool) -> None:
    """Ask, and tell what came of it. `others` are options that have no meaning here."""
    if chosen not in WITH:
        raise UsageError(f"--with {chosen}: rows can be asked of no such thing{nearest(chosen, WITH)}")
    lost = [name for name, value in others.items() if value not in (None, False)]
    if lost:
        raise UsageError(f"{_option(lost[0])} does not go with --with llm, which writes data/train.jsonl and data/train_val.jsonl")
    from sayso.generate.llm import Settings, generate_with_llm, rows_begun

    settings = Settings(**({"url": "", "model": ""} | {name: value for name, value in given.items() if value is not None}))
    begun = 0 if settings.force else rows_begun(project)
    if begun:
        terminal.say(f"going on from {begun} rows in data/train_progress.jsonl")
    try:
        with terminal.progress() as progress:
            summary = generate_with_llm(project, settings, progress)
    except KeyboardInterrupt:
        if begun := rows_begun(project):
            terminal.say(f"{begun} rows are in data/train_progress.jsonl; the same command goes on from there")
        raise
    if as_json:
        terminal.print_json(summary.to_dict())
        return
    _show(summary)


def _option(name: str) -> str:
    named = {"max_tokens": "llm-max-tokens", "timeout": "llm-timeout"}
    return f"--{named.get(name, name).replace('_', '-')}"


def _show(summary: Summary) -> None:
    terminal.say(_rows(summary))
    if summary.asked:
        rejected = sum(summary.rejected.values())
        told = ", ".join(f"{number} {reason}" for reason, number in summary.rejected.items())
        terminal.say(f"{summary.asked} looked at: {summary.kept} kept, {rejected} rejected" + (f" ({told})." if told else "."))
        terminal.say(_cost(summary))
        terminal.say("; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in summary.diversity.items()))
    if summary.stopped in REASONS:
        terminal.say(f"{sum(summary.files.values())} of {summary.wanted} rows: {REASONS[summary.stopped]}.", style="yellow")
    if summary.add_to_data:
        terminal.say("To train on them, add to sayso.yaml:\ndata:\n" + "\n".join(f"  {line}" for line in summary.add_to_data))


def _rows(summary: Summary) -> str:
    files = " and ".join(f"{number} in {name}" for name, number in summary.files.items())
    before = f", {summary.before} of them from before" if summary.before else ""
    return f"{sum(summary.files.values())} rows: {files}{before}."


def _cost(summary: Summary) -> str:
    usage = summary.usage
    told = f"{usage.requests} requests, {usage.cached} answers from the cache; {usage.tokens_in} tokens in, {usage.tokens_out} out"
    told += f" ({usage.estimated} answers without figures, estimated)" if usage.estimated else ""
    return f"{told}; {usage.cost:.4f} USD." if usage.cost else f"{told}."
