"""Fernweg, a planning tool for crews outdoors: a public site, a sign-up, and an app for work days."""

from __future__ import annotations

from math import log

from tracker.demo import saas_features as fern
from tracker.demo.chance import Wheel
from tracker.demo.days import OFFICE, Season
from tracker.demo.people import CUSTOMER, OWNER, REGISTERED, VERIFIED, Persona
from tracker.demo.visit import Json, Visit

SEASON = Season(
    rhythm=OFFICE, campaign=0.26, campaign_days=(1.35, 1.45, 1.25, 1.1, 1.05), incident=0.1, growth=2.6
)

PERSONAS = (
    Persona("reader", 0.56, OFFICE, 7, 0.8, 0.25, 0.04, 0.5),
    Persona("trier", 0.28, OFFICE, 2.6, 0.45, 0.13, 0.2, 0.8),
    Persona("member", 0.10, OFFICE, 1.6, 0.14, 0.02, 0.4, 1.0),
    Persona("expert", 0.03, OFFICE, 1.2, 0.06, 0.008, 0.55, 1.3),
    Persona("owner", 0.03, OFFICE, 2.2, 0.08, 0.014, 0.3, 0.8),
)
READER, TRIER, MEMBER, EXPERT, MANAGER = range(5)

ERROR = 0.012
ERROR_ON_BAD_DAY = 0.3
WORKSPACES = 1_500


def perform(visit: Visit) -> None:
    """One visit: to the app by those who have an account, to the public site by the others."""
    if visit.people.has(visit.who, REGISTERED):
        if visit.happens(0.93):
            _work(visit)
        else:
            _read(visit, direct=True)
        return
    invited = visit.people.persona[visit.who] in (MEMBER, EXPERT)
    if invited:
        visit.open("/invite", "You are invited – Fernweg", "https://mail.google.com/")
        visit.wait(5, 40)
    elif not _read(visit):
        return
    if visit.people.persona[visit.who] != READER and _sign_up(visit, invited):
        _work(visit, is_first=True)


def _read(visit: Visit, direct: bool = False) -> bool:
    """Look at the public pages. False for a bounce."""
    source = fern.LAUNCH if visit.day.campaign and visit.happens(0.35) else fern.SOURCES
    referrer, query = ("", "") if direct else source.pick(visit.random())
    path, title = fern.LANDINGS.pick(visit.random())
    visit.open(path + query, title, referrer)
    is_reader = visit.people.persona[visit.who] == READER
    if visit.happens(0.5 if is_reader else 0.08):
        return False
    for _ in range(1 + int(visit.random() ** 2 * 5)):
        visit.wait(6, 110)
        path, title = fern.SITE_PAGES.pick(visit.random())
        visit.open(path, title)
    if is_reader and visit.happens(0.14):
        visit.wait(4, 30)
        visit.open("/signup", "Sign up – Fernweg")
        visit.do("registration_form_viewed")
    return True


def _sign_up(visit: Visit, invited: bool) -> bool:
    """The registration funnel. False where somebody gives up."""
    visit.wait(3, 30)
    visit.open("/signup", "Sign up – Fernweg")
    visit.do("registration_form_viewed")
    if visit.happens(0.04 if invited else 0.22):
        return False
    visit.wait(15, 90)
    while True:
        visit.do("registration_attempted", {"method": "email" if visit.happens(0.7) else "google"})
        if not visit.happens(0.6 if visit.day.incident else 0.13):
            break
        message = fern.OUTAGE if visit.day.incident else fern.SIGN_UP_ERRORS.pick(visit.random())
        visit.do("registration_failed", {"status": "failed", "error_message": message})
        if visit.happens(0.45):
            return False
        visit.wait(6, 30)
    is_manager = visit.people.persona[visit.who] == MANAGER
    visit.people.set(visit.who, REGISTERED | (OWNER if is_manager or not invited else 0))
    visit.sign_in(_user(visit))
    visit.at += 1100
    visit.do("registration_succeeded", {"invited": invited})
    if visit.happens(0.8):
        visit.wait(20, 300)
        visit.do("email_verified")
        visit.people.set(visit.who, VERIFIED)
    visit.do("invite_accepted" if invited else "workspace_created", {"workspace": _workspace(visit)})
    return True


def _work(visit: Visit, is_first: bool = False) -> None:
    """Use the app."""
    if not is_first:
        _enter(visit)
    visit.open("/app", fern.PAGES["/app"], None if is_first else "")
    persona = visit.people.persona[visit.who]
    path = "/app"
    for _ in range(1 + int(visit.random() ** 1.5 * 17 * PERSONAS[persona].depth)):
        visit.wait(4, 80)
        if visit.happens(ERROR_ON_BAD_DAY if visit.day.incident else ERROR):
            _meet_error(visit)
            if visit.happens(0.5):
                return
        path = _use(visit, persona, path)
    _manage(visit, persona)


