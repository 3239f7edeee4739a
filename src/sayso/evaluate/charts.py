"""The report's charts, drawn by Altair into SVG text: no script, no network, readable on light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sayso.errors import MissingExtra

BLUE, ORANGE, GREY = "#3b7dd8", "#d97b29", "#8a8f98"
WIDTH, HEIGHT = 330, 250


def reliability_chart(bins: Sequence[Mapping[str, Any]], uncalibrated: Sequence[Mapping[str, Any]]) -> str:
    """How often the model is right, by how sure it is; on the diagonal its confidence is honest."""
    alt = _altair()
    rows = [
        {"confidence": each["confidence"], "right": each["accuracy"], "rows": each["count"], "which": which}
        for which, found in (("calibrated", bins), ("uncalibrated", uncalibrated))
        for each in found
        if each["count"]
    ]
    legend = alt.Legend(orient="top", symbolType="circle")
    colour = alt.Color("which:N", title=None, legend=legend, scale=alt.Scale(domain=["calibrated", "uncalibrated"], range=[BLUE, ORANGE]))
    x = alt.X("confidence:Q", title="how sure", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    y = alt.Y("right:Q", title="how often right", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    diagonal = alt.Chart(alt.Data(values=[{"a": 0, "b": 0}, {"a": 1, "b": 1}])).mark_line(strokeDash=[4, 4], color=GREY)
    points = alt.Chart(alt.Data(values=rows)).mark_line(point=False).encode(x=x, y=y, color=colour)
    sizes = alt.Chart(alt.Data(values=rows)).mark_circle(opacity=0.85).encode(
        x=x, y=y, color=colour, size=alt.Size("rows:Q", title="rows", legend=None, scale=alt.Scale(range=[15, 260]))
    )  # fmt: skip
    return _svg(diagonal.encode(x="a:Q", y="b:Q") + points + sizes)


def risk_chart(curve: Mapping[str, Sequence[float]]) -> str:
    """How many answers are wrong when only the surest share of texts is answered."""
    alt = _altair()
    rows = [{"coverage": c, "risk": r} for c, r in zip(curve["coverage"], curve["risk"], strict=True)]
    chart = alt.Chart(alt.Data(values=rows)).mark_line(color=BLUE, strokeWidth=2)
    x = alt.X("coverage:Q", title="share of texts answered, surest first", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    return _svg(chart.encode(x=x, y=alt.Y("risk:Q", title="answers that are wrong", axis=alt.Axis(format="%"))))


def histogram_chart(histogram: Mapping[str, Sequence[float]]) -> str:
    """How sure the model was, over all judged texts."""
    alt = _altair()
    edges = histogram["edges"]
    rows = [{"low": low, "high": high, "rows": n} for low, high, n in zip(edges, edges[1:], histogram["counts"], strict=False)]
    bars = alt.Chart(alt.Data(values=rows)).mark_rect(color=BLUE)
    x = alt.X("low:Q", title="how sure", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    return _svg(bars.encode(x=x, x2="high:Q", y=alt.Y("rows:Q", title="texts"), y2=alt.datum(0)))


def _altair() -> Any:
    try:
        import altair
    except ImportError:
        raise MissingExtra("Drawing a report", "train") from None
    return altair


def _svg(chart: Any) -> str:
    import vl_convert

    axis = {"labelColor": GREY, "titleColor": GREY, "gridColor": GREY, "gridOpacity": 0.25, "domainColor": GREY, "tickColor": GREY}
    styled = (
        chart.properties(width=WIDTH, height=HEIGHT, background="transparent")
        .configure(font="system-ui, sans-serif")
        .configure_axis(**axis, titleFontWeight="normal")
        .configure_legend(labelColor=GREY)
        .configure_view(stroke=None)
    )
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict())
    return svg
