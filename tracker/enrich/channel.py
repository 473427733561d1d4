"""The channels visits come through, after the default channel group of Google Analytics 4.

Rules and their order follow "[GA4] Default channel group" (support.google.com/analytics/answer/9756891):
the first that fits counts. On top of it:

- AI: assistants such as ChatGPT, which that list counts as referrals.
- Internal: the site's own pages, which analytics otherwise leaves to the session.
- A paid click id (gclid, msclkid …) makes a visit paid without any `utm_medium`.
- Webmail and the words newsletter and mail count as Email, push as Mobile Push Notifications.
- Any other source is a Referral; there is no "Unassigned".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tracker.enrich.source import Kind


class Channel(StrEnum):
    """By which kind of way a visit came."""

    DIRECT = "Direct"
    INTERNAL = "Internal"
    CROSS_NETWORK = "Cross-network"
    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    ORGANIC_SHOPPING = "Organic Shopping"
    ORGANIC_SOCIAL = "Organic Social"
    ORGANIC_VIDEO = "Organic Video"
    ORGANIC_SEARCH = "Organic Search"
    AI = "AI"
    EMAIL = "Email"
    AFFILIATES = "Affiliates"
    AUDIO = "Audio"
    SMS = "SMS"
    PUSH = "Mobile Push Notifications"
    REFERRAL = "Referral"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What is known of how a visit came; texts in lower case, "" when not told."""

    kind: Kind | None = None
    """What the source is, where it is a known one."""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    is_paid_click: bool = False
    is_display_click: bool = False


PAID_CLICKS = frozenset({"gclid", "gbraid", "wbraid", "msclkid", "yclid", "ttclid", "twclid", "rdt_cid"})
"""Click ids that advertisements alone put behind links."""

_PAID = re.compile(r"(.*cp.*|ppc|retargeting|paid.*)")
_SHOPPING = re.compile(r"(.*(([^a-df-z]|^)shop|shopping).*)")
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_EMAIL = frozenset({"email", "e-mail", "e_mail", "e mail", "mail", "newsletter"})
_AI = frozenset({"ai", "llm", "ai-assistant", "chatbot"})

_PAID_KINDS = {
    Kind.SHOPPING: Channel.PAID_SHOPPING,
    Kind.SEARCH: Channel.PAID_SEARCH,
    Kind.SOCIAL: Channel.PAID_SOCIAL,
    Kind.VIDEO: Channel.PAID_VIDEO,
}


def channel(arrived: Arrived) -> Channel:
    """The channel of a visit that did not come from the site itself."""
    rest = Channel.REFERRAL if arrived.kind or arrived.source else Channel.DIRECT
    return _paid(arrived) or _organic(arrived) or _by_medium(arrived) or rest


def _paid(arrived: Arrived) -> Channel | None:
    if "cross-network" in arrived.campaign:
        return Channel.CROSS_NETWORK
    paid = arrived.is_paid_click or _PAID.fullmatch(arrived.medium) is not None
    if paid and _SHOPPING.fullmatch(arrived.campaign):
        return Channel.PAID_SHOPPING
    if paid and arrived.kind in _PAID_KINDS:
        return _PAID_KINDS[arrived.kind]
    if arrived.medium in _DISPLAY or arrived.is_display_click:
        return Channel.DISPLAY
    return Channel.PAID_OTHER if paid else None


def _organic(arrived: Arrived) -> Channel | None:
    if arrived.kind is Kind.SHOPPING or _SHOPPING.fullmatch(arrived.campaign):
        return Channel.ORGANIC_SHOPPING
    if arrived.kind is Kind.SOCIAL or arrived.medium in _SOCIAL:
        return Channel.ORGANIC_SOCIAL
    if arrived.kind is Kind.VIDEO or "video" in arrived.medium:
        return Channel.ORGANIC_VIDEO
    if arrived.kind is Kind.SEARCH or arrived.medium == "organic":
        return Channel.ORGANIC_SEARCH
    return Channel.AI if arrived.kind is Kind.AI or arrived.medium in _AI else None


def _by_medium(arrived: Arrived) -> Channel | None:
    medium, source = arrived.medium, arrived.source
    if arrived.kind is Kind.EMAIL or medium in _EMAIL or source in _EMAIL:
        return Channel.EMAIL
    if medium in ("affiliate", "affiliates"):
        return Channel.AFFILIATES
    if medium in ("referral", "app", "link"):
        return Channel.REFERRAL
    if medium == "audio":
        return Channel.AUDIO
    if "sms" in (medium, source):
        return Channel.SMS
    if medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase":
        return Channel.PUSH
    return None