def _enter(visit: Visit) -> None:
    """Most are still signed in."""
    if visit.is_signed_in and visit.happens(0.93):
        visit.sign_in({"id": _user_id(visit)})
        return
    visit.open("/login", "Log in – Fernweg", "")
    visit.wait(5, 25)
    if visit.happens(0.07):
        visit.do(
            "login_failed", {"status": "failed", "error_message": "E-mail address or password is wrong."}
        )
        visit.wait(5, 25)
    visit.sign_in(_user(visit))
    visit.do("login", {"method": "email"})


def _use(visit: Visit, persona: int, path: str) -> str:
    """Use one feature, on its page. The answer is that page."""
    feature = _choose(visit, persona)
    if feature.path != path:
        visit.open(feature.path, fern.PAGES[feature.path])
    # Uses last about as long as the feature takes, some much longer.
    seconds = min(1200.0, round(feature.seconds * (0.25 - log(1 - visit.random()) * 0.9), 1))
    visit.at += int(seconds * 1000)
    details: Json = {"feature": feature.name, "category": feature.category, "duration": seconds}
    visit.do("feature_used", details)
    return feature.path


def _choose(visit: Visit, persona: int) -> fern.Feature:
    """A feature there is today, and one of the person's own if a few tries find one."""
    wheel = _WHEELS[persona]
    feature = fern.FEATURES[0]
    for _ in range(4):
        position = wheel.pick(visit.random())
        feature = fern.FEATURES[position]
        there = feature.since <= visit.day.progress < feature.until
        # Two bits for each feature: one in four people never takes to it.
        if there and visit.fingerprint >> 2 * position & 3:
            return feature
    return feature if feature.since <= visit.day.progress < feature.until else fern.FEATURES[0]


def _meet_error(visit: Visit) -> None:
    message = fern.OUTAGE if visit.day.incident else fern.ERRORS.pick(visit.random())
    visit.do("error_occurred", {"status": "failed", "error_message": message, "source": "app"}, False)


def _manage(visit: Visit, persona: int) -> None:
    """Exports, invitations and plans: mostly the business of owners."""
    if visit.happens(0.05 if persona != MANAGER else 0.2):
        visit.wait(4, 30)
        rows = 20 + int(visit.random() ** 3 * 4000)
        visit.do("export_created", {"format": fern.EXPORTS.pick(visit.random()), "rows": rows})
    if not visit.people.has(visit.who, OWNER):
        return
    if visit.happens(0.09):
        visit.wait(4, 30)
        visit.open("/app/settings/team", fern.PAGES["/app/settings/team"])
        for _ in range(1 + int(visit.random() ** 2 * 4)):
            visit.wait(6, 30)
            visit.do("invite_sent", {"role": fern.ROLES.pick(visit.random()), "workspace": _workspace(visit)})
    if visit.happens(0.035):
        _change_plan(visit)


def _change_plan(visit: Visit) -> None:
    visit.wait(4, 30)
    visit.open("/app/settings/billing", fern.PAGES["/app/settings/billing"])
    if visit.people.has(visit.who, CUSTOMER):
        if visit.happens(0.1):
            visit.do(
                "plan_cancelled", {"reason": "too expensive" if visit.happens(0.5) else "project finished"}
            )
            visit.people.flags[visit.who] &= ~CUSTOMER
        return
    plan, price = fern.PLANS.pick(visit.random())
    seats = 2 + int(visit.random() ** 2 * 20)
    visit.do("plan_selected", {"plan": plan, "seats": seats})
    if visit.happens(0.35):
        return
    visit.wait(20, 120)
    upgrade: Json = {"plan": plan, "seats": seats, "amount": price, "currency": fern.CURRENCY}
    if visit.happens(0.1):
        message = "The bank declined the payment."
        visit.do("plan_upgrade_failed", {"plan": plan, "status": "failed", "error_message": message})
        return
    visit.people.set(visit.who, CUSTOMER)
    visit.introduce(_user(visit, plan))
    visit.do("plan_upgraded", {**upgrade, "status": "success"})


def _user_id(visit: Visit) -> str:
    return f"usr_{visit.fingerprint & 0xFFFF:04x}{visit.who:06x}"


def _workspace(visit: Visit) -> str:
    return f"ws-{visit.fingerprint % WORKSPACES:04d}"


def _user(visit: Visit, plan: str | None = None) -> Json:
    owner = visit.people.has(visit.who, OWNER)
    paying = visit.people.has(visit.who, CUSTOMER)
    traits = {
        "workspace": _workspace(visit),
        "role": "owner" if owner else "member",
        "plan": plan or ("paid" if paying else "free"),
    }
    return visit.profile(_user_id(visit), traits)


_WHEELS: tuple[Wheel[int], ...] = tuple(
    Wheel((position, feature.weights[persona] or 0.01) for position, feature in enumerate(fern.FEATURES))
    for persona in range(len(PERSONAS))
)
