"""`sayso push`: a bundle, sent to the Hugging Face Hub."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, RegistryOption, WhyOption


def push(
    source: Annotated[str, typer.Argument(metavar="VERSION", help="NAME@VERSION or NAME, which is in production; or a bundle.")],
    repo: Annotated[str, typer.Argument(metavar="OWNER/REPO", help="The repository; it is made if it is not there.")],
    public: Annotated[bool, typer.Option("--public", help="Let everybody read it; default: its owner alone.")] = False,
    why: WhyOption = "",
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a bundle to the Hugging Face Hub.

    All files go in one commit, with a model card (README.md) written from the manifest. The texts in `golden.jsonl` are
    among them. HF_TOKEN says who you are, HF_ENDPOINT where the hub is, if it is not huggingface.co.
    """
    from sayso.registry import default_registry
    from sayso.registry import push as send
    from sayso.registry.references import bundle_of

    folder = bundle_of(source, registry or default_registry())
    with terminal.progress() as progress:
        pushed = send(folder, repo, visibility="public" if public else "private", why=why, progress=progress)
    if as_json:
        terminal.print_json(asdict(pushed))
        return
    terminal.stdout().print(pushed.url, markup=False)
    terminal.say(f"Pushed {source} to {pushed.repo} ({pushed.visibility}), commit {pushed.commit[:12]}.")
