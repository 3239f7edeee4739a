"""Figures -> charts, drawn by Altair into SVG for a light or a dark page, wide or narrow. Beside each stands a table with the same."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Literal

from fastapi import Response

from sayso.errors import MissingExtra
from sayso.server.pages.page import PLAIN

Theme = Literal["light", "dark"]
Width = Literal["wide", "narrow"]

INK: dict[Theme, str] = {"light": "#5d626b", "dark": "#a3a8b0"}
LINE: dict[Theme, str] = {"light": "#8a8f98", "dark": "#6b7079"}
ACCENT: dict[Theme, str] = {"light": "#2f6f5e", "dark": "#6fc7ab"}
SERIES: dict[Theme, tuple[str, ...]] = {
    "light": ("#2f6f5e", "#4f86c6", "#d9a441", "#b4566a", "#7d6bb0", "#7fa650", "#4aa3b5", "#c07fb0", "#a9adb4"),
    "dark": ("#6fc7ab", "#79aee8", "#e6bd62", "#e88a9b", "#ab9be0", "#a8cf78", "#74cbdb", "#dfa3d0", "#6b7079"),
}
MOST_SERIES = 8
SIZES: dict[Width, tuple[int, int]] = {"wide": (880, 230), "narrow": (300, 210)}
SQUARE = (300, 260)
SECONDS_KEPT = 60
_drawing = threading.Lock()


@dataclass(frozen=True)
class Look:
    """What a chart is drawn for."""

    theme: Theme = "light"
    width: Width = "wide"


def can_draw() -> bool:
    """Whether what draws is installed."""
    return find_spec("altair") is not None and find_spec("vl_convert") is not None


def chart_answer(svg: str) -> Response:
    """A chart as an image, which may be kept for as long as its figures hardly change."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    headers = PLAIN | {"Cache-Control": f"private, max-age={SECONDS_KEPT}", "Content-Security-Policy": policy}
    return Response(svg, media_type="image/svg+xml", headers=headers)


def stacked_chart(
    series: Mapping[str, Sequence[int]], steps: Sequence[datetime.datetime], step: datetime.timedelta, rest: str, look: Look
) -> str:
    """How many of each there were in each step; those beyond the most frequent are together called `rest`."""
    alt = _altair()

    shown = _with_rest(series, rest)
    rows = [
        {"from": _millis(start + 0.06 * step), "to": _millis(start + 0.94 * step), "low": low, "high": low + counts[at], "name": name}
        for at, start in enumerate(steps)
        for (name, counts), low in zip(shown.items(), _below(shown, at), strict=True)
        if counts[at]
    ]
    span = [_millis(steps[0]), _millis(steps[-1] + step)]
    columns = 4 if look.width == "wide" else 2
    legend = alt.Legend(
        orient="top", columns=columns, symbolType="square", columnPadding=18, rowPadding=4, labelLimit=620 // columns, title=None
    )
    colours = alt.Scale(domain=list(shown), range=list(SERIES[look.theme]))
    time = alt.Axis(
        format="%H:%M" if step < datetime.timedelta(days=1) else "%m-%d", tickCount=8 if look.width == "wide" else 4, grid=False
    )
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_rect()
        .encode(
            x=alt.X("from:T", title=None, scale=alt.Scale(type="utc", domain=span), axis=time),
            x2="to:T",
            y=alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)),
            y2="high:Q",
            color=alt.Color("name:N", legend=legend, scale=colours),
        )
    )
    return _svg(chart, look, SIZES[look.width])


def reliability_chart(bins: Sequence[Mapping[str, Any]], x: str, y: str, look: Look) -> str:
    """How often the model is right, by how sure it is; on the diagonal its confidence is honest."""
    alt = _altair()

    rows = [{"sure": each["confidence"], "right": each["accuracy"], "rows": each["count"]} for each in bins if each["count"]]
    whole = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%", tickCount=5)
    diagonal = alt.Chart(alt.Data(values=[{"at": 0}, {"at": 1}])).mark_line(strokeDash=[4, 4], color=LINE[look.theme])
    points = alt.Chart(alt.Data(values=rows)).mark_circle(color=ACCENT[look.theme], opacity=0.85)
    sizes = alt.Size("rows:Q", legend=None, scale=alt.Scale(range=[20, 320]))
    line = alt.Chart(alt.Data(values=rows)).mark_line(color=ACCENT[look.theme], strokeWidth=1.5)
    across, up = alt.X("sure:Q", title=x, scale=whole, axis=axis), alt.Y("right:Q", title=y, scale=whole, axis=axis)
    chart = diagonal.encode(x=alt.X("at:Q"), y=alt.Y("at:Q")) + line.encode(x=across, y=up) + points.encode(x=across, y=up, size=sizes)
    return _svg(chart, look, SQUARE)


def _with_rest(series: Mapping[str, Sequence[int]], rest: str) -> dict[str, Sequence[int]]:
    names = list(series)
    shown = {name: series[name] for name in names[:MOST_SERIES]}
    if others := [series[name] for name in names[MOST_SERIES:]]:
        shown[rest] = [sum(counts) for counts in zip(*others, strict=True)]
    return shown


def _below(series: Mapping[str, Sequence[int]], at: int) -> list[int]:
    """Where each one's part begins: on top of those before it."""
    counts = [one[at] for one in series.values()]
    return [sum(counts[:place]) for place in range(len(counts))]


def _millis(moment: datetime.datetime) -> int:
    return round(1000 * moment.timestamp())


def _altair() -> Any:
    try:
        import altair
    except ImportError:
        raise MissingExtra("Drawing a chart", "train") from None
    return altair


def _svg(chart: Any, look: Look, size: tuple[int, int]) -> str:
    ink, line = INK[look.theme], LINE[look.theme]
    styled = (
        chart.properties(width=size[0], height=size[1], background="transparent")
        .configure(font="ui-sans-serif, system-ui, sans-serif", padding=2)
        .configure_axis(
            labelColor=ink, titleColor=ink, labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
            gridColor=line, gridOpacity=0.25, domainColor=line, tickColor=line,
        )
        .configure_legend(labelColor=ink, labelFontSize=12, padding=0, offset=14)
        .configure_view(stroke=None)
    )  # fmt: skip
    return _drawn(styled.to_json(indent=None))


@lru_cache(maxsize=64)
def _drawn(vegalite: str) -> str:
    """One chart at a time: each takes a processor for a tenth of a second."""
    import vl_convert

    with _drawing:
        svg: str = vl_convert.vegalite_to_svg(vegalite)
    return svg
