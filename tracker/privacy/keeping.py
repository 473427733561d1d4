"""For how long what is recorded is kept, in plain words: the one place where pages read it from."""

from __future__ import annotations

from tracker.domain.site import SiteRules


def kept_for(rules: SiteRules) -> tuple[str, ...]:
    """Sentences about how long a site keeps what it recorded."""
    return (
        "What is recorded is kept until it is deleted by whoever runs this website; no date is set for that.",
    )
