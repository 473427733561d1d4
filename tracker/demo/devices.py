"""The devices people and robots use, by their user agents and screens."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.demo.chance import Wheel

_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64"
_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser tells of itself. `form` is desktop, mobile or tablet; `app` its name in app events."""

    agent: str
    form: str
    screen: str
    viewport: str
    app: str = "web"


def _desktop(agent: str, screen: str, viewport: str) -> Device:
    return Device(agent, "desktop", screen, viewport)


def _android(system: str, model: str, chrome: int, screen: str, viewport: str, extra: str = "") -> Device:
    browser = f"{_KIT}{extra} Chrome/{chrome}.0.0.0 Mobile Safari/537.36"
    return Device(
        f"Mozilla/5.0 (Linux; Android {system}; {model}) {browser}", "mobile", screen, viewport, "android"
    )


def _iphone(system: str, browser: str, screen: str, viewport: str) -> Device:
    phone = f"iPhone; CPU iPhone OS {system} like Mac OS X"
    agent = f"Mozilla/5.0 ({phone}) {_APPLE} {browser} Mobile/15E148 Safari/604.1"
    return Device(agent, "mobile", screen, viewport, "ios")


_DESKTOPS: tuple[tuple[Device, float], ...] = (
    (_desktop(f"{_WINDOWS}) {_KIT} Chrome/149.0.0.0 Safari/537.36", "1920x1080", "1920x945"), 24),
    (_desktop(f"{_WINDOWS}) {_KIT} Chrome/149.0.0.0 Safari/537.36", "1536x864", "1536x730"), 14),
    (_desktop(f"{_WINDOWS}) {_KIT} Chrome/148.0.0.0 Safari/537.36", "2560x1440", "2560x1305"), 7),
    (
        _desktop(f"{_WINDOWS}) {_KIT} Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0", "1920x1080", "1872x924"),
        12,
    ),
    (_desktop(f"{_WINDOWS}; rv:151.0) Gecko/20100101 Firefox/151.0", "1920x1080", "1920x937"), 5),
    (
        _desktop(f"{_WINDOWS}) {_KIT} Chrome/148.0.0.0 Safari/537.36 OPR/133.0.0.0", "1920x1080", "1879x932"),
        2,
    ),
    (_desktop(f"{_MAC} {_KIT} Chrome/149.0.0.0 Safari/537.36", "1512x982", "1512x823"), 12),
    (_desktop(f"{_MAC} {_KIT} Chrome/148.0.0.0 Safari/537.36", "1728x1117", "1728x958"), 5),
    (_desktop(f"{_MAC} {_APPLE} Version/26.4 Safari/605.1.15", "1440x900", "1440x764"), 9),
    (_desktop(f"{_MAC} {_APPLE} Version/18.6 Safari/605.1.15", "1470x956", "1470x801"), 3),
    (
        _desktop(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:151.0) Gecko/20100101 Firefox/151.0",
            "1680x1050",
            "1680x916",
        ),
        2,
    ),
    (_desktop(f"{_LINUX}) {_KIT} Chrome/149.0.0.0 Safari/537.36", "1920x1080", "1920x960"), 2),
    (_desktop(f"{_LINUX}; rv:151.0) Gecko/20100101 Firefox/151.0", "2560x1440", "1280x1310"), 2),
    (
        _desktop(
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_KIT} Chrome/148.0.0.0 Safari/537.36",
            "1366x768",
            "1366x633",
        ),
        1,
    ),
)

