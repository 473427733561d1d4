"""Overview: how many came, from where, what they looked at and on what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask

from tracker.domain.event import PAGE_VIEW
from tracker.services import Services
from tracker.web import countries, formats
from tracker.web.dashboard import charts
from tracker.web.dashboard.charts import Chart, Series
from tracker.web.dashboard.courses import Course
from tracker.web.dashboard.filter_bar import period_words
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel, Tab
from tracker.web.dashboard.question_page import QuestionPage


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the overview's figures: its name in the answer, how it is written, and which way is good."""

    name: str
    label: str
    unit: str = ""
    good: str = "up"

    def words(self, value: float | None) -> str:
        """The value as a tile shows it."""
        if self.unit == "percent":
            return formats.percent(value)
        if self.unit == "seconds":
            return formats.seconds(value)
        return formats.number(value) if self.name == "viewsPerVisit" else formats.whole(value)


METRICS = (
    Metric("visitors", "Visitors"),
    Metric("visits", "Visits"),
    Metric("pageViews", "Page views"),
    Metric("viewsPerVisit", "Views per visit"),
    Metric("bounceRate", "Bounce rate", "percent", "down"),
    Metric("visitDuration", "Visit duration", "seconds"),
)
TEN = {"limit": "10"}


def figures(answer: Any, look: Look) -> dict[str, Any]:
    """The tiles, and the chart of the one that is chosen."""
    chosen = next((one for one in METRICS if one.name == look.own.get("metric")), METRICS[0])
    changes, previous = answer.get("changes") or {}, answer.get("previous") or {}
    tiles = [
        {
            "metric": one,
            "text": one.words(answer[one.name]),
            "change": changes.get(one.name),
            "before": one.words(previous.get(one.name)) if previous else "",
        }
        for one in METRICS
    ]
    return {"tiles": tiles, "chosen": chosen, "chart": chart(answer, look, chosen), "compare": bool(previous)}


def chart(answer: Any, look: Look, metric: Metric) -> Chart:
    """A metric over time, with the time before."""
    interval = str(look.query.interval)
    if interval == "hour" and "T" not in answer["series"][0]["date"]:
        interval = "day"  # hours of a day that is rolled up are gone
    labels, titles = charts.steps(answer["series"], interval)
    series = [Series(metric.label, [one[metric.name] for one in answer["series"]], fill=True)]
    if answer.get("previousSeries"):
        earlier = answer["previousSeries"][: len(labels)]
        _, names = charts.steps(earlier, interval)
        values = [one[metric.name] for one in earlier]
        before = period_words(look.query.previous().period, look)
        series.append(Series(before, values, colour=7, dashed=True, titles=names))
    links = look.days(answer["series"])
    summary = f"{metric.label} over time: {metric.words(answer[metric.name])} in all."
    return Chart(
        "line", labels, series, summary, titles=titles, unit=metric.unit, partial=look.runs, links=links
    )


def world(answer: Any, look: Look) -> dict[str, Any]:
    """Countries by code with a shade, for the map; what it cannot draw is counted in `beside`."""
    drawn = countries.on_map()
    rows = [row for row in answer["rows"] if row["value"] in drawn]
    unknown = any(row["visitors"] is None for row in rows)
    by = "visits" if unknown else "visitors"
    top = max((row[by] for row in rows), default=0)
    places = {
        row["value"]: {
            "level": charts.level(row[by], top),
            "title": f"{countries.name(row['value'])}: {formats.whole(row[by])} {by}",
            "url": look.filtered("country", row["value"]),
        }
        for row in rows
    }
    return {"places": places, "beside": len(answer["rows"]) - len(rows)}


def revenue(answer: Any, look: Look) -> dict[str, Any]:
    """Sales over time in the currency with most orders; the others have their figures only."""
    main = answer["currencies"][0]
    labels, titles = charts.steps(main["series"], str(look.query.interval))
    name = main["currency"] or "no currency"
    bars = [Series(f"Revenue, {name}", [one["revenue"] for one in main["series"]], colour=3)]
    summary = f"Revenue over time: {formats.money(main['revenue'], main['currency'])} in all."
    return {
        "chart": Chart(
            "bars", labels, bars, summary, titles, links=look.days(main["series"]), partial=look.runs
        ),
        "main": main,
    }


def no_visits(answer: Any) -> bool:
    """Whether nobody came, now or before."""
    return not any(answer[name] for name in ("visitors", "visits", "pageViews"))


def no_rows(answer: Any) -> bool:
    """Whether a breakdown has nothing to show."""
    return not answer["rows"]


def no_values(answer: Any) -> bool:
    """The same of a dimension that visits have only where links say so."""
    return all(row["value"] is None for row in answer["rows"])


def tabs(**labels: str) -> tuple[Tab, ...]:
    """Tabs that cut by a dimension each."""
    return tuple(Tab(name, label, {"dimension": name}) for name, label in labels.items())


def cut(name: str, title: str, **labels: str) -> Panel:
    """A table of the greatest values of one of several dimensions."""
    return Panel(
        name,
        title,
        "breakdown",
        "dashboard/overview/_cut.html",
        options=TEN,
        more=200,
        tabs=tabs(**labels),
        course=Course("rows", "value", "page", (PAGE_VIEW,)) if "page" in labels else None,
        empty=no_rows,
        size="table",
        width="half",
    )


PAGE = QuestionPage(
    name="overview",
    title="Overview",
    own=("metric",),
    panels=(
        Panel(
            "figures",
            "Visits",
            "overview",
            "dashboard/overview/_figures.html",
            shape=figures,
            empty=no_visits,
            size="figures",
        ),
        cut("sources", "Sources", channel="Channels", source="Sources", referrer="Referrers"),
        cut("pages", "Pages", page="Most seen", entry_page="Entry", exit_page="Exit"),
        Panel(
            "map",
            "World",
            "breakdown",
            "dashboard/overview/_map.html",
            options={"dimension": "country", "limit": "300"},
            shape=world,
            empty=no_rows,
            size="map",
            width="half",
        ),
        cut("places", "Places", country="Countries", language="Languages"),
        replace(
            cut(
                "campaigns",
                "Campaigns",
                utm_campaign="Campaign",
                utm_source="Source",
                utm_medium="Medium",
                utm_term="Term",
                utm_content="Content",
            ),
            empty=no_values,
            teach="dashboard/overview/_no_campaigns.html",
        ),
        cut("devices", "Devices", device="Devices", browser="Browsers", os="Systems", screen="Screens"),
        Panel(
            "events",
            "Events",
            "event-ranking",
            "dashboard/overview/_events.html",
            course=Course("rows", "event", "event"),
            options=TEN,
            more=500,
            empty=no_rows,
            size="table",
            width="half",
        ),
        Panel(
            "goals",
            "Goals",
            "goals",
            "dashboard/overview/_goals.html",
            empty=lambda answer: not answer["goals"],
            teach="dashboard/overview/_no_goals.html",
            size="table",
            width="half",
            lazy=True,
        ),
        Panel(
            "revenue",
            "Revenue",
            "revenue",
            "dashboard/overview/_revenue.html",
            shape=revenue,
            empty=lambda answer: not answer["currencies"],
            teach="dashboard/overview/_no_revenue.html",
            size="figures",
            lazy=True,
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
