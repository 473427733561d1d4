"""What charts.js draws, as plain values. A template puts them on the page with the macros of `_charts.html`.

Kinds: `line`, `bars`, `stacked`, `curve` and `sankey`. Labels are texts; values are numbers or None (a gap).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.web import formats

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one kind of bar. `colour` is 1 to 7 (`--chart-n`); `dashed` is the previous period.

    `titles` name the points where they are not those of the chart, as the previous period's days.
    """

    label: str
    values: Values
    colour: int = 1
    dashed: bool = False
    fill: bool = False
    titles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture. `unit` tells how values are written: "", "percent" or "seconds"; `links` open on a click;
    `across` are words below the axis, where its labels do not say what they are."""

    kind: str
    labels: Sequence[str]
    series: Sequence[Series]
    summary: str
    titles: Sequence[str] = ()
    unit: str = ""
    links: Sequence[str] = ()
    partial: bool = False
    """Whether the last step is not over yet: it is drawn dotted or faint, and named so."""
    across: str = ""

    def to_json(self) -> dict[str, Any]:
        """What charts.js reads, without what says nothing."""
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "titles": self._titles(),
            "unit": self.unit,
            "links": list(self.links),
            "partial": self.partial,
            "across": self.across,
            "series": [_series(one) for one in self.series],
        }

    def _titles(self) -> list[str]:
        titles = list(self.titles or self.labels)
        return [*titles[:-1], f"{titles[-1]}, so far"] if self.partial and titles else titles


@dataclass(frozen=True, slots=True)
class Flow:
    """A sankey: (from, to, how much, link) each; `nodes` are labels by id, `columns` the step each is in,
    `rest` the label of what is put together."""

    flows: Sequence[tuple[str, str, float, str]]
    nodes: dict[str, str]
    summary: str
    columns: dict[str, int] = field(default_factory=dict)
    rest: str = ""
    kind: str = "sankey"

    def to_json(self) -> dict[str, Any]:
        """What charts-sankey.js reads."""
        return {
            "kind": self.kind,
            "nodes": self.nodes,
            "columns": self.columns,
            "rest": self.rest,
            "flows": [{"from": a, "to": b, "flow": n, "link": link} for a, b, n, link in self.flows],
        }


def steps(series: Iterable[dict[str, Any]], interval: str) -> tuple[list[str], list[str]]:
    """Short and full names of a question's steps, by their `date`."""
    dates = [str(one["date"]) for one in series]
    return [formats.step(date, interval) for date in dates], [
        formats.step_title(date, interval) for date in dates
    ]


def spark(values: Values, width: float = 100, height: float = 24) -> str:
    """The points of a sparkline's `<polyline>`, from 0 at the bottom to the greatest at the top."""
    known = [value or 0 for value in values]
    top = max(known, default=0) or 1
    step = width / max(1, len(known) - 1)
    inner = height - 2
    return " ".join(f"{n * step:.1f},{1 + inner - inner * value / top:.1f}" for n, value in enumerate(known))


def spark_words(values: Values, running: bool = False) -> str:
    """A sparkline for those who do not see it; the last step of one that is `running` is not over yet."""
    known = [value or 0 for value in values] or [0]
    over = known[:-1] if running and len(known) > 1 else known
    first, last, top = (formats.short(value) for value in (over[0], over[-1], max(known)))
    words = f"From {first} to {last}, {top} at most"
    return words if over is known else f"{words}; {formats.short(known[-1])} so far in the last step"


def share_of(value: float | None, top: float | None) -> float:
    """How wide a bar is, 0 to 100, when the greatest is `top`."""
    return round(100 * (value or 0) / top, 1) if top else 0.0


def level(value: float | None, top: float | None, levels: int = 6) -> int:
    """A shade for a heatmap: 0 for nothing, 1 to `levels` for what there is."""
    if not value or not top:
        return 0
    return min(levels, 1 + int(levels * value / top * 0.9999))


def _series(one: Series) -> dict[str, Any]:
    return {
        "label": one.label,
        "values": list(one.values),
        "colour": one.colour,
        "dashed": one.dashed,
        "fill": one.fill,
        "titles": list(one.titles),
    }
