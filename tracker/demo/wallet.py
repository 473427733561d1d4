"""Peepal Pay, a mobile wallet in India: recharges, bills and payments by scan, from a phone."""

from __future__ import annotations

from tracker.demo import wallet_bills as bills
from tracker.demo.days import POCKET, Season
from tracker.demo.people import CUSTOMER, REGISTERED, VERIFIED, Persona
from tracker.demo.places import COUNTRIES
from tracker.demo.visit import Json, Visit
from tracker.demo.wallet_money import debit, top_up

SEASON = Season(
    rhythm=POCKET,
    campaign=0.3,
    campaign_days=(1.3, 1.7, 1.6, 1.2),
    incident=0.08,
    growth=2.8,
    payday=1.55,
    calm=0.72,
)

PERSONAS = (
    Persona("curious", 0.34, POCKET, 9, 0.7, 0.22, 0.05, 0.6),
    Persona("recharger", 0.42, POCKET, 11, 0.38, 0.07, 0.05, 0.8),
    Persona("bill payer", 0.16, POCKET, 6, 0.2, 0.035, 0.1, 1.0),
    Persona("shopkeeper", 0.08, POCKET, 2, 0.1, 0.014, 0.35, 1.3),
)
SHOPKEEPER = 3


def perform(visit: Visit) -> None:
    """One visit to the wallet: newcomers meet it on the web or in the app, the others are signed in."""
    if visit.people.has(visit.who, REGISTERED):
        _open_app(visit)
        _use(visit)
    elif visit.is_new and visit.happens(0.35):
        _look_at_website(visit)
    else:
        _join(visit)


def _look_at_website(visit: Visit) -> None:
    """The public pages, where some get the app."""
    referrer, query = bills.SOURCES.pick(visit.random())
    if visit.day.campaign and visit.happens(0.5):
        referrer, query = "", "?utm_source=sms&utm_medium=sms&utm_campaign=diwali-cashback"
    visit.open("/" + query, "Peepal Pay – money, simply", referrer)
    for path, title in bills.WEB_PAGES:
        if visit.happens(0.45):
            visit.wait(5, 60)
            visit.open(path, title)
    if visit.happens(0.35):
        visit.wait(3, 30)
        visit.do(
            "outbound_clicked", {"url": "https://play.google.example/peepalpay", "button": "get the app"}
        )


def _join(visit: Visit) -> None:
    """Install, register by text message, look around."""
    visit.do("app_opened", {**_app(visit), "first_open": True})
    visit.open("/welcome", "Welcome", "")
    if visit.happens(0.16):
        return
    visit.wait(4, 30)
    visit.open("/register", "Create your wallet")
    visit.do("registration_form_viewed", _app(visit))
    if visit.happens(0.15):
        return
    visit.wait(8, 40)
    if not _register(visit):
        return
    visit.people.set(visit.who, REGISTERED)
    visit.sign_in(_user(visit), "token")
    visit.do("registration_succeeded", {**_app(visit), "method": "phone"})
    if visit.happens(0.6):
        visit.wait(30, 240)
        visit.do("email_verified", _app(visit))
    visit.wait(3, 15)
    visit.open("/home", "Home")
    if visit.happens(0.55):
        _use(visit)


def _register(visit: Visit) -> bool:
    """Send the code that came by text message, again if it was too late. False where it fails for good."""
    while True:
        visit.do("registration_attempted", {**_app(visit), "method": "phone"})
        if not visit.happens(0.5 if visit.day.incident else 0.08):
            return True
        message = bills.SIGN_UP_ERRORS.pick(visit.random())
        visit.do("registration_failed", {**_app(visit), "status": "failed", "error_message": message})
        if message != bills.EXPIRED or visit.happens(0.3):
            return False
        visit.wait(10, 60)


def _open_app(visit: Visit) -> None:
    visit.sign_in({"id": _user_id(visit)}, "token")
    if visit.happens(0.18):
        visit.do("notification_opened", {**_app(visit), "notification": bills.NOTES.pick(visit.random())})
        visit.at += 700
    visit.do("app_opened", _app(visit))
    if visit.on_second or visit.happens(0.2):
        visit.introduce(_user(visit))
        visit.wait(2, 12)
        visit.do("login", {**_app(visit), "method": "pin" if visit.happens(0.7) else "fingerprint"})
    visit.open("/home", "Home", "")


def _use(visit: Visit) -> None:
    """Do what one came for, then perhaps something else."""
    persona = visit.people.persona[visit.who]
    depth = PERSONAS[persona].depth
    if not visit.people.has(visit.who, VERIFIED) and visit.happens(0.3):
        _verify(visit)
    if visit.people.balance[visit.who] < bills.LOW[persona] and visit.happens(0.75):
        amount = bills.TOP_UPS[persona].pick(visit.random())
        if not top_up(visit, _app(visit), amount):
            return
    for _ in range(1 + int(visit.random() ** 2 * 5.6 * depth)):
        visit.wait(3, 40)
        if visit.day.incident and visit.happens(0.35):
            _fail_to_load(visit)
            return
        if not _act(visit, bills.ACTS[persona].pick(visit.random())):
            return
    if visit.happens(0.07):
        visit.wait(2, 20)
        visit.do("logout", _app(visit))


