"""For how long what is recorded is kept, in plain words: the one place where pages read it from."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.domain.keeping import Keeping
from tracker.domain.site import Identity, SiteRules


def kept_for(rules: SiteRules, keeping: Keeping) -> tuple[str, ...]:
    """Sentences about how long a site keeps what it recorded."""
    if not keeping.begun:
        return ("What is recorded is kept until it is deleted by whoever runs this website; no date is set.",)
    return tuple(_sentences(rules, keeping))


def _sentences(rules: SiteRules, keeping: Keeping) -> Iterator[str]:
    if keeping.details is None:
        yield "What people did is kept without a time limit."
    elif keeping.archive:
        yield (
            f"What people did is in use for {_days(keeping.details)} at most; then it is kept apart, "
            "without a time limit, until it is deleted by whoever runs this website."
        )
    else:
        yield (
            f"What people did is kept for {_days(keeping.details)} at most; then sums of days, weeks and "
            "months are left, which name nobody."
        )
    if keeping.errors is not None and (keeping.details is None or keeping.errors < keeping.details):
        yield f"The words of error messages are kept for {_days(keeping.errors)} at most."
    if keeping.names:
        longest = list(keeping.names.values())
        most = None if None in longest else max(days for days in longest if days is not None)
        end = "some without a time limit" if most is None else f"none longer than {_days(most)}"
        yield f"Single kinds of events are kept for another time, {end}."
    yield "Payments, credits, purchases and records of consent are kept without a time limit."
    who = "users" if rules.identity is Identity.COOKIELESS else "users, and of browsers with a lasting id,"
    yield f"Of {who} the id and the time of the first visit stay until they are deleted."


def _days(number: int) -> str:
    return f"{number:,} day{'s' if number != 1 else ''}"
