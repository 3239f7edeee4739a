"""`sayso pull`: a bundle, fetched from the Hugging Face Hub into the registry."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.cli import terminal
from sayso.cli.options import JsonOption, NameOption, RegistryOption, WhyOption


def pull(
    repo: Annotated[str, typer.Argument(metavar="OWNER/REPO", help="The repository, as `sayso push` wrote it.")],
    revision: Annotated[str | None, typer.Option("--revision", metavar="REV", help="A branch, tag or commit; default: main.")] = None,
    name: NameOption = None,
    why: WhyOption = "",
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a bundle from the Hugging Face Hub into the registry.

    Every file is verified against the checksums. No alias is switched. HF_TOKEN says who you are, HF_ENDPOINT where the
    hub is, if it is not huggingface.co.
    """
    from sayso.registry import default_registry
    from sayso.registry import pull as fetch

    with terminal.progress() as progress:
        version = fetch(repo, registry or default_registry(), name, revision=revision, why=why, progress=progress)
    if as_json:
        terminal.print_json({"model": version.model, **version.to_dict(), "path": str(version.bundle)})
        return
    terminal.stdout().print(str(version), markup=False)
    terminal.say(f"To use it as {version.model}@production: sayso promote {version.model}@{version.number}")
