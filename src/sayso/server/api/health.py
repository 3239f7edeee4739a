"""`/healthz`: this process lives. `/readyz`: it can answer, with the model that it should answer with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from sayso import __version__
from sayso.errors import SaysoError
from sayso.server.state import Server
from sayso.server.store.database import Database

router = APIRouter(tags=["Operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process lives."""
    return {"status": "ok", "sayso": __version__}


@router.get("/readyz", responses={503: {"description": "It cannot answer, or not as it should."}})
async def readyz(request: Request) -> JSONResponse:
    """Whether requests can be answered: 503 when they cannot, `degraded` when they are, but not by the model that is asked for."""
    server: Server = request.app.state.server
    serving = server.production.serving
    checks: dict[str, Any] = {
        "model": {"name": serving.name, "version": serving.version, "since": serving.since.isoformat(timespec="seconds")},
        "refused_model": server.production.problem,
        "estimator": server.estimator.status["problem"],
        "database": await run_in_threadpool(_wrong_with, server.database),
        "queue": {"open": server.queue.is_open, "waiting": server.queue.waiting},
    }
    works = server.queue.is_open and checks["database"] is None
    status = "ready" if works and checks["refused_model"] is None else "degraded" if works else "not ready"
    return JSONResponse({"status": status, **checks}, status_code=200 if works else 503)


def _wrong_with(database: Database) -> str | None:
    """Why the database does not answer; None if it does."""
    try:
        with database.reading() as transaction:
            transaction.connection()
    except SaysoError as error:
        return str(error)
    return None
