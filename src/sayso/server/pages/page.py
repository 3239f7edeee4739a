"""A template and what it shows -> a page that may run nothing but our own scripts and be shown in nobody else's frame."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from sayso.server.pages.language import NAMES, language_of

HERE = Path(__file__).parent
STATIC = HERE / "static"

HTMX = "hx-request"
"""The header by which htmx's requests are known."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PLAIN = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
FRESH_SECONDS = 31_536_000
"""What is static is asked for by the digest of its content, so that it may be kept."""


def page(request: Request, template: str, *, status: int = 200, policy: Mapping[str, str] = POLICY, **values: Any) -> HTMLResponse:
    """The page, in the language of who asks, with the headers that keep it apart from other sites."""
    spoken = language_of(request)
    values |= {"request": request, "person": getattr(request.state, "person", None), "language": spoken, "t": spoken.text}
    return HTMLResponse(_environment().get_template(template).render(values), status, headers_by(policy))


def redirect(path: str, **query: str) -> RedirectResponse:
    """On to another of our own pages, after something was done."""
    target = f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else path
    return RedirectResponse(target, 303, PLAIN)


def headers_by(policy: Mapping[str, str]) -> dict[str, str]:
    """The headers of a page under a content security policy."""
    return PLAIN | {"Content-Security-Policy": "; ".join(f"{what} {who}" for what, who in policy.items())}


class Static(StaticFiles):
    """The style sheets, the scripts and the icon."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Any:
        """A file, to be taken for nothing else. It may be kept if it was asked for by its digest; scripts ask for one another without."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        kept = f"public, max-age={FRESH_SECONDS}, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"
        answer.headers.update({"X-Content-Type-Options": "nosniff", "Cache-Control": kept})
        return answer


@cache
def static(name: str) -> str:
    """Where a static file is, as it is now."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {"static": static, "languages": NAMES}
    return environment
