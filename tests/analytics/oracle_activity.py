"""Who is active and how much, the slow way: sets of persons and lists of days."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from tests.analytics.oracle import History, Visit
from tests.analytics.oracle_overview import Asked, day_of, local
from tracker.domain.period import Period

Figures = dict[str, object]


def activity(history: History, period: Period, wanted: dict[str, str | None]) -> Figures:
    """All that the question answers, by the names of its fields."""
    return (
        _spans(history, period, wanted)
        | _lifecycle(history, period, wanted)
        | _visits(history, period, wanted)
        | _when(history, period, wanted)
        | _engagement(history, period, wanted)
    )


def about(history: History, period: Period, wanted: dict[str, str | None]) -> Asked:
    return Asked(history, period.since, period.until, wanted)


def persons(history: History, period: Period, wanted: dict[str, str | None]) -> set[str]:
    return {str(e.person) for e in about(history, period, wanted).active()}


def mean_score(history: History, period: Period, wanted: dict[str, str | None]) -> float:
    """The mean engagement of who is active."""
    everybody = _habits(history, period, {})
    high = [percentile([habit[n] for habit in everybody.values()], 0.9) for n in (0, 1)]
    own, found = _habits(history, period, wanted), []
    for person, days in _active_days(history, period, wanted).items():
        parts = [min(1.0, len(days) / period.length)]
        for n in (0, 1):
            value = own.get(person, (0.0, 0.0))[n]
            parts.append(min(1.0, value / high[n]) if high[n] else float(value > 0))
        found.append(100 * (0.4 * parts[0] + 0.3 * parts[1] + 0.3 * parts[2]))
    return sum(found) / len(found) if found else 0.0


def percentile(values: list[float], q: float) -> float:
    """Between the two nearest values, as far as `q` lies between their places."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _spans(history: History, period: Period, wanted: dict[str, str | None]) -> Figures:
    found: Figures = {}
    for name, days in (("dau", 1), ("wau", 7), ("mau", 30)):
        span = period.trailing(days)
        now = len(persons(history, span, wanted))
        before = len(persons(history, span.previous(), wanted))
        found[name] = now
        grown = round(100 * (now - before) / before, 2) if before else None if now else 0.0
        found[f"{name}_change"] = grown
    return found


def _lifecycle(history: History, period: Period, wanted: dict[str, str | None]) -> Figures:
    everybody, lasting = persons(history, period, wanted), history.lasting()
    now, before = everybody & lasting, persons(history, period.previous(), wanted) & lasting
    if everybody - lasting and not now | before:
        names = ("new_users", "returning_users", "reactivated_users", "churned_users")
        unknown: Figures = dict.fromkeys(names)
        return unknown | {"left_out": len(everybody), "unavailable": "visitors have no lasting id"}
    new = {person for person in now if history.first_ever()[person] >= period.since}
    return {
        "new_users": len(new),
        "returning_users": len((now - new) & before),
        "reactivated_users": len(now - new - before),
        "churned_users": len(before - now),
        "left_out": len(everybody - lasting),
        "unavailable": None,
    }


def _visits(history: History, period: Period, wanted: dict[str, str | None]) -> Figures:
    active, visits = len(persons(history, period, wanted)), about(history, period, wanted).visits()
    number = len(visits)
    seconds = sum(v.duration for v in visits) / 1000
    return {
        "avg_sessions_per_user": round(number / active, 2) if active else 0.0,
        "avg_session_duration": round(seconds / number, 2) if number else 0.0,
        "bounce_rate": round(100 * sum(v.bounce for v in visits) / number, 2) if number else 0.0,
    }


def _when(history: History, period: Period, wanted: dict[str, str | None]) -> Figures:
    zone, asked = period.zone, about(history, period, wanted)
    moments = [local(e.at, zone) for e in asked.active()]
    hours, weekdays = Counter(m.hour for m in moments), Counter(m.weekday() for m in moments)
    starts = Counter(day_of(v.start, zone) for v in asked.visits())
    events = Counter(m.date() for m in moments)
    people: dict[date, set[str | None]] = defaultdict(set)
    for e in asked.active():
        people[day_of(e.at, zone)].add(e.person)
    return {
        "activity_by_hour": tuple(hours[hour] for hour in range(24)),
        "activity_by_day_of_week": tuple(weekdays[day] for day in range(7)),
        "activity_by_date": tuple(
            (day.isoformat(), len(people[day]), starts[day], events[day]) for day in period.each_day()
        ),
    }


def _engagement(history: History, period: Period, wanted: dict[str, str | None]) -> Figures:
    now, before = mean_score(history, period, wanted), mean_score(history, period.previous(), wanted)
    trend = "increasing" if now > before * 1.1 else "decreasing" if now < before * 0.9 else "stable"
    return {"engagement_score": now, "engagement_trend": trend}


def _active_days(history: History, period: Period, wanted: dict[str, str | None]) -> dict[str, set[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    for e in about(history, period, wanted).active():
        found[str(e.person)].add(day_of(e.at, period.zone))
    return found


def _habits(
    history: History, period: Period, wanted: dict[str, str | None]
) -> dict[str, tuple[float, float]]:
    """Interactive events per session and mean session length (ms) of each person."""
    own: dict[str, list[Visit]] = defaultdict(list)
    for visit in about(history, period, wanted).visits():
        own[visit.person].append(visit)
    return {
        person: (
            sum(v.interactive for v in visits) / len(visits),
            sum(v.duration for v in visits) / len(visits),
        )
        for person, visits in own.items()
    }
