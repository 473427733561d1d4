"""Where a visit came from: the source by a name people know, and its channel.

Channels follow the default channel group of Google Analytics 4 ("Default channel group", Analytics
Help), with AI assistants apart from other referrals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.enrich.url import LONGEST, Page

SEARCH = {
    "google": "Google", "bing": "Bing", "duckduckgo": "DuckDuckGo", "yahoo": "Yahoo!", "ecosia": "Ecosia",
    "yandex": "Yandex", "baidu": "Baidu", "qwant": "Qwant", "startpage": "Startpage", "kagi": "Kagi",
    "search.brave": "Brave", "naver": "Naver", "seznam": "Seznam", "sogou": "Sogou",
}  # fmt: skip
SOCIAL = {
    "facebook": "Facebook", "fb": "Facebook", "instagram": "Instagram", "twitter": "X", "x": "X", "t": "X",
    "linkedin": "LinkedIn", "lnkd": "LinkedIn", "reddit": "Reddit", "pinterest": "Pinterest",
    "tiktok": "TikTok", "threads": "Threads", "mastodon": "Mastodon", "bsky": "Bluesky", "vk": "VK",
    "whatsapp": "WhatsApp", "wa": "WhatsApp", "telegram": "Telegram", "discord": "Discord",
    "slack": "Slack", "snapchat": "Snapchat", "xing": "Xing", "quora": "Quora", "tumblr": "Tumblr",
}  # fmt: skip
VIDEO = {"youtube": "YouTube", "youtu": "YouTube", "vimeo": "Vimeo", "twitch": "Twitch",
         "dailymotion": "Dailymotion"}  # fmt: skip
AI = {
    "chatgpt": "ChatGPT", "chat.openai": "ChatGPT", "perplexity": "Perplexity", "claude": "Claude",
    "gemini.google": "Gemini", "copilot.microsoft": "Copilot", "chat.mistral": "Le Chat",
    "chat.deepseek": "DeepSeek", "grok": "Grok", "you": "You.com", "phind": "Phind",
}  # fmt: skip
MAIL = {
    "mail.google": "Gmail", "outlook.live": "Outlook", "outlook.office": "Outlook",
    "mail.yahoo": "Yahoo! Mail",
    "mail.proton": "Proton Mail", "webmail": "Webmail", "substack": "Substack", "mailchi": "Mailchimp",
}  # fmt: skip
OTHERS = {"github": "GitHub", "gitlab": "GitLab", "news.ycombinator": "Hacker News", "lobste": "Lobsters",
          "stackoverflow": "Stack Overflow", "medium": "Medium", "producthunt": "Product Hunt",
          "wikipedia": "Wikipedia"}  # fmt: skip
KINDS = (
    ("AI", AI), ("Email", MAIL), ("Organic Search", SEARCH), ("Organic Social", SOCIAL),
    ("Organic Video", VIDEO), ("Referral", OTHERS),
)  # fmt: skip
APPS = {"com.google.android.gm": ("Gmail", "Email"), "com.google.android.googlequicksearchbox":
        ("Google", "Organic Search"), "com.reddit.frontpage": ("Reddit", "Organic Social"),
        "com.linkedin.android": ("LinkedIn", "Organic Social"), "org.telegram.messenger":
        ("Telegram", "Organic Social"), "com.slack": ("Slack", "Organic Social")}  # fmt: skip

PAID = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
SHORT_HOSTS = frozenset({"t", "x", "fb", "wa", "vk", "lnkd", "youtu", "you", "grok"})
"""Names so short that they count only with the domain they belong to."""
SHORT_DOMAINS = frozenset(
    {
        "t.co",
        "x.com",
        "fb.com",
        "fb.me",
        "wa.me",
        "vk.com",
        "vk.ru",
        "lnkd.in",
        "youtu.be",
        "you.com",
        "grok.com",
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where somebody came from; None where there is nothing to say."""

    referrer: str | None
    """The address without query and fragment: what people searched for is their own business."""
    referrer_host: str | None
    source: str | None
    channel: str


