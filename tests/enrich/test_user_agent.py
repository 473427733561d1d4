from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.enrich.user_agent import Agent, parse, warm_up

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
SAMSUNG = "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "

PEOPLE = {
    WINDOWS + "Chrome/130.0.0.0 Safari/537.36": ("Chrome", "130", "Windows", "10", "desktop"),
    WINDOWS + "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0": ("Edge", "130", "Windows", "10", "desktop"),
    WINDOWS + "Chrome/130.0.0.0 Safari/537.36 OPR/114.0.0.0": ("Opera", "114", "Windows", "10", "desktop"),
    WINDOWS + "coc_coc_browser/120.0 Chrome/114.0.0.0 Safari/537.36": (
        "Coc Coc", "120", "Windows", "10", "desktop",
    ),
    "Mozilla/5.0 (Windows NT 6.3; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0": (
        "Firefox", "115", "Windows", "8.1", "desktop",
    ),
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko": (
        "Internet Explorer", "11", "Windows", "7", "desktop",
    ),
    MAC + "Version/17.4 Safari/605.1.15": ("Safari", "17", "macOS", "10.15", "desktop"),
    MAC + "Slack/4.36.140 Chrome/120.0.6099.276 Electron/28.2.3 Safari/537.36": (
        "Electron", "28", "macOS", "10.15", "desktop",
    ),
    LINUX + "Chrome/130.0.0.0 Safari/537.36": ("Chrome", "130", "Linux", None, "desktop"),
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0": (
        "Firefox", "124", "Linux", None, "desktop",
    ),
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36": ("Chrome", "130", "ChromeOS", None, "desktop"),
    IPHONE + "Version/17.5 Mobile/15E148 Safari/604.1": ("Safari", "17", "iOS", "17.5", "mobile"),
    IPHONE + "CriOS/130.0.6723.37 Mobile/15E148 Safari/604.1": ("Chrome", "130", "iOS", "17.5", "mobile"),
    IPHONE + "FxiOS/124.0 Mobile/15E148 Safari/605.1.15": ("Firefox", "124", "iOS", "17.5", "mobile"),
    IPHONE + "Mobile/15E148 Instagram 325.0.3.34.90 (iPhone14,5; iOS 17_4; en_US)": (
        "Instagram", "325", "iOS", "17.5", "mobile",
    ),
    IPHONE + "Mobile/15E148 [FBAN/FBIOS;FBAV/453.0.0.38.108;FBDV/iPhone14,5]": (
        "Facebook", "453", "iOS", "17.5", "mobile",
    ),
    IPHONE + "Mobile/15E148 WhatsApp/24.10": ("WhatsApp", "24", "iOS", "17.5", "mobile"),
    IPAD + "Version/16.3 Mobile/15E148 Safari/604.1": ("Safari", "16", "iOS", "16.3", "tablet"),
    ANDROID + "Chrome/130.0.0.0 Mobile Safari/537.36": ("Chrome", "130", "Android", "10", "mobile"),
    ANDROID + "Chrome/130.0.0.0 Safari/537.36": ("Chrome", "130", "Android", "10", "tablet"),
    SAMSUNG + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet", "25", "Android", "14", "mobile",
    ),
    "Mozilla/5.0 (Android 14; Mobile; rv:124.0) Gecko/124.0 Firefox/124.0": (
        "Firefox", "124", "Android", "14", "mobile",
    ),
    "Mozilla/5.0 (Android 14; Tablet; rv:124.0) Gecko/124.0 Firefox/124.0": (
        "Firefox", "124", "Android", "14", "tablet",
    ),
    "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36": ("Chrome", "120", "Android", "13", "mobile"),
    "Mozilla/5.0 (Linux; Android 14; Pixel 7 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36": ("Chrome", "130", "Android", "14", "mobile"),
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV "
    "Safari/538.1": ("Safari", "6", "Tizen", "6", "desktop"),
    "okhttp/4.12.0": ("okhttp", "4", None, None, "mobile"),
    "MyApp/1 CFNetwork/1410.0.3 Darwin/22.6.0": ("MyApp", "1", "iOS", "16", "mobile"),
}  # fmt: skip

MACHINES = {
    "": "no user agent",
    "   ": "no user agent",
    "curl/8.5.0": "HTTP library: curl",
    "python-requests/2.31.0": "HTTP library: python-requests",
    "Go-http-client/2.0": "HTTP library: Go-http-client",
    "Java/17.0.1": "HTTP library: Java",
    "axios/1.6.2": "HTTP library: axios",
    "node": "HTTP library: node",
    "PostmanRuntime/7.36.0": "HTTP library: PostmanRuntime",
    LINUX + "HeadlessChrome/120.0.0.0 Safari/537.36": "automation: HeadlessChrome",
    LINUX + "Chrome/120.0.0.0 Safari/537.36 Playwright/1.40": "automation: Playwright",
    LINUX + "Chrome/120.0.0.0 Safari/537.36 Puppeteer": "automation: Puppeteer",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 PhantomJS/2.1.1": "automation: PhantomJS",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "search engine: Googlebot",
    ANDROID
    + "Chrome/130 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": (
        "search engine: Googlebot"
    ),
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com)": (
        "AI crawler: GPTBot"
    ),
    "WhatsApp/2.23.20.0": "link preview: WhatsApp",
    "SomeNewBot/1.0": "crawler: SomeNewBot",
    "Mozilla/5.0 (compatible; Thing/1.0; +https://example.com/about)": "crawler",
}


@pytest.mark.parametrize(
    ("user_agent", "told"), PEOPLE.items(), ids=[f"{t[0]}-{t[2]}" for t in PEOPLE.values()]
)
def test_people(user_agent: str, told: tuple[str | None, ...]) -> None:
    assert parse(user_agent) == Agent(*told, bot=None)


@pytest.mark.parametrize(("user_agent", "reason"), MACHINES.items(), ids=list(MACHINES.values()))
def test_machines_are_told_with_a_reason(user_agent: str, reason: str) -> None:
    assert parse(user_agent).bot == reason


def test_machines_are_still_described() -> None:
    agent = parse(ANDROID + "Chrome/130 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://g.co)")
    assert (agent.os, agent.device) == ("Android", "mobile")


def test_an_unknown_agent_tells_nothing() -> None:
    assert parse("???") == Agent()


def test_only_the_beginning_counts() -> None:
    known = WINDOWS + "Chrome/130.0.0.0 Safari/537.36"
    assert parse(known.ljust(600) + "Googlebot/2.1").bot is None
    assert parse("x" * 100_000) == Agent()


@given(st.text(max_size=600))
def test_any_text_is_read(text: str) -> None:
    agent = parse(text)
    assert agent.device in {None, "desktop", "mobile", "tablet"}


def test_lone_surrogates_are_read() -> None:
    assert parse("Firefox/124.0 \ud800").browser == "Firefox"


def test_tables_load_at_first_use_and_once_for_all_threads() -> None:
    code = """
import sys, threading
from tracker.enrich import user_agent, user_agent_tables
assert "crawleruseragents" not in sys.modules, "read at import"
assert "ua_parser_builtins.lazy" not in sys.modules, "read at import"
assert not user_agent_tables._loaded
threads = [threading.Thread(target=user_agent.warm_up) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert sorted(user_agent_tables._loaded) == ["bots", "browsers"]
first = dict(user_agent_tables._loaded)
user_agent.parse("curl/8.0")
assert all(user_agent_tables._loaded[name] is first[name] for name in first)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_warming_up_twice_is_harmless() -> None:
    threads = [threading.Thread(target=warm_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert parse("curl/8.5.0").browser == "curl"
