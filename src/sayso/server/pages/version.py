"""`/models/NAME/NUMBER`: one version: what it is worth, label by label, how honest its confidence is, and where it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from sayso.artifacts import MANIFEST, open_artifact, read_json
from sayso.errors import SaysoError
from sayso.registry import Version
from sayso.registry.places import PRODUCTION
from sayso.server.pages.charts import Look, Theme, can_draw, chart_answer, reliability_chart
from sayso.server.pages.language import language_of
from sayso.server.pages.models import read_model, registry_of
from sayso.server.pages.page import page
from sayso.server.pages.visitor import Expert
from sayso.server.problems import Problem
from sayso.server.settings import Settings
from sayso.server.state import Server

Bins = Sequence[Mapping[str, Any]]

router = APIRouter(prefix="/models/{name}/{number}")


@router.get("")
def version(request: Request, person: Expert, name: str, number: int) -> Response:
    """The page of one version."""
    server: Server = request.app.state.server
    model = read_model(registry_of(server.settings), name)
    found = model.version(number)
    manifest = _manifest(found)
    aliases = sorted({PRODUCTION, *model.aliases} - set(model.aliases_of(number)), key=lambda alias: (alias != PRODUCTION, alias))
    return page(
        request,
        "version.html",
        model=model,
        version=found,
        heads=manifest.get("spec", {}).get("heads", {}),
        metrics=manifest.get("metrics", {}),
        provenance=manifest.get("provenance", {}),
        reliability=_reliability(server.settings, manifest),
        promote_to=aliases,
        charts=can_draw(),
    )


@router.get("/reliability.svg")
def reliability(request: Request, person: Expert, name: str, number: int, head: str, theme: Theme = "light") -> Response:
    """How often one head of the version is right, by how sure it is."""
    server: Server = request.app.state.server
    found = read_model(registry_of(server.settings), name).version(number)
    bins = _reliability(server.settings, _manifest(found)).get(head)
    if bins is None:
        raise Problem(404, "not_found", "nothing is known here of how honest this version's confidence is")
    t = language_of(request).text
    return chart_answer(reliability_chart(bins, t("version.sure"), t("version.right"), Look(theme, "narrow")))


def _manifest(version: Version) -> Mapping[str, Any]:
    """What the version's bundle says of itself; nothing if it was removed."""
    found: Mapping[str, Any] = read_json(version.bundle / MANIFEST) if version.is_kept else {}
    return found


def _reliability(settings: Settings, manifest: Mapping[str, Any]) -> dict[str, Bins]:
    """Each head's bins of confidence, if the project's report is the one that this bundle was made with."""
    try:
        report = open_artifact(settings.project / "build" / "report", "report")
        if report.digest != manifest.get("inputs", {}).get("report"):
            return {}
        details = read_json(report.path / "report.json")["details"]
    except (SaysoError, OSError):
        return {}
    return {head: told["reliability"] for head, told in details.items()}
