"""What a user agent says: browser, system, kind of device, and whether it is a machine's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import crawleruseragents
import ua_parser

LONGEST = 1_000
"""Characters that are parsed; what is longer is no browser's."""

BROWSERS = {
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Opera Mini": "Opera",
    "HeadlessChrome": "Chrome",
    "Samsung Internet": "Samsung Internet",
    "DuckDuckGo Mobile": "DuckDuckGo",
}
SYSTEMS = {
    "Mac OS X": "macOS",
    "Chrome OS": "ChromeOS",
    "Ubuntu": "Linux",
    "Fedora": "Linux",
    "Debian": "Linux",
}
TABLETS = re.compile(r"\biPad\b|\bTablet\b|\bKindle\b|\bSilk/|\bPlayBook\b", re.IGNORECASE)
PHONES = re.compile(r"\biPhone\b|\biPod\b|\bMobile\b|\bAndroid\b.*\bMobile\b|Windows Phone", re.IGNORECASE)
SCREENS = re.compile(r"\bTV\b|SmartTV|SMART-TV|AppleTV|GoogleTV|HbbTV|BRAVIA|CrKey", re.IGNORECASE)
AUTOMATION = re.compile(r"Headless|PhantomJS|Puppeteer|Playwright|Selenium|WebDriver|Cypress", re.IGNORECASE)
LIBRARIES = re.compile(
    r"^(curl|wget|python|aiohttp|httpx|go-http-client|java|libwww|axios|node|undici|php|ruby|guzzle|"
    r"http_request|scrapy|postman|insomnia|apache-httpclient|faraday|perl)\b|^node-fetch|python-requests",
    re.IGNORECASE,
)
APPS = re.compile(r"\bokhttp/|\bDalvik/|\bCFNetwork/|\bAlamofire/|\bDart/", re.IGNORECASE)
"""What phone apps send with: a library's name, but a person behind it."""


@dataclass(frozen=True, slots=True)
class Agent:
    """What is known; None where it is not. `device` is desktop, mobile, tablet or tv."""

    browser: str | None
    browser_version: str | None
    os: str | None
    os_version: str | None
    device: str | None
    bot: str | None
    """Why it is taken for a machine: `crawler`, `automation`, `library` or `no user agent`."""


@lru_cache(maxsize=8_192)
def parse(user_agent: str) -> Agent:
    """Parse a user agent. Tables are loaded at the first call (0.1 s) and shared by all threads."""
    text = user_agent[:LONGEST].strip()
    if not text:
        return Agent(None, None, None, None, None, "no user agent")
    found = ua_parser.parse(text)
    browser, system = found.user_agent, found.os
    name = browser.family if browser and browser.family != "Other" else None
    return Agent(
        BROWSERS.get(name, name) if name else None,
        browser.major if browser else None,
        _system(system.family if system else None),
        system.major if system else None,
        _device(text, system.family if system else None),
        _bot(text),
    )


def _system(family: str | None) -> str | None:
    return None if family in (None, "Other") else SYSTEMS.get(family, family)


def _device(text: str, system: str | None) -> str | None:
    if SCREENS.search(text):
        return "tv"
    if TABLETS.search(text):
        return "tablet"
    if PHONES.search(text):
        return "mobile"
    if system == "Android":
        return "tablet"  # Android's own rule: phones say Mobile, tablets do not
    if system in (None, "Other", "iOS"):
        return "mobile" if system == "iOS" or APPS.search(text) else None
    return "desktop"


def _bot(text: str) -> str | None:
    if AUTOMATION.search(text):
        return "automation"
    if APPS.search(text):
        return None
    if LIBRARIES.search(text):
        return "library"
    return "crawler" if crawleruseragents.is_crawler(text) else None