_IPHONES: tuple[tuple[Device, float], ...] = (
    (_iphone("26_4", "Version/26.4", "393x852", "393x659"), 40),
    (_iphone("18_6", "Version/18.6", "390x844", "390x664"), 20),
    (_iphone("26_3", "Version/26.3", "430x932", "430x739"), 18),
    (_iphone("26_4", "CriOS/149.0.7827.42", "393x852", "393x660"), 10),
    (_iphone("17_7", "Version/17.7", "375x667", "375x553"), 5),
)
_ANDROIDS: tuple[tuple[Device, float], ...] = (
    (_android("10", "K", 149, "412x915", "412x785"), 34),
    (_android("10", "K", 148, "360x800", "360x668"), 18),
    (_android("10", "K", 149, "384x832", "384x703", " SamsungBrowser/29.0"), 12),
    (
        Device(
            "Mozilla/5.0 (Android 15; Mobile; rv:151.0) Gecko/151.0 Firefox/151.0",
            "mobile",
            "412x892",
            "412x764",
            "android",
        ),
        3,
    ),
)
_TABLETS: tuple[tuple[Device, float], ...] = (
    (
        Device(
            f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {_APPLE} Version/18.6 Mobile/15E148 Safari/604.1",
            "tablet",
            "820x1180",
            "820x1089",
            "ios",
        ),
        3,
    ),
    (
        Device(
            f"Mozilla/5.0 (Linux; Android 15; SM-X210) {_KIT} Chrome/149.0.0.0 Safari/537.36",
            "tablet",
            "800x1280",
            "800x1137",
            "android",
        ),
        2,
    ),
)

# The phones of the wallet's people: its app is a web view, so its user agents name the model.
_WALLET_PHONES: tuple[tuple[Device, float], ...] = (
    (_android("15", "SM-A155F Build/AP3A.240905.015; wv", 149, "360x800", "360x776", " Version/4.0"), 18),
    (_android("14", "2312DRAABI Build/UP1A.231005.007; wv", 148, "393x873", "393x849", " Version/4.0"), 16),
    (_android("15", "V2342 Build/AP3A.240905.015.A2; wv", 149, "393x876", "393x852", " Version/4.0"), 12),
    (_android("14", "CPH2591 Build/UKQ1.230924.001; wv", 147, "360x804", "360x780", " Version/4.0"), 10),
    (_android("16", "Pixel 9a Build/BP2A.250605.031; wv", 149, "412x923", "412x899", " Version/4.0"), 5),
    (_android("13", "RMX3760 Build/TP1A.220624.014; wv", 146, "360x806", "360x782", " Version/4.0"), 9),
)

DEVICES: tuple[Device, ...] = tuple(
    device for table in (_DESKTOPS, _IPHONES, _ANDROIDS, _TABLETS, _WALLET_PHONES) for device, _ in table
)
"""In a fixed order; people remember the position of theirs."""


def _shares(*tables: tuple[tuple[tuple[Device, float], ...], float]) -> Wheel[int]:
    """Positions in `DEVICES`: each table as a whole takes its share."""
    slices = []
    for table, share in tables:
        total = sum(weight for _, weight in table)
        slices += [(DEVICES.index(device), share * weight / total) for device, weight in table]
    return Wheel(slices)


SHOPPERS = _shares((_DESKTOPS, 34), (_IPHONES, 34), (_ANDROIDS, 25), (_TABLETS, 7))
OFFICE = _shares((_DESKTOPS, 91), (_IPHONES, 4), (_ANDROIDS, 3), (_TABLETS, 2))
POCKET = _shares((_WALLET_PHONES, 87), (_IPHONES, 13))
SECOND = _shares((_DESKTOPS, 30), (_IPHONES, 35), (_ANDROIDS, 25), (_TABLETS, 10))

SERVER_AGENT = "python-httpx/0.28.1"

_BROWSER = f"{_LINUX}) {_KIT}"
ROBOTS: Wheel[str] = Wheel(
    (
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 26),
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; "
            "+http://www.google.com/bot.html)",
            16,
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
            "+http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
            14,
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
            "+https://openai.com/gptbot)",
            12,
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; "
            "+claudebot@anthropic.com)",
            8,
        ),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 9),
        (f"{_BROWSER} HeadlessChrome/149.0.0.0 Safari/537.36", 9),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 6),
    )
)
