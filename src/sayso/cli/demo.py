"""`sayso demo`: a page on which people try a bundle, fully in their browser."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from sayso.cli import terminal


def demo(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a bundle, or of a project that has built one.")] = Path(),
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write the page there, for any web server.")] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where to serve it on this machine; 0 takes a free port.")] = 8765,
) -> None:
    """Show a bundle on a page in the browser.

    Type, and see the intent, all classes, the confidence, the action and the milliseconds. The model runs in the
    browser: what is typed does not leave it. Without `--output` the page is served on this machine alone until Ctrl-C;
    with it, the folder can be put on any web server.
    """
    from sayso.export.demo import demo_server, write_demo

    if output is not None:
        index = write_demo(bundle, output)
        terminal.say(f"Wrote {index}. Browsers need it from a web server: python3 -m http.server --bind 127.0.0.1 --directory {output}")
        return
    with demo_server(bundle, port) as server:
        terminal.stdout().print("http://{}:{}/".format(*server.server_address), markup=False)
        terminal.say("Open it in a browser. Ctrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
