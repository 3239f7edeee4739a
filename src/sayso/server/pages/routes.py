"""All pages, and the files that they are made with."""

from __future__ import annotations

from fastapi import FastAPI

from sayso.server.pages import (
    adjudication,
    agreement,
    audit,
    guide,
    intents,
    jobs,
    labeling,
    login,
    models,
    overview,
    report,
    settings,
    shadow,
    switching,
    tokens,
    transfer,
    trial,
    version,
)
from sayso.server.pages.page import STATIC, Static


def add_pages(app: FastAPI) -> None:
    """Let the application show them."""
    app.mount("/static", Static(directory=STATIC))
    watched = (login, overview, intents, models, jobs, shadow, switching, version, trial)
    for part in (*watched, labeling, guide, adjudication, agreement, transfer, report, settings, audit, tokens):
        app.include_router(part.router, include_in_schema=False)
