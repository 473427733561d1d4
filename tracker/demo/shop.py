"""Harbour & Finch, a web shop: people browse, some put things in the cart, a few buy."""

from __future__ import annotations

from tracker.demo import shop_goods as goods
from tracker.demo.days import EVENING, Season
from tracker.demo.people import CUSTOMER, NEWSLETTER, REGISTERED, Persona
from tracker.demo.visit import Json, Visit

SEASON = Season(
    rhythm=EVENING,
    campaign=0.22,
    campaign_days=(1.5, 2.1, 1.8, 1.4, 1.1),
    incident=0.12,
    growth=2.3,
    calm=0.85,
)

PERSONAS = (
    Persona("browser", 0.54, EVENING, 9, 0.72, 0.24, 0.06, 0.6),
    Persona("bargain hunter", 0.16, EVENING, 9, 0.5, 0.12, 0.1, 0.85),
    Persona("regular", 0.24, EVENING, 6.5, 0.24, 0.05, 0.12, 1.05),
    Persona("devoted", 0.06, EVENING, 3, 0.1, 0.02, 0.22, 1.3),
)
DEVOTED = 3

NO_COOKIES = 0.16
"""Share of people who do not agree to be recognised."""
ERROR = 0.004
ERROR_ON_BAD_DAY = 0.3

_TITLE = "Harbour & Finch – made for weather"


def perform(visit: Visit) -> None:
    """One visit to the shop."""
    if (visit.fingerprint >> 20) % 100 < NO_COOKIES * 100 and not visit.is_signed_in:
        visit.decline_cookies()
    if visit.is_signed_in and visit.happens(0.85):
        visit.sign_in({"id": _user_id(visit)})
    depth = PERSONAS[visit.people.persona[visit.who]].depth
    stays = not visit.happens(0.7 - 0.3 * depth if visit.is_new else 0.46 - 0.24 * depth)
    product = _land(visit)
    if not stays:
        return
    if product >= 0:
        visit.do("product_viewed", goods.PRODUCTS[product])
    _stroll(visit, depth, product)


def _user_id(visit: Visit) -> str:
    return str(10_000 + visit.who)


def _user(visit: Visit) -> Json:
    flags = visit.people.flags[visit.who]
    traits = {
        "newsletter": bool(flags & NEWSLETTER),
        "customer": bool(flags & CUSTOMER),
        "loyalty": "gold" if visit.people.persona[visit.who] == DEVOTED else "standard",
    }
    return visit.profile(_user_id(visit), traits)


def _land(visit: Visit) -> int:
    """The page somebody comes in on. The answer is the product shown there, or -1."""
    if visit.day.campaign and visit.happens(0.4):
        referrer, query = goods.CAMPAIGN.pick(visit.random())
        visit.open("/sale/harbour-days" + query, "Harbour Days – Harbour & Finch", referrer)
        return -1
    source = goods.SOURCES if visit.is_new else goods.RETURNING
    referrer, query = source.pick(visit.random())
    chance = visit.random()
    if chance < 0.3:
        position = goods.OF_COLLECTION[goods.COLLECTION.pick(visit.random())].pick(visit.random())
        visit.open(goods.PATHS[position] + query, goods.PAGE_TITLES[position], referrer)
        return position
    if chance < 0.48:
        path, title = goods.COLLECTION_PAGES[goods.COLLECTION.pick(visit.random())]
        visit.open(path + query, title, referrer)
    elif chance < 0.62 and visit.is_new:
        path, title = goods.ARTICLES.pick(visit.random())
        visit.open(path + query, title, referrer)
    else:
        visit.open("/" + query, _TITLE, referrer)
    return -1


def _stroll(visit: Visit, depth: float, product: int) -> None:
    cart: list[int] = []
    kept = visit.people.note[visit.who]
    if kept >= 0 and not visit.is_new and visit.happens(0.5):
        # What was left in the cart last time is still there.
        cart.append(kept)
    if not visit.known and visit.people.has(visit.who, REGISTERED) and visit.happens(0.45):
        _log_in(visit)
    steps = 1 + int(visit.random() ** 1.6 * 19 * depth)
    for _ in range(steps):
        if product >= 0:
            _consider(visit, product, depth, cart)
        visit.wait(4, 75)
        if _meets_error(visit) and visit.happens(0.5):
            return
        product = _go_on(visit)
    if visit.happens(0.02 * depth) and not visit.people.has(visit.who, NEWSLETTER):
        visit.wait(3, 15)
        visit.do("newsletter_subscribed", {"form": "footer"})
        visit.people.set(visit.who, NEWSLETTER)
    visit.people.note[visit.who] = cart[-1] if cart else -1
    if cart and visit.happens(0.55):
        _check_out(visit, cart)


def _log_in(visit: Visit) -> None:
    visit.wait(4, 25)
    visit.open("/account/login", "Log in – Harbour & Finch")
    visit.wait(6, 30)
    if visit.happens(0.08):
        visit.do(
            "login_failed", {"status": "failed", "error_message": "E-mail address or password is wrong."}
        )
        visit.wait(6, 30)
    visit.sign_in(_user(visit))
    visit.do("login", {"method": "email"})


