"""The list of verbs. Each lives in a module of its own name, imported only when it is asked for."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info
from typer.models import CommandInfo

from sayso import __version__
from sayso.cli import terminal
from sayso.cli.options import QuietOption, VerboseOption
from sayso.errors import MissingExtra, SaysoError, UsageError, nearest

VERBS: dict[str, dict[str, str]] = {
    "Start": {
        "init": "Make a project from a recipe.",
        "build": "Run every stage that has something new to do.",
        "doctor": "Tell what this machine can train, and how long it takes.",
    },
    "Stages, in the order of the pipeline": {
        "generate": "Make examples from templates.",
        "check": "Look for what is wrong with the examples.",
        "verify": "Go through a sample of the examples by hand.",
        "train": "Fit the encoder and its heads.",
        "export": "Turn the weights into ONNX, INT8.",
        "calibrate": "Make the confidence mean something.",
        "evaluate": "Prove the model on held-out data.",
        "bundle": "Pack the folder that is deployed.",
    },
    "Stages of a language model, after verify": {
        "sft": "Teach a language model to write the answers.",
        "prefer": "Collect what it got wrong, beside what is right.",
        "dpo": "Teach it to prefer what is right.",
        "gguf": "Turn it into one file that llama.cpp runs.",
    },
    "Use": {
        "predict": "Say what a text means.",
        "do": "Run a command that is asked for in plain words.",
        "bench": "Measure how fast a bundle answers.",
        "demo": "Show a bundle on a page in the browser.",
        "install": "Copy a bundle to where a program looks for it.",
        "bases": "Show the base models and where they are.",
        "schema": "Check, show and import schemas of command line tools.",
    },
    "Versions": {
        "models": "Show the versions of models on this machine, and add to them.",
        "promote": "Put a version where programs load it.",
        "rollback": "Put an alias back to the version before.",
        "push": "Send a bundle to the Hugging Face Hub.",
        "pull": "Fetch a bundle from the Hugging Face Hub into the registry.",
        "gc": "Remove the versions that nothing needs any more.",
    },
    "Production": {
        "serve": "Answer over HTTP, with pages to watch and steer it.",
        "token": "Say who may use a server.",
        "db": "Upgrade, back up or restore a server's database.",
        "label": "Say what texts mean, one after the other.",
        "export-labels": "Write down what people have answered on a server.",
        "import-labels": "Take labels and texts into a server's database.",
        "redact": "Show what would be taken out of texts before they are kept.",
        "retrain": "Learn from the labels that people gave, and prove that it helped.",
    },
}


GO_ON = ("build", "train", "sft", "dpo", "verify", "label", "bench", "retrain")
"""Verbs that, run again after an interruption, go on where they were."""

TRAIN_PACKAGES = {
    *("accelerate", "altair", "hassil", "huggingface_hub", "jinja2", "onnx", "pyarrow"),
    *("rapidfuzz", "safetensors", "scipy", "sklearn", "rstr", "torch", "transformers", "vl_convert", "wordfreq"),
}
"""What `sayso[train]` brings: where one of them is missing, the user is told to install it."""

SERVER_PACKAGES = {
    *("alembic", "fastapi", "httpx2", "multipart", "prometheus_client", "psycopg", "sqlalchemy"),
    *("starlette", "structlog", "uvicorn", "watchfiles"),
}
"""What `sayso[server]` brings."""


class Verbs(TyperGroup):
    """The group of all verbs: knows their names and summaries, and imports a verb's module when it is run."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All verbs, in the order a newcomer needs them."""
        return [verb for panel in VERBS.values() for verb in panel]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb as the overview shows it: a name, a summary, a panel."""
        for panel, verbs in VERBS.items():
            if cmd_name in verbs:
                return TyperCommand(cmd_name, help=verbs[cmd_name], rich_help_panel=panel)
        return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb as it runs, with its options."""
        name, *rest = args
        if name not in self.list_commands(ctx):
            if ctx.resilient_parsing:  # a shell asks what could be completed: nothing
                return None, None, rest
            raise UsageError(f"there is no verb {name!r}{nearest(name, self.list_commands(ctx))}")
        return name, load_verb(name), rest


def load_verb(name: str) -> Any:
    """Import a verb's module and make a command of its function."""
    identifier = name.replace("-", "_")
    function = getattr(importlib.import_module(f"sayso.cli.{identifier}"), identifier)
    info = CommandInfo(name=name, callback=_with_volume(function))
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode="markdown")


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sayso {__version__}")
        raise typer.Exit


@app.callback()
def sayso(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")] = False,
) -> None:
    """Turn a list of intents into a small model that runs on your own machine."""


def run() -> None:
    """Run the command line; a SaysoError becomes a message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except SaysoError as error:
        if terminal.volume.verbose:
            terminal.stderr().print_exception()
        terminal.fail(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if terminal.volume.verbose:
            terminal.stderr().print_exception()
        terminal.fail(f"{error.filename or 'output'}: {error.strerror or error}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(SaysoError.exit_code)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in TRAIN_PACKAGES | SERVER_PACKAGES:
            raise
        missing = MissingExtra(f"this command uses {package}; it", "train" if package in TRAIN_PACKAGES else "server")
        terminal.fail(str(missing))
        sys.exit(missing.exit_code)


def _with_volume(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb's function with --quiet and --verbose added, which all verbs take."""

    @functools.wraps(verb)
    def louder_or_quieter(*args: Any, quiet: bool, verbose: bool, **options: Any) -> None:
        terminal.volume.quiet, terminal.volume.verbose = quiet, verbose
        try:
            verb(*args, **options)
        except KeyboardInterrupt:
            terminal.say("interrupted" + ("; the same command goes on from there" if verb.__name__ in GO_ON else ""))
            raise

    own = inspect.signature(verb, eval_str=True)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
        for name, annotation in (("quiet", QuietOption), ("verbose", VerboseOption))
    ]
    louder_or_quieter.__signature__ = own.replace(parameters=[*own.parameters.values(), *added])  # type: ignore[attr-defined]
    return louder_or_quieter
