"""What Harbour & Finch sells, and how people find it."""

from __future__ import annotations

from typing import Any

from tracker.demo.chance import Wheel, fading, words

Json = dict[str, Any]

CURRENCY = "CAD"

# Bestsellers first in each collection.
_SHELVES: dict[str, tuple[tuple[str, float], ...]] = {
    "Knitwear": (
        ("Fisherman's Rib Jumper", 148.0), ("Fogbank Cardigan", 164.0), ("Tidepool Beanie", 38.0),
        ("Merino Watch Cap", 34.0), ("Lighthouse Scarf", 58.0), ("Cable Crew Neck", 139.0),
        ("Wool Boot Socks", 24.0), ("Herring Mittens", 42.0),
    ),
    "Rainwear": (
        ("Squall Jacket", 219.0), ("Drizzle Anorak", 129.0), ("Harbour Oilskin", 289.0),
        ("Sou'wester Hat", 46.0), ("Deckhand Trousers", 118.0), ("Packable Poncho", 64.0),
    ),
    "Home": (
        ("Enamel Mug, Set of Two", 36.0), ("Driftwood Candle", 32.0), ("Finch Tea Towel", 19.5),
        ("Sailcloth Apron", 54.0), ("Linen Throw", 98.0), ("Stoneware Jug", 72.0),
        ("Brass Boat Lantern", 124.0), ("Oyster Plate", 44.5), ("Rope Doormat", 68.0),
    ),
    "Bags": (
        ("Dockside Tote", 78.0), ("Waxed Rucksack", 168.0), ("Ferry Weekender", 212.0),
        ("Roll-Top Satchel", 134.0), ("Coin Pouch", 28.0),
    ),
    "Pantry": (
        ("Sea Salt Caramels", 14.5), ("Blueberry Jam", 11.0), ("Smoked Dulse Flakes", 9.5),
        ("Maple Shortbread", 13.0), ("Harbour Blend Coffee", 21.0), ("Chowder Kit", 26.5),
    ),
}  # fmt: skip


def _slug(name: str) -> str:
    kept = "".join(letter if letter.isalnum() else " " for letter in name.replace("'", "").lower())
    return "-".join(kept.split())


COLLECTIONS: tuple[str, ...] = tuple(_SHELVES)
PRODUCTS: tuple[Json, ...] = tuple(
    {
        "product_id": f"HF-{100 * shelf + number:03d}",
        "name": name,
        "price": price,
        "currency": CURRENCY,
        "category": collection,
    }
    for shelf, (collection, goods) in enumerate(_SHELVES.items(), 1)
    for number, (name, price) in enumerate(goods, 1)
)
"""Product properties as they stand in events; shared by all events, so nobody may change one."""

PATHS: tuple[str, ...] = tuple(f"/products/{_slug(product['name'])}" for product in PRODUCTS)
PAGE_TITLES: tuple[str, ...] = tuple(f"{product['name']} – Harbour & Finch" for product in PRODUCTS)

COLLECTION_PAGES: tuple[tuple[str, str], ...] = tuple(
    (f"/collections/{_slug(collection)}", f"{collection} – Harbour & Finch") for collection in COLLECTIONS
)
OF_COLLECTION: tuple[Wheel[int], ...] = tuple(
    fading(position for position, product in enumerate(PRODUCTS) if product["category"] == collection)
    for collection in COLLECTIONS
)
"""Which product of a collection is looked at."""

COLLECTION = Wheel(((0, 30), (1, 22), (2, 24), (3, 15), (4, 9)))
ON_SALE = Wheel(
    (position, 3.0 if product["category"] == "Knitwear" else 1.0) for position, product in enumerate(PRODUCTS)
)

SEARCHES = fading(
    ("jumper", "rain jacket", "mug", "socks", "gift card", "tote", "scarf", "coffee", "wool hat", "candle",
     "oilskin", "returns", "weekender", "jam", "size guide", "kids", "dog coat")
)  # fmt: skip
FINDS_NOTHING = frozenset({"gift card", "kids", "dog coat"})

JOURNAL: tuple[tuple[str, str], ...] = (
    ("/journal/how-to-care-for-wool", "How to care for wool – Harbour & Finch"),
    ("/journal/a-morning-on-the-ferry", "A morning on the ferry – Harbour & Finch"),
    ("/journal/dressing-for-fog", "Dressing for fog – Harbour & Finch"),
    ("/journal/the-last-ropemaker", "The last ropemaker – Harbour & Finch"),
)
ARTICLES = fading(JOURNAL)

# (referrer, query of the landing page) by how people come.
SOURCES: Wheel[tuple[str, str]] = Wheel(
    (
        (("https://www.google.com/", ""), 27),
        (("", ""), 19),
        (
            (
                "https://www.google.com/",
                "?utm_source=google&utm_medium=cpc&utm_campaign=knitwear-brand&gclid=demo",
            ),
            9,
        ),
        (
            (
                "https://l.instagram.com/",
                "?utm_source=instagram&utm_medium=paid_social&utm_campaign=new-season",
            ),
            9,
        ),
        (("https://www.instagram.com/", ""), 6),
        (("https://www.pinterest.ca/", ""), 7),
        (("https://m.facebook.com/", ""), 5),
        (("https://www.bing.com/", ""), 4),
        (("https://duckduckgo.com/", ""), 3),
        (("https://www.reddit.com/r/malefashionadvice/", ""), 2),
        (("https://chatgpt.com/", ""), 3),
        (("https://northshorereview.example/best-rain-jackets", ""), 3),
        (("https://www.youtube.com/", ""), 2),
        (
            (
                "https://giftpicks.example/for-sailors",
                "?utm_source=partnerize&utm_medium=affiliate&utm_campaign=gift-guide",
            ),
            2,
        ),
    )
)
RETURNING: Wheel[tuple[str, str]] = Wheel(
    (
        (("", ""), 58),
        (("https://www.google.com/", ""), 22),
        (("", "?utm_source=newsletter&utm_medium=email&utm_campaign=sunday-letter"), 14),
        (("https://www.instagram.com/", ""), 6),
    )
)
CAMPAIGN: Wheel[tuple[str, str]] = Wheel(
    (
        (("", "?utm_source=newsletter&utm_medium=email&utm_campaign=harbour-days"), 34),
        (
            (
                "https://l.instagram.com/",
                "?utm_source=instagram&utm_medium=paid_social&utm_campaign=harbour-days",
            ),
            30,
        ),
        (("https://www.google.com/", "?utm_source=google&utm_medium=cpc&utm_campaign=harbour-days"), 20),
        (
            (
                "https://www.tiktok.com/",
                "?utm_source=tiktok&utm_medium=paid_social&utm_campaign=harbour-days",
            ),
            16,
        ),
    )
)

SHIPPING = words("standard:72 express:16 pickup:12")
PAYMENT_METHODS = words("card:62 paypal:22 apple-pay:16")
PAYMENT_ERRORS = Wheel(
    (
        ("Your card was declined by the bank.", 46),
        ("The security check with your bank timed out.", 26),
        ("The expiry date is in the past.", 16),
        ("This address does not match the card.", 12),
    )
)
PAGE_ERRORS = Wheel(
    (
        ("TypeError: Cannot read properties of undefined (reading 'variants')", 5),
        ("ChunkLoadError: Loading chunk 27 failed", 3),
        ("NetworkError when attempting to fetch resource", 2),
    )
)
OUTAGE = "Checkout is not available right now. Please try again in a few minutes."
