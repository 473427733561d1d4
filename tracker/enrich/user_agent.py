"""What a user agent says of browser, system and device, and whether it belongs to a machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ua_parser import OS, Domain, UserAgent

from tracker.enrich import user_agent_bots as bots
from tracker.enrich.user_agent_tables import browsers

LONGEST = 512
"""Characters of a user agent that are read."""

_BROWSERS = {
    "Amazon Silk": "Silk",
    "Android": "Android Browser",
    "BlackBerry WebKit": "BlackBerry",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Firefox Focus": "Firefox",
    "Google": "Google App",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "IE Large Screen": "Internet Explorer",
    "MiuiBrowser": "Xiaomi Browser",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera Mobile": "Opera",
    "Opera Touch": "Opera",
    "QQ Browser Mobile": "QQ Browser",
    "UC Browser": "UC Browser",
    "WeChat": "WeChat",
    "Yandex Browser": "Yandex",
    "YandexSearch": "Yandex",
}
_SYSTEMS = {
    "Mac OS X": "macOS",
    "Mac OS": "macOS",
    "Chrome OS": "ChromeOS",
    "ATV OS X": "tvOS",
    "Darwin": "macOS",
    "webOS": "webOS",
    "Web0S": "webOS",
}
_LINUXES = frozenset(
    {
        "Ubuntu", "Fedora", "Debian", "Arch Linux", "CentOS", "Gentoo", "Kubuntu", "Linux Mint", "Mint",
        "Mageia", "Mandriva", "openSUSE", "PCLinuxOS", "Puppy", "Red Hat", "Slackware", "SUSE", "VectorLinux",
        "Xubuntu", "Lubuntu", "Zorin", "Elementary", "Manjaro",
    }
)  # fmt: skip
# Versions that browsers no longer tell the truth about are kept as far as they are told.
_TWO_PARTS = frozenset({"macOS", "iOS", "iPadOS"})

_WITHOUT_VERSION = frozenset({"Linux", "ChromeOS"})

_TABLET = re.compile(
    r"iPad|Tablet(?! PC)|PlayBook|Kindle|KF[A-Z]{2,}(?= Build|\))|\bSM-[TXP]\d|Xoom|Nexus (?:7|9|10)\b"
)
_BIG_SCREEN = re.compile(
    r"(?i)smart-?tv|hbbtv|appletv|apple tv|googletv|android tv|web0s|netcast|bravia|\bAFT[A-Z]|crkey|roku"
    r"|viera|aquos|\btv\b|playstation|xbox|nintendo|oculus|quest|vidaa|tizen(?!.*mobile)"
)
_PHONE = re.compile(
    r"Mobi|iPhone|iPod|Windows Phone|IEMobile|Opera M(?:ini|obi)|BlackBerry|BB10|KAIOS|Symbian|Nokia"
    r"|okhttp|Dart/|CFNetwork|Dalvik"
)


@dataclass(frozen=True, slots=True)
class Agent:
    """What is told by a user agent; None where it tells nothing."""

    browser: str | None = None
    """A friendly name: "Chrome", "Safari", "Samsung Internet"."""
    browser_version: str | None = None
    """The major version."""
    os: str | None = None
    """A friendly name: "Windows", "macOS", "iOS", "Android", "Linux", "ChromeOS"."""
    os_version: str | None = None
    """The major version; of macOS and iOS with the minor one."""
    device: str | None = None
    """ "desktop", "mobile" or "tablet". Televisions, consoles and headsets count as desktop."""
    bot: str | None = None
    """Why this is a machine, such as "search engine: Googlebot"; None for people."""


_NOTHING = Agent(bot="no user agent")


def parse(user_agent: str) -> Agent:
    """Read a user agent. Cached; the first call loads the tables (about 0.1 s), see `warm_up`."""
    return _parse(user_agent[:LONGEST])


def warm_up() -> None:
    """Load the tables now, so that no event has to wait for them. May run in any thread."""
    browsers()
    bots.reason("Mozilla/5.0")


@lru_cache(maxsize=8_192)
def _parse(text: str) -> Agent:
    text = text.encode("ascii", "replace").decode().strip()
    if not text:
        return _NOTHING
    found = browsers()(text, Domain.USER_AGENT | Domain.OS)
    system = _system(found.os)
    browser, version = _browser(found.user_agent)
    return Agent(
        browser=browser,
        browser_version=version,
        os=system,
        os_version=_system_version(found.os, system),
        device=_device(text, browser, system),
        bot=bots.reason(text),
    )


def _browser(found: UserAgent | None) -> tuple[str | None, str | None]:
    if found is None:
        return None, None
    return _BROWSERS.get(found.family, found.family), found.major


def _system(found: OS | None) -> str | None:
    if found is None or found.family == "Other":
        return None
    if found.family in _LINUXES:
        return "Linux"
    return _SYSTEMS.get(found.family, found.family)


def _system_version(found: OS | None, system: str | None) -> str | None:
    if found is None or found.major is None or system in _WITHOUT_VERSION:
        return None
    with_minor = system in _TWO_PARTS or (system == "Windows" and found.major == "8")
    return f"{found.major}.{found.minor}" if with_minor and found.minor else found.major


def _device(text: str, browser: str | None, system: str | None) -> str | None:
    if _BIG_SCREEN.search(text):
        return "desktop"
    if _TABLET.search(text):
        return "tablet"
    if _PHONE.search(text) or system == "iOS":
        return "mobile"
    if system == "Android":
        # Android's browsers say "Mobile" on telephones only.
        return "tablet"
    return "desktop" if system or browser else None
