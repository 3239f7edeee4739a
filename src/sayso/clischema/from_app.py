"""A parser or an app of a Python program, by where it is (`module:object`) -> Schema. The app is looked at, never run."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

from sayso.clischema.from_argparse import from_argparse
from sayso.clischema.from_click import from_click
from sayso.clischema.imported import Imported
from sayso.errors import SaysoError, SchemaError, nearest


def from_app(reference: str, name: str | None = None) -> Imported:
    """The schema of an `argparse` parser, a `click` command or a `typer` app. `module:function()` calls a function that makes one."""
    found = _object(reference)
    try:
        return _read(found, reference, name)
    except SaysoError:
        raise
    except (Exception, SystemExit) as error:
        raise SchemaError(f"reading {reference} failed: {type(error).__name__}: {error}") from error


def _read(found: Any, reference: str, name: str | None) -> Imported:
    if isinstance(found, argparse.ArgumentParser):
        return from_argparse(found, reference, name)
    if _is_typer(found):
        from typer.main import get_command

        found = get_command(found)
    if hasattr(found, "params") and hasattr(found, "context_class"):
        return from_click(found, reference, name)
    kind = type(found).__name__
    mend = ""
    if inspect.isfunction(found):
        mend = f"; if it makes the parser, write {reference}() and it will be called"
    raise SchemaError(f"{reference} is no argparse parser, click command or typer app, but a {kind}{mend}")


def _object(reference: str) -> Any:
    module_name, _, rest = reference.partition(":")
    called, path = rest.endswith("()"), rest.removesuffix("()")
    if not module_name or not path:
        raise SchemaError(f"{reference!r} is not of the form module:object, such as my_package.cli:app")
    with _quietly(module_name):
        found: Any = _imported(module_name)
        for step in path.split("."):
            if not hasattr(found, step):
                public = [one for one in vars(found) if not one.startswith("_")] if hasattr(found, "__dict__") else []
                raise SchemaError(f"{module_name} has no {step!r}{nearest(step, public[:40])}")
            found = getattr(found, step)
        if not called:
            return found
        try:
            return found()
        except (Exception, SystemExit) as error:
            raise SchemaError(f"calling {reference} failed: {type(error).__name__}: {error}") from error


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = str(error.name)
        if name == missing or name.startswith(f"{missing}."):
            raise SchemaError(f"there is no module {missing!r}, neither here nor installed in {sys.prefix}") from None
        raise SchemaError(f"importing {name} failed: it needs {missing}, which is not installed in {sys.prefix}") from error
    except (Exception, SystemExit) as error:
        raise SchemaError(f"importing {name} failed: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _quietly(module: str) -> Any:
    """With the working folder on the path, no arguments to find, and what the module prints on stderr."""
    argv, path = sys.argv, list(sys.path)
    sys.argv, sys.path = [module], [str(Path.cwd()), *sys.path]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.argv, sys.path[:] = argv, path


def _is_typer(found: Any) -> bool:
    return any(f"{kind.__module__}.{kind.__qualname__}" == "typer.main.Typer" for kind in type(found).__mro__)