def _go_on(visit: Visit) -> int:
    """The next page. The answer is the product shown there, or -1."""
    chance = visit.random()
    if chance < 0.44:
        position = _choose(visit)
        visit.do("product_clicked", goods.PRODUCTS[position])
        visit.at += 400
        visit.open(goods.PATHS[position], goods.PAGE_TITLES[position])
        visit.do("product_viewed", goods.PRODUCTS[position])
        return position
    if chance < 0.74:
        path, title = goods.COLLECTION_PAGES[goods.COLLECTION.pick(visit.random())]
        visit.open(path, title)
    elif chance < 0.86:
        _search(visit)
    elif chance < 0.92:
        path, title = goods.ARTICLES.pick(visit.random())
        visit.open(path, title)
    elif chance < 0.96:
        visit.open("/help/shipping-and-returns", "Shipping and returns – Harbour & Finch")
    else:
        visit.open("/", _TITLE)
    return -1


def _choose(visit: Visit) -> int:
    if visit.day.campaign and visit.happens(0.5):
        return goods.ON_SALE.pick(visit.random())
    return goods.OF_COLLECTION[goods.COLLECTION.pick(visit.random())].pick(visit.random())


def _search(visit: Visit) -> None:
    words = goods.SEARCHES.pick(visit.random())
    visit.open(f"/search?q={words.replace(' ', '+')}", f"Search: {words} – Harbour & Finch")
    found = 0 if words in goods.FINDS_NOTHING else 3 + len(words) * 7 % 19
    visit.do("search_performed", {"query": words, "results": found})


def _consider(visit: Visit, position: int, depth: float, cart: list[int]) -> None:
    """Favour, take or leave the product on the page."""
    product = goods.PRODUCTS[position]
    visit.wait(3, 60)
    chance = visit.random()
    if chance < 0.06 * depth:
        visit.do("product_favorited", product)
        if visit.happens(0.12):
            visit.wait(2, 20)
            visit.do("product_unfavorited", product)
    elif chance < 0.2 * depth:
        visit.do("cart_add", {**product, "quantity": 1})
        cart.append(position)


def _meets_error(visit: Visit) -> bool:
    if not visit.happens(ERROR_ON_BAD_DAY if visit.day.incident else ERROR):
        return False
    message = goods.PAGE_ERRORS.pick(visit.random())
    visit.do("error_occurred", {"error_message": message, "status": "failed", "source": "script"}, False)
    return True


def _check_out(visit: Visit, cart: list[int]) -> None:
    visit.wait(4, 40)
    visit.open("/cart", "Your cart – Harbour & Finch")
    visit.do("cart_viewed", {"items": len(cart)})
    if len(cart) > 1 and visit.happens(0.3):
        visit.wait(3, 20)
        visit.do("cart_remove", goods.PRODUCTS[cart.pop(0)])
    if visit.happens(0.32):
        return
    visit.wait(3, 30)
    total = sum(goods.PRODUCTS[position]["price"] for position in cart)
    visit.open("/checkout", "Checkout – Harbour & Finch")
    visit.do("checkout_started", {"items": len(cart), "value": total, "currency": goods.CURRENCY})
    if not visit.people.has(visit.who, REGISTERED) and visit.happens(0.45) and not _register(visit):
        return
    if visit.happens(0.24):
        return
    visit.wait(15, 90)
    visit.do("shipping_chosen", {"shipping": goods.SHIPPING.pick(visit.random())})
    if visit.happens(0.14):
        return
    _pay(visit, cart, total)


def _register(visit: Visit) -> bool:
    """The registration funnel. False where somebody gives up."""
    visit.open("/account/register", "Create an account – Harbour & Finch")
    visit.do("registration_form_viewed")
    if visit.happens(0.18):
        return False
    visit.wait(15, 70)
    visit.do("registration_attempted", {"method": "email"})
    if visit.happens(0.09):
        message = "An account with this e-mail address exists already."
        visit.do("registration_failed", {"status": "failed", "error_message": message})
        return visit.happens(0.5)
    visit.at += 900
    visit.people.set(visit.who, REGISTERED | (NEWSLETTER if visit.happens(0.4) else 0))
    visit.sign_in(_user(visit))
    visit.do("registration_succeeded", {"method": "email"})
    if visit.happens(0.72):
        visit.wait(20, 200)
        visit.do("email_verified")
    return True


def _pay(visit: Visit, cart: list[int], total: float) -> None:
    method = goods.PAYMENT_METHODS.pick(visit.random())
    for _ in range(3):
        visit.wait(12, 60)
        if not visit.happens(0.6 if visit.day.incident else 0.07):
            break
        message = goods.OUTAGE if visit.day.incident else goods.PAYMENT_ERRORS.pick(visit.random())
        visit.do(
            "checkout_failed",
            {"status": "failed", "error_message": message, "method": method, "value": total},
        )
        if visit.happens(0.45):
            return
    else:
        return
    order = f"HF{visit.day.index + 1:03d}{visit.who:06d}"
    visit.at += 1500
    for position in cart:
        product = goods.PRODUCTS[position]
        bought = {**product, "quantity": 1, "amount": product["price"], "order_id": order, "method": method}
        visit.do("purchase", {**bought, "status": "success"})
    visit.people.set(visit.who, CUSTOMER)
    visit.people.note[visit.who] = -1
    visit.open("/checkout/thank-you", "Thank you – Harbour & Finch")
    visit.do(
        "order_completed", {"order_id": order, "items": len(cart), "value": total, "currency": goods.CURRENCY}
    )
    if visit.known:
        visit.introduce(_user(visit))
        visit.do("user_identified")
