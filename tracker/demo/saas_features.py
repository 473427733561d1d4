"""What one can do in Fernweg, and what its pages and plans are."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.demo.chance import Wheel, words

CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Feature:
    """`seconds` is how long one use takes in the middle, `weights` how likely by persona (see `saas`).

    `since` and `until` are shares of the period: some features come, some are taken away.
    """

    name: str
    category: str
    path: str
    seconds: float
    weights: tuple[float, float, float, float, float]
    since: float = 0.0
    until: float = 1.1


FEATURES: tuple[Feature, ...] = (
    Feature("task board", "planning", "/app/board", 70, (0, 34, 40, 30, 24)),
    Feature("route planner", "planning", "/app/routes", 110, (0, 16, 22, 22, 6)),
    Feature("crew calendar", "planning", "/app/calendar", 55, (0, 14, 26, 16, 16)),
    Feature("live map", "field", "/app/map", 45, (0, 12, 14, 18, 8)),
    Feature("photo report", "field", "/app/reports/photos", 90, (0, 5, 12, 10, 2)),
    Feature("time sheet", "field", "/app/timesheets", 35, (0, 3, 20, 8, 10)),
    Feature("comments", "team", "/app/board", 25, (0, 6, 24, 18, 8)),
    Feature("file sharing", "team", "/app/files", 40, (0, 4, 9, 10, 6)),
    Feature("mentions", "team", "/app/board", 12, (0, 2, 12, 10, 4)),
    Feature("weekly report", "insight", "/app/reports/weekly", 75, (0, 2, 3, 9, 18)),
    Feature("cost overview", "insight", "/app/costs", 80, (0, 1, 1, 6, 16)),
    Feature("automations", "power tools", "/app/automations", 150, (0, 1, 0.5, 14, 4)),
    Feature("keyboard palette", "power tools", "/app/board", 6, (0, 0.5, 2, 22, 1)),
    Feature("assistant", "power tools", "/app/assistant", 60, (0, 8, 12, 20, 8), since=0.72),
    Feature("fax export", "insight", "/app/reports/fax", 30, (0, 0.3, 0.4, 0.4, 0.8), until=0.35),
)

PAGES: dict[str, str] = {
    "/app": "Today – Fernweg",
    "/app/board": "Board – Fernweg",
    "/app/routes": "Routes – Fernweg",
    "/app/calendar": "Calendar – Fernweg",
    "/app/map": "Map – Fernweg",
    "/app/reports/photos": "Photo reports – Fernweg",
    "/app/reports/weekly": "Weekly report – Fernweg",
    "/app/reports/fax": "Fax export – Fernweg",
    "/app/timesheets": "Time sheets – Fernweg",
    "/app/files": "Files – Fernweg",
    "/app/costs": "Costs – Fernweg",
    "/app/automations": "Automations – Fernweg",
    "/app/assistant": "Assistant – Fernweg",
    "/app/settings/team": "Team – Fernweg",
    "/app/settings/billing": "Billing – Fernweg",
}

SITE_PAGES: Wheel[tuple[str, str]] = Wheel(
    (
        (("/pricing", "Pricing – Fernweg"), 34),
        (("/features", "Features – Fernweg"), 26),
        (("/customers", "Customers – Fernweg"), 12),
        (("/docs", "Documentation – Fernweg"), 10),
        (("/blog/planning-in-the-rain", "Planning in the rain – Fernweg"), 10),
        (("/changelog", "What is new – Fernweg"), 8),
    )
)
LANDINGS: Wheel[tuple[str, str]] = Wheel(
    (
        (("/", "Fernweg – plan work that happens outside"), 58),
        (("/blog/planning-in-the-rain", "Planning in the rain – Fernweg"), 14),
        (("/blog/crews-and-calendars", "Crews and calendars – Fernweg"), 10),
        (("/pricing", "Pricing – Fernweg"), 10),
        (("/docs", "Documentation – Fernweg"), 8),
    )
)

SOURCES: Wheel[tuple[str, str]] = Wheel(
    (
        (("https://www.google.com/", ""), 30),
        (("", ""), 24),
        (("https://www.linkedin.com/", ""), 8),
        (
            (
                "https://www.linkedin.com/",
                "?utm_source=linkedin&utm_medium=paid_social&utm_campaign=site-managers",
            ),
            8,
        ),
        (("https://www.google.com/", "?utm_source=google&utm_medium=cpc&utm_campaign=crew-planning"), 9),
        (("https://chatgpt.com/", ""), 5),
        (("https://github.com/", ""), 4),
        (("https://toolfinder.example/field-software", ""), 6),
        (("https://www.bing.com/", ""), 3),
        (("https://www.ecosia.org/", ""), 3),
    )
)
LAUNCH: Wheel[tuple[str, str]] = Wheel(
    (
        (("https://news.ycombinator.com/", ""), 55),
        (("https://www.producthunt.com/", "?utm_source=producthunt&utm_campaign=launch-week"), 25),
        (("", "?utm_source=newsletter&utm_medium=email&utm_campaign=launch-week"), 20),
    )
)

PLANS: Wheel[tuple[str, int]] = Wheel(((("Crew", 29), 55), (("Company", 79), 35), (("Enterprise", 249), 10)))
"""Plan and price a month."""
EXPORTS = words("xlsx:46 csv:30 pdf:24")
ROLES = words("member:70 dispatcher:20 admin:10")

SIGN_UP_ERRORS = Wheel(
    (
        ("Please choose a longer password.", 52),
        ("This e-mail address is taken.", 36),
        ("The workspace name is taken.", 12),
    )
)
ERRORS = Wheel(
    (
        ("Could not save: somebody else changed this card.", 40),
        ("Map tiles could not be loaded.", 24),
        ("TypeError: e.assignees is undefined", 20),
        ("Upload failed: the file is larger than 50 MB.", 16),
    )
)
OUTAGE = "502 Bad Gateway"
