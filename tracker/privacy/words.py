"""What is collected of visitors under exactly these settings, in plain words.

The settings page and the public page show the same sentences: what admins read is what visitors read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.keeping import Keeping
from tracker.domain.site import Identity, SiteRules
from tracker.privacy.keeping import kept_for

Sentences = tuple[str, ...]
NO_DATE = Keeping()
"""Nothing goes by itself."""

RECORDED: Sentences = (
    "Which pages are opened and when, their titles and addresses, and from where somebody came.",
    "What else people do there, if the website reports it, such as pressing a button or buying something. "
    "What they type into forms is not read.",
    "The language and the sizes of screen and window.",
)
LEFT_ALONE = (
    "Browsers that send Do Not Track or Global Privacy Control are left alone: nothing they send is kept. "
    "Switch one of them on in the browser's settings, and no visit is recorded. It does not reach what the "
    "website's own servers report, such as payments."
)
RECORDED_ANYWAY = (
    "Browsers that send Do Not Track or Global Privacy Control are recorded like all others; blocking the "
    "script is the way to stay out."
)
NEVER = (
    "Passwords, card numbers, security codes and other secrets are taken out before anything is stored, "
    "wherever they can be recognised."
)
IDENTITIES: dict[Identity, Sentences] = {
    Identity.COOKIELESS: (
        "Nothing is kept in the browser to recognise anybody: no cookie, no id.",
        "Visitors are told apart by a number that is computed from their address and browser and changes "
        "every day. Tomorrow nobody can tell that they are the same person.",
    ),
    Identity.CONSENT: (
        "Until somebody agrees, visitors are told apart by a number that is computed from their address and "
        "browser and changes every day. Tomorrow nobody can tell that they are the same person.",
        "Whoever agrees gets a random id, kept in their browser for this website alone, and is recognised on "
        "later days. Whether they agreed is remembered there, too.",
    ),
    Identity.PERSISTENT: (
        "Every browser gets a random id on the first visit, kept there for this website alone. By it a "
        "visitor is recognised on later days.",
    ),
}
REFUSALS: dict[Identity, Sentences] = {
    Identity.COOKIELESS: (),
    Identity.CONSENT: (
        "Whoever agreed may take that back on the website at any time: the id is deleted from the browser, "
        "and what they do from then on is no longer connected to it.",
    ),
    Identity.PERSISTENT: (
        "The website can offer to go without the id (it calls desirepath.consent(false)); emptying what the "
        "browser keeps for the website deletes it, too, and the next visit begins with another.",
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what is to be said under it."""

    heading: str
    sentences: Sentences


def parts(rules: SiteRules, keeping: Keeping = NO_DATE) -> tuple[Part, ...]:
    """Everything there is to say of a site's settings, in the order in which it is read."""
    return (
        Part("What is recorded", tuple(_recorded(rules))),
        Part("How visitors are told apart", IDENTITIES[rules.identity]),
        Part("People who are signed in", tuple(_users(rules))),
        Part("How to say no", tuple(_refusing(rules))),
        Part("How long it is kept", kept_for(rules, keeping)),
    )


def plain(name: str, rules: SiteRules, contact: str = "", keeping: Keeping = NO_DATE) -> str:
    """The same as plain text, for a page of one's own. `contact` is an e-mail address or empty."""
    lines = [f"What {name} records", ""]
    for part in parts(rules, keeping):
        lines += [part.heading, *(f"- {sentence}" for sentence in part.sentences), ""]
    if contact:
        lines += [f"Questions, and requests to see or delete what is kept of you: {contact}", ""]
    return "\n".join(lines)


def _recorded(rules: SiteRules) -> Iterator[str]:
    if not rules.track_anonymous:
        yield "Only what people do while they are signed in; everybody else's visits are not kept."
    yield from RECORDED
    if rules.collect_user_agent:
        yield (
            "Browser, operating system, kind of device, and the full text by which the browser names itself."
        )
    else:
        yield (
            "Browser, operating system and kind of device, but not the full text by which the browser names "
            "itself."
        )
    if rules.collect_ip:
        yield "The internet address (IP) of the visitor, and the country it belongs to."
    else:
        yield "The country, which is told by the internet address (IP). The address itself is not stored."
    yield NEVER


def _users(rules: SiteRules) -> Iterator[str]:
    yield (
        "If the website tells who is signed in, what they do is kept under their user id, together with what "
        "the website tells of them, such as name, e-mail address or phone number."
    )


def _refusing(rules: SiteRules) -> Iterator[str]:
    yield LEFT_ALONE if rules.honour_dnt else RECORDED_ANYWAY
    yield from REFUSALS[rules.identity]
