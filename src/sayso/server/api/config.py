"""`/api/config`: the settings that may change while the server runs, in force at once in every process."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from sayso.artifacts import write_text
from sayso.errors import SaysoError
from sayso.estimator.config import Settings as Complexity
from sayso.estimator.estimator import Estimator
from sayso.server.access.guard import allow
from sayso.server.access.roles import Who
from sayso.server.api.forms import Form, refusals
from sayso.server.audit import record
from sayso.server.problems import Problem
from sayso.server.settings import Settings
from sayso.server.state import Server

router = APIRouter(prefix="/api", tags=["Settings"])
Expert = Annotated[Who, Depends(allow("expert"))]
Admin = Annotated[Who, Depends(allow("admin"))]


class Config(Form):
    """What may be set, what of it is in force, and what was wrong with it last."""

    task_complexity: Complexity
    status: dict[str, Any]


class Changes(Form):
    """The settings to change; what is not named stays."""

    task_complexity: Annotated[dict[str, Any], WithJsonSchema(Complexity.model_json_schema())] = Field(
        examples=[{"enabled": True, "ml_estimation_mode": "hybrid"}]
    )


@router.get("/config", responses=refusals(401, 403))
async def read_config(request: Request, who: Expert) -> Config:
    """The settings that are in force."""
    return _config(request.app.state.server)


@router.put("/config", responses=refusals(400, 401, 403, 413, 422))
async def change_config(changes: Changes, request: Request, who: Admin) -> Config:
    """Change settings. They are checked first, written whole or not at all, and in force when this answers."""
    server: Server = request.app.state.server
    await run_in_threadpool(change, server, changes.task_complexity, who)
    return _config(server)


def change(server: Server, changes: dict[str, Any], who: Who) -> None:
    """Take over new settings of the estimator, and note who changed what."""
    with server.database.writing() as transaction:
        before = server.estimator.settings.model_dump(mode="json")
        try:
            after = server.estimator.update(**changes).model_dump(mode="json")
        except SaysoError as error:
            raise Problem(422, "invalid", str(error)) from None
        different = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if different:
            record(transaction, who, "config.change", "task_complexity", changes=different)


def open_estimator(settings: Settings) -> Estimator:
    """The estimator by the server's config.yaml, which is made if it is not there."""
    if not settings.config_file.is_file():
        write_text(settings.config_file, "task_complexity: {}\n")
    return Estimator(settings.config_file)


def _config(server: Server) -> Config:
    return Config(task_complexity=server.estimator.settings, status=dict(server.estimator.status))
