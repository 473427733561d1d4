"""The three sites and what happens on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.demo import saas, shop, shop_goods, wallet
from tracker.demo.attendance import Crowd
from tracker.demo.days import Season
from tracker.demo.devices import OFFICE, POCKET, SECOND, SHOPPERS
from tracker.demo.places import mixture
from tracker.demo.request import DemoSite
from tracker.demo.visit import Visit
from tracker.domain.site import Identity, SiteRules


@dataclass(frozen=True, slots=True)
class Story:
    """A site, who comes there, and what they do. `share` is its part of all events."""

    site: DemoSite
    share: float
    crowd: Crowd
    season: Season
    week: tuple[float, ...]
    """How busy the days of the week are, Monday first."""
    perform: Callable[[Visit], None]
    pages: tuple[str, ...]
    """What robots look at."""


SHOP = Story(
    site=DemoSite(
        slug="harbour-and-finch",
        name="Harbour & Finch",
        domains=("www.harbourfinch.example", "harbourfinch.example"),
        time_zone="America/Halifax",
        rules=SiteRules(domains=("harbourfinch.example",), identity=Identity.CONSENT),
    ),
    share=0.42,
    crowd=Crowd(
        shop.PERSONAS,
        mixture("CA:56 US:24 GB:6 FR:3 DE:3 AU:2 IE:2 NL:1 JP:1 SE:1 BR:1"),
        SHOPPERS,
        SECOND,
        zone_hours=-4,
    ),
    season=shop.SEASON,
    week=(0.92, 0.9, 0.94, 0.96, 0.92, 1.12, 1.24),
    perform=shop.perform,
    pages=(
        "/",
        *(path for path, _ in shop_goods.COLLECTION_PAGES),
        *(path for path, _ in shop_goods.JOURNAL),
        *shop_goods.PATHS,
    ),
)
WALLET = Story(
    site=DemoSite(
        slug="peepal-pay",
        name="Peepal Pay",
        domains=("m.peepalpay.example", "peepalpay.example"),
        time_zone="Asia/Kolkata",
        rules=SiteRules(domains=("peepalpay.example",), identity=Identity.PERSISTENT),
    ),
    share=0.26,
    crowd=Crowd(wallet.PERSONAS, mixture("IN:93 AE:3 NP:2 SG:1 GB:1"), POCKET, POCKET, zone_hours=5.5),
    season=wallet.SEASON,
    week=(0.96, 0.94, 0.96, 0.98, 1.08, 1.06, 0.98),
    perform=wallet.perform,
    pages=("/", "/features", "/fees", "/security", "/help"),
)
SAAS = Story(
    site=DemoSite(
        slug="fernweg",
        name="Fernweg",
        domains=("fernweg.example", "app.fernweg.example"),
        time_zone="Europe/Berlin",
        rules=SiteRules(domains=("fernweg.example",), identity=Identity.PERSISTENT, collect_user_agent=True),
    ),
    share=0.32,
    crowd=Crowd(
        saas.PERSONAS,
        mixture("DE:48 AT:9 CH:9 NL:7 FR:6 GB:6 PL:4 DK:3 SE:3 ES:2 IT:2 US:8 IN:2 KE:1 NG:1"),
        OFFICE,
        SECOND,
        zone_hours=1,
    ),
    season=saas.SEASON,
    week=(1.25, 1.3, 1.28, 1.22, 1.05, 0.26, 0.22),
    perform=saas.perform,
    pages=("/", "/pricing", "/features", "/customers", "/docs", "/changelog", "/blog/planning-in-the-rain"),
)

STORIES: tuple[Story, ...] = (SHOP, WALLET, SAAS)
SITES: tuple[DemoSite, ...] = tuple(story.site for story in STORIES)
