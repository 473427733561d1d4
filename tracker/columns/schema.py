"""Tables of the column store, the same on every engine. Questions are written over these.

Times are epoch milliseconds (UTC). Ids of persons and sessions are whole numbers that mean nothing
outside: `session_id` is the ledger id of the session's first event, `person_id` a hash of the site and
the user (else the visitor). Text that is not known is NULL, never empty.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()

Money = sa.Numeric(18, 4)
"""Exact to four decimals, up to 10^14."""


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text)


def _number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _origin() -> list[sa.Column[str]]:
    """Where somebody came from, as the address and the referrer of an event tell."""
    return [
        _text(name)
        for name in (
            "referrer_host",
            "source",
            "channel",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
        )
    ]


def _device() -> list[sa.Column[str]]:
    """What the sender's device is."""
    return [
        _text(name)
        for name in (
            "country",
            "device",
            "browser",
            "browser_version",
            "os",
            "os_version",
            "language",
            "screen",
        )
    ]


def _list(name: str, of: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, sa.ARRAY(of), nullable=False)


LATER_PAGES = ("page_2", "page_3", "page_4", "page_5")
"""The pages a session views after the first one, the same page twice in a row counted once."""

events = sa.Table(
    "events",
    METADATA,
    _number("id"),  # the ledger's id
    _number("site_id"),
    _number("at"),
    _number("received_at"),
    sa.Column("name", sa.Text, nullable=False),
    _number("person_id", nullable=True),  # NULL where neither user nor visitor is known
    _number("session_id", nullable=True),  # NULL where there is no person
    _text("visitor"),
    _text("user_id"),  # as named in this very event; the person's is persons.user_id
    _text("client_session"),
    _flag("interactive"),
    _flag("verified"),
    _flag("daily"),  # the visitor is a daily hash
    _flag("page_view"),  # named page_viewed, with a page
    _text("bot"),  # why it is held for a bot; NULL for people
    _text("page"),
    _text("host"),
    _text("title"),
    *_origin(),
    *_device(),
    _text("feature"),
    _text("category"),
    sa.Column("duration", sa.Double),  # seconds
    _text("product_id"),
    _text("product_name"),  # what an event with a product_id calls it: property product_name, else name
    sa.Column("amount", Money),  # property amount, else revenue
    _text("currency"),
    _text("reference"),
    _text("status"),
    _text("error_message"),
    _text("button"),
    _text("properties"),  # JSON, NULL where empty
    _number("profile_id", nullable=True),
)
"""One row for each event. `source`, `utm_…` are of this event's page: of all events of a session only the
first mostly has them, so ask `sessions` where somebody came from."""

sessions = sa.Table(
    "sessions",
    METADATA,
    _number("session_id"),
    _number("site_id"),
    _number("person_id"),
    _flag("bot"),
    _flag("daily"),  # all its events come from daily hashes, and no user is known
    _flag("uniform"),  # its interactive events and page views all have its host and device columns
    _number("started_at"),
    _number("ended_at"),
    _number("duration_ms"),  # last − first event; 0 for bounces
    _flag("bounce"),  # at most one page view and no other interactive event
    _number("events"),
    _number("interactive"),  # interactive events; a session without any is nobody's activity
    _number("page_views"),
    _number("first_active_at", nullable=True),  # of its interactive events
    _number("last_active_at", nullable=True),
    _text("entry_page"),
    _text("exit_page"),
    _number("exit_at", nullable=True),  # of the last page view
    *(_text(name) for name in LATER_PAGES),
    _list("pages", sa.Text()),  # each page of its events once, in order; one that is not known too
    _list("pages_acts", sa.BigInteger()),  # interactive events on each of these
    _list("pages_views", sa.BigInteger()),  # page views of each
    _text("host"),
    *_origin(),
    *_device(),
    _number("first_id"),  # lowest and highest ledger id in it
    _number("last_id"),
)
"""One row for each session. Origin, device and host are those of its first event that tells them.

Its path is `entry_page` and the four after it; what there is less of is NULL."""

persons = sa.Table(
    "persons",
    METADATA,
    _number("site_id"),
    _number("person_id"),
    _text("user_id"),
    _text("visitor"),  # of a person without a user id
    _flag("stable"),  # can be told again tomorrow: a user, or a visitor with a lasting id
    _number(
        "first_at", nullable=True
    ),  # first and last interactive event that no bot sent; NULL: never active
    _number("last_at", nullable=True),
    _number("first_seen"),  # the same over all events, bots' and system events too
    _number("last_seen"),
    _number("sessions"),  # without bots', with at least one interactive event
    _number("events"),  # without bots'
    _number("interactive"),
    _number("page_views"),
    _text("name"),
    _text("email"),
    _text("phone"),
    _text("traits"),  # JSON: the latest value of each trait
    _text("country"),  # of the latest session
    _text("device"),
    _text("browser"),
    _text("os"),
    _text("language"),
    _text("entry_page"),  # of the first session, as where they first came from
    _text("first_source"),
    _text("first_channel"),
    _text("first_campaign"),
    _number("first_id"),
    _number("last_id"),
)
"""One row for each person, over all time."""

person_links = sa.Table(
    "person_links",
    METADATA,
    _number("site_id"),
    _text("visitor"),
    _number("until_at"),
    _number("until_id"),
    _text("user_id"),
)
"""Whose a visitor's anonymous events are: the row with the least (until_at, until_id) not before the event.

So they belong to the user named next on that visitor; after the last one named, to that one. A visitor
who was only ever one user has one row, which never ends."""

rollups = sa.Table(
    "rollups",
    METADATA,
    _number("site_id"),
    sa.Column("grain", sa.Text, nullable=False),  # day, week or month
    _number("start"),  # number of its first local day
    sa.Column("dimension", sa.Text, nullable=False),  # "" for all, event, or what the figures are cut by
    sa.Column("value", sa.Text, nullable=False),  # as `ledger.kept` spells it
    _number("visitors", nullable=True),
    _number("visits"),
    _number("page_views"),
    _number("bounces"),
    _number("duration_ms"),
    _number("events"),
    _number("persons", nullable=True),
    _number("seen"),  # highest ledger id counted
)
"""Figures of days whose details may be gone: copied from the ledger, which keeps them."""

kept = sa.Table(
    "kept",
    METADATA,
    _number("site_id"),
    _number("closed"),
    sa.Column("zone", sa.Text, nullable=False),
    _number("words"),
)
"""Up to which moment the days of a site are rolled up (0: none), the zone they are days of, and before which
moment errors have lost their words."""

cursor = sa.Table(
    "cursor",
    METADATA,
    _number("last_id"),  # of the ledger's events
    _number("last_deletion"),
    _text("last_event"),  # event id and time of the last one, to tell another ledger from this one
    _number("shape"),  # SHAPE, when the file was made
)
"""How far the ledger has been read: one row, written in one transaction with what was read."""

SHAPE = 4
"""Raise this when a table or the meaning of a column changes: older files are then rebuilt."""

NEVER_ENDS = 2**62
"""`until_at` of a visitor's last link."""
