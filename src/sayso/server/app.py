"""Settings -> the application: its parts are made when the process starts, and closed when all it took is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from sayso import __version__
from sayso.server.answering.production import Production
from sayso.server.answering.queue import Queue
from sayso.server.api import classify, config, health, jobs, labeling, labeling_transfer, shadow
from sayso.server.limits import Limits
from sayso.server.logs import log_on_stderr
from sayso.server.monitoring import prometheus
from sayso.server.monitoring.handled import Watched
from sayso.server.pages.routes import add_pages
from sayso.server.problems import handle_problems
from sayso.server.settings import Settings, read_settings
from sayso.server.state import Server
from sayso.server.store import open_database

DESCRIPTION = """A small model that says what a text means, how sure it is, and what to do about it.

Show a token with every request: `Authorization: Bearer sayso_…`. Make one with `sayso token create --role app`.
Every answer carries `X-Request-Id`; send one of your own, and it is kept."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application of one process. Without settings it is a process of `sayso serve`, and has those of the environment."""
    if settings is None:
        log_on_stderr()
    chosen = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        server = await run_in_threadpool(start, chosen)
        app.state.server = server
        yield
        await run_in_threadpool(stop, server)

    app = FastAPI(title="sayso", version=__version__, description=DESCRIPTION, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Limits, settings=chosen)
    app.add_middleware(Watched)
    handle_problems(app)
    for part in (classify, config, health, jobs, labeling, labeling_transfer, prometheus, shadow):
        app.include_router(part.router)
    add_pages(app)
    return app


def start(settings: Settings) -> Server:
    """Open the database and the model; a SaysoError says why one of them cannot be had."""
    database = open_database(settings.database)
    production = Production(settings)
    queue = Queue(production, settings.answering_threads, settings.queue_texts)
    server = Server(settings, database, production, queue, config.open_estimator(settings))
    production.start()
    server.monitoring.start()
    server.jobs.start()
    server.shadow.start()
    server.desk.capture.start()
    return server


def stop(server: Server) -> None:
    """Answer what was taken, then close everything."""
    server.queue.close()
    server.shadow.close()
    server.production.stop()
    server.estimator.close()
    server.desk.capture.close()
    server.jobs.close()
    server.monitoring.close()
    server.database.close()
