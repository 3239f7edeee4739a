"""`/report`: the report of the project's build, in a frame in which nothing runs and from which nothing gets out."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from sayso.server.pages.page import POLICY, headers_by, page
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.state import Server

FRAMED = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "",
}

router = APIRouter(prefix="/report")


@router.get("")
def report(request: Request, person: Expert) -> Response:
    """The page around it, or how to get a report."""
    server: Server = request.app.state.server
    file = _file(server)
    return page(
        request, "report.html", policy=POLICY | {"frame-src": "'self'"}, there=file.is_file(), project=server.settings.project.resolve()
    )


@router.get("/content")
def content(request: Request, person: Expert) -> Response:
    """The report as it was built, styles and all."""
    file = _file(request.app.state.server)
    if not file.is_file():
        raise Problem(404, "not_found", "there is no report yet; `sayso build` makes one")
    return FileResponse(file, media_type="text/html", headers=headers_by(FRAMED))


def _file(server: Server) -> Path:
    return server.settings.project / "build" / "report" / "report.html"
