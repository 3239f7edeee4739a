"""Settings -> server processes on one port, until a signal ends them; what they took is answered first."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import uvicorn

from sayso.server.access.tokens import create_token, list_tokens, who_has
from sayso.server.monitoring.prometheus import FOLDER
from sayso.server.monitoring.watch import langfuse_if_wanted, traces_if_wanted
from sayso.server.settings import Settings, environment_of
from sayso.server.store import open_database

SECONDS_TO_FINISH = 30


def first_token(settings: Settings) -> str | None:
    """An admin's token for a server to which nobody has one yet; None if somebody has."""
    database = open_database(settings.database)
    try:
        with database.writing() as transaction:
            if any(who.role == "admin" for token in list_tokens(transaction) if (who := who_has(token))):
                return None
            return create_token(transaction, "admin", f"first admin {secrets.token_hex(2)}")
    finally:
        database.close()


def run_server(
    settings: Settings, host: str, port: int, workers: int, *, behind: str | None = None, tls: tuple[str, str] | None = None
) -> None:
    """Serve until SIGTERM or Ctrl-C. `behind` names the proxies whose word on addresses and TLS is taken."""
    for wanted in (traces_if_wanted, langfuse_if_wanted):  # what is missing for them is said here, not by every process
        wanted()
    share = settings.threads or max(1, settings.answering_threads // workers)
    os.environ.update(environment_of(settings.model_copy(update={"threads": share})))
    certificate, key = tls or (None, None)
    with _shared_numbers(workers):
        uvicorn.run(
            "sayso.server.app:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=behind is not None,
            forwarded_allow_ips=behind or "",
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=32 * 1024,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )


@contextmanager
def _shared_numbers(workers: int) -> Iterator[None]:
    """A folder in which several processes keep the numbers of `/metrics`, while they run."""
    if workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="sayso-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[FOLDER] = folder
        yield