def classify(page: Page | None, referrer: str, own_domains: tuple[str, ...] = ()) -> Source:
    """Tell source and channel; a campaign in the page's address outranks the referrer.

    A referrer on the page's own host, or one of the site's domains, is a step inside: channel `Internal`.
    """
    address, host = _referrer(referrer)
    if host is not None and page is not None and _is_own(host, page, own_domains) and not page.utm:
        return Source(address, host, None, "Internal")
    if host is not None and page is not None and _is_own(host, page, own_domains):
        address = host = None
    known = _known(host) if host else None
    utm = page.utm if page is not None else {}
    named = utm.get("source")
    source = _friendly(named) if named else (known[0] if known else host)
    if source is None and page is not None and page.click:
        source = _friendly(page.click)
    return Source(address, host, source, _channel(page, named, known, host, source))


def _channel(
    page: Page | None, named: str | None, known: tuple[str, str] | None, host: str | None, source: str | None
) -> str:
    medium = (page.utm.get("medium", "") if page is not None else "").lower()
    kind = (_known_name(named) or ("", "Referral"))[1] if named else (known[1] if known else "Referral")
    paid = bool(PAID.match(medium)) or (page is not None and page.paid)
    if source is None and not medium and not paid:
        return "Direct"
    if paid or medium in DISPLAY:
        return _paid(kind, medium, page)
    return _by_medium(medium) or (kind if (named or host) else "Referral")


def _paid(kind: str, medium: str, page: Page | None) -> str:
    if medium in DISPLAY:
        return "Display"
    if kind == "Organic Social":
        return "Paid Social"
    if kind == "Organic Video":
        return "Paid Video"
    if kind == "Organic Search" or (page is not None and page.click in ("google", "microsoft", "yandex")):
        return "Paid Search"
    return "Paid Social" if page is not None and page.click else "Paid Other"


def _by_medium(medium: str) -> str | None:
    if medium in ("email", "e-mail", "e_mail", "newsletter", "mail"):
        return "Email"
    if medium in ("social", "social-network", "social-media", "sm", "social network", "social media"):
        return "Organic Social"
    if medium in ("affiliate", "affiliates"):
        return "Affiliates"
    if medium in ("referral", "app", "link"):
        return "Referral"
    if medium == "organic":
        return "Organic Search"
    if medium == "sms":
        return "SMS"
    if medium == "audio":
        return "Audio"
    if "video" in medium:
        return "Organic Video"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium:
        return "Mobile Push"
    return None


def _referrer(text: str) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    try:
        parts = urlsplit(text.strip()[:LONGEST])
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return None, None
    if parts.scheme not in ("http", "https", "android-app") or not host:
        return None, None
    return f"{parts.scheme}://{host}{parts.path}", host


def _is_own(host: str, page: Page, own_domains: tuple[str, ...]) -> bool:
    return host == page.host or any(host == own or host.endswith("." + own) for own in own_domains)


def _known(host: str) -> tuple[str, str] | None:
    """(name, channel) of a host people know."""
    if host in APPS:
        return APPS[host]
    labels = host.split(".")
    for channel, names in KINDS:
        for key, name in names.items():
            if key in SHORT_HOSTS:
                if host in SHORT_DOMAINS and labels[0] == key:
                    return name, channel
            elif _has(labels, key.split(".")):
                return name, channel
    return None


def _has(labels: list[str], wanted: list[str]) -> bool:
    """Whether `wanted` stands in a host as its registered name: google in www.google.co.uk, not in
    google.evil.example."""
    size = len(wanted)
    return any(
        labels[start : start + size] == wanted and len(labels) - start - size <= 2
        and all(len(rest) <= 5 for rest in labels[start + size :])
        for start in range(len(labels) - size)
    )  # fmt: skip


def _known_name(named: str) -> tuple[str, str] | None:
    """(name, channel) of a utm_source: `google`, `Facebook`, `news.ycombinator.com`."""
    lower = named.lower()
    for channel, names in KINDS:
        for key, name in names.items():
            if lower in (key, name.lower()):
                return name, channel
    return _known(lower) if "." in lower else None


def _friendly(named: str) -> str:
    known = _known_name(named)
    return known[0] if known else named