def _act(visit: Visit, act: str) -> bool:
    """Do one thing. False where somebody would rather come back later."""
    if act in bills.PAYMENTS:
        return _pay(visit, act)
    if act == "look":
        path, title = bills.SCREENS.pick(visit.random())
        visit.open(path, title)
    else:
        details = {**_app(visit), **bills.DETAILS.get(act, {})}
        visit.do(act, details)
    return True


def _pay(visit: Visit, act: str) -> bool:
    """A payment out of the wallet, told by the app and booked by the server. As `_act`."""
    kind = bills.PAYMENTS[act]
    visit.open(kind.path, kind.title)
    if act in ("scan_pay", "qr_payment"):
        visit.do("screen_viewed", {**_app(visit), "screen": "scanner"})
    if visit.happens(0.14):
        return True
    visit.wait(5, 45)
    amount = kind.amount(visit.random())
    if amount > visit.people.balance[visit.who] and visit.happens(0.75):
        usual = bills.TOP_UPS[visit.people.persona[visit.who]].pick(visit.random())
        if not top_up(visit, _app(visit), max(usual, -(-amount // 100) * 100)):
            return False
    details: Json = {
        **_app(visit),
        "amount": amount,
        "currency": bills.CURRENCY,
        "transaction_id": f"TXN{visit.fingerprint % 97:02d}{visit.at % 10**9:09d}",
        kind.partner_name: kind.partners.pick(visit.random()),
    }
    if act == "recharge":
        details["phone_number"] = _phone(visit)
    error = _payment_error(visit, amount)
    if error is not None:
        visit.do(act, {**details, "status": "failed", "error_message": error})
        return True
    visit.do(act, {**details, "status": "success"})
    debit(visit, act, details)
    visit.people.set(visit.who, CUSTOMER)
    if visit.happens(0.08):
        visit.wait(2, 10)
        visit.do("reward_claimed", {**_app(visit), "amount": 5 + visit.at % 20, "currency": bills.CURRENCY})
    return True


def _payment_error(visit: Visit, amount: int) -> str | None:
    if amount > visit.people.balance[visit.who]:
        return bills.TOO_LITTLE
    if visit.happens(0.4 if visit.day.incident else 0.035):
        return bills.OUTAGE if visit.day.incident else bills.PAYMENT_ERRORS.pick(visit.random())
    return None


def _fail_to_load(visit: Visit) -> None:
    """On the bad day: an error, and most give up."""
    details = {**_app(visit), "status": "failed", "error_message": bills.OUTAGE}
    visit.do("error_occurred", details, False)
    if visit.happens(0.15):
        visit.wait(10, 60)
        visit.do("complaint_filed", {**_app(visit), "topic": "app does not load"})


def _verify(visit: Visit) -> None:
    """Prove who one is: service chosen, check created, text message, done."""
    visit.wait(3, 20)
    visit.open("/verify", "Verify your identity")
    service = bills.CHECKS.pick(visit.random())
    visit.do("service_selected", {**_app(visit), "service": service})
    if visit.happens(0.2):
        return
    visit.wait(10, 60)
    check = {"service": service, "verification_id": f"KYC{visit.who:07d}"}
    visit.do("verification_created", {**_app(visit), **check})
    if visit.happens(0.07):
        return
    visit.server(6 + visit.random() * 30, "sms_received", check)
    visit.wait(20, 90)
    if visit.happens(0.1):
        message = bills.CHECK_ERRORS.pick(visit.random())
        visit.do("kyc_verification", {**_app(visit), **check, "status": "failed", "error_message": message})
        return
    visit.do("verification_completed", {**_app(visit), **check})
    visit.do("kyc_verification", {**_app(visit), **check, "status": "success"})
    visit.people.set(visit.who, VERIFIED)


def _app(visit: Visit) -> Json:
    """What every event of the app tells. One of few constants, shared by all events."""
    return bills.APPS[visit.device.app, min(3, int(visit.day.progress * 4))]


def _user_id(visit: Visit) -> str:
    return f"U{700_000 + visit.who}"


def _phone(visit: Visit) -> str:
    dial = COUNTRIES[visit.people.country[visit.who]].dial
    return f"{dial}{visit.fingerprint % 10**8:08d}"


def _user(visit: Visit) -> Json:
    kind = PERSONAS[visit.people.persona[visit.who]].name
    verified = visit.people.has(visit.who, VERIFIED)
    profile = visit.profile(_user_id(visit), {"kyc": verified, "merchant": kind == PERSONAS[SHOPKEEPER].name})
    profile["phone_number"] = _phone(visit)
    return profile
