"""Options that several verbs share, so that they are named and explained alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectOption = Annotated[
    Path, typer.Option("--project", "-C", metavar="DIR", envvar="SAYSO_PROJECT", help="The project's folder (or its sayso.yaml).")
]
SOURCE = "A bundle's or built project's folder, registry:NAME@ALIAS, a Hugging Face folder or OWNER/MODEL, or zero-shot[:MODEL]."
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
DeviceOption = Annotated[str, typer.Option("--device", envvar="SAYSO_DEVICE", help="auto, cpu, cuda or mps.")]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, envvar="SAYSO_THREADS", help="CPU threads for one query.")]
RegistryOption = Annotated[
    Path | None, typer.Option("--registry", metavar="DIR", envvar="SAYSO_REGISTRY", help="The registry's folder, if not the user's own.")
]
NameOption = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="What to call the model of a bundle; default: as its sayso.yaml does.")
]
AliasOption = Annotated[str, typer.Option("--alias", metavar="NAME", help="The name under which programs load the version.")]
WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help="What to write down as the reason.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Say more, and show where an error was raised.")]
