"""`/settings`: what the estimator does, and with which model; in force as soon as it is saved."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, Request, Response

from sayso.estimator.config import MODEL, Settings
from sayso.runtime.blend import Mode
from sayso.server.api.config import change
from sayso.server.pages.page import page, redirect
from sayso.server.pages.visitor import Admin, Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

router = APIRouter(prefix="/settings")


@router.get("")
def settings(request: Request, person: Expert, done: str = "") -> Response:
    """The settings that are in force, and what they led to."""
    server: Server = request.app.state.server
    return _page(request, _shown(server.estimator.settings), saved=done == "saved")


@router.post("")
def save(
    request: Request,
    person: Admin,
    enabled: Annotated[bool, Form()] = False,
    ml_model_enabled: Annotated[bool, Form()] = False,
    ml_estimation_mode: Annotated[str, Form()] = "",
    ml_model_path: Annotated[str, Form()] = "",
    ml_tokenizer_path: Annotated[str, Form()] = "",
) -> Response:
    """Take over what was changed; what was not stays as the file has it."""
    server: Server = request.app.state.server
    before = _shown(server.estimator.settings)
    given = {
        "enabled": enabled,
        "ml_model_enabled": ml_model_enabled,
        "ml_estimation_mode": ml_estimation_mode,
        "ml_model_path": ml_model_path.strip() or str(MODEL),
        "ml_tokenizer_path": ml_tokenizer_path.strip(),
    }
    changes = {name: value if value != "" else None for name, value in given.items() if value != before[name]}
    try:
        change(server, changes, person.who)
    except Problem as problem:
        return _page(request, given, status=problem.status, problem=problem.message)
    return redirect("/settings", done="saved")


def _shown(settings: Settings) -> dict[str, Any]:
    """The settings as the form has them, where nothing is an empty text."""
    return {name: "" if value is None else value for name, value in settings.model_dump(mode="json").items()}


def _page(request: Request, shown: dict[str, Any], *, status: int = 200, saved: bool = False, problem: str | None = None) -> Response:
    server: Server = request.app.state.server
    server.estimator.estimate("")  # a model is loaded when it is first asked, and this page shows whether that works
    return page(
        request,
        "settings.html",
        status=status,
        settings=shown,
        estimator=server.estimator.status,
        modes=get_args(Mode),
        file=server.settings.config_file.resolve(),
        default_model=MODEL,
        saved=saved,
        problem=problem,
    )
