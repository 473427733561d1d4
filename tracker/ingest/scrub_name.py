"""Which names announce a secret: of properties, query parameters, headers, fields in a text.

A name is cut into words (`cardNumber`, `card-number`, `user[card_number]` → card, number). It is
sensitive when it has a telling word or ends in a telling phrase, unless its last word says that
the value only describes the secret: `token_count`, `password_reset_requested`, `cookie_consent`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from enum import IntEnum

from tracker.ingest import scrub_words as words

REMOVED = "[removed]"


class Kind(IntEnum):
    """What a name says about its value; those above `LINK` are sensitive everywhere."""

    PLAIN = 0
    PHONE = 1
    """Long numbers are phone numbers here."""
    TIME = 2
    """13-digit numbers are milliseconds here."""
    ID = 3
    """Numbers behind letters are references here."""
    LINK = 4
    """Carries a secret in links only: `?key=`, `?sig=`, `?code=`."""
    SECRET = 5
    PLURAL = 6
    """`tokens`, `cookies`: numbers are counts."""
    DIGITS = 7
    """CVV, PIN, card number: every number counts, a value without digits does not."""
    WEAK = 8
    """`auth`: only what looks like a key."""
    LINE = 9
    """Headers and pass phrases: in a text, the secret goes on to the end of the line."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")

_LONGEST_NAME = 80
_MOST_NAMES = 10_000
_kinds: dict[str, Kind] = {}


def kind(name: str) -> Kind:
    """What `name` (of a property, parameter, header or field) says about its value. Cached."""
    known = _kinds.get(name)
    if known is not None:
        return known
    found = _kind(name[-_LONGEST_NAME:])
    if len(name) <= _LONGEST_NAME:
        if len(_kinds) >= _MOST_NAMES:
            _kinds.clear()
        _kinds[name] = found
    return found


class PassingNames:
    """Remembers names that passed a test, so that a known set of names costs one look-up each."""

    __slots__ = ("_known", "_test")

    def __init__(self, test: Callable[[str], bool]) -> None:
        self._test = test
        self._known: set[str] = set()

    def hold(self, names: Collection[str]) -> bool:
        """Whether every one of `names` passes the test."""
        return self._known.issuperset(names) or all(map(self._passes, names))

    def _passes(self, name: str) -> bool:
        if name in self._known:
            return True
        if not self._test(name):
            return False
        if len(name) <= _LONGEST_NAME:
            if len(self._known) >= _MOST_NAMES:
                self._known.clear()
            self._known.add(name)
        return True


def _parts(name: str) -> list[str]:
    if not name.isascii():
        plain = unicodedata.normalize("NFKD", name)
        name = "".join(c for c in plain if not unicodedata.combining(c))
    return [word.lower() for word in _WORD.findall(name)]


def _kind(name: str) -> Kind:
    parts = _parts(name)
    if not parts:
        return Kind.PLAIN
    joined = "".join(parts)
    if joined in words.LINES:
        return Kind.LINE
    if _is_neutral(parts, joined):
        return _innocent_kind(parts, joined)
    return _sensitive_kind(parts, joined) or _innocent_kind(parts, joined)


def _is_neutral(parts: list[str], joined: str) -> bool:
    """The last word tells that the value only describes a secret."""
    if joined.endswith(words.SECRET_ENDINGS + words.DIGIT_ENDINGS):
        return False
    if parts[-1] in words.NEUTRAL:
        return True
    for stem in words.SECRET_STEMS:
        rest = joined.rpartition(stem)[2] if stem in joined else ""
        if rest and rest.endswith(words.NEUTRAL_ENDINGS):
            return True
    return False


def _sensitive_kind(parts: list[str], joined: str) -> Kind | None:
    tail = parts[-1]
    if tail in words.PLURALS:
        return Kind.PLURAL
    if joined.endswith(words.DIGIT_ENDINGS) or not words.DIGITS.isdisjoint(parts) or joined == "csc":
        return Kind.DIGITS
    if (
        not words.SECRETS.isdisjoint(parts)
        or joined.endswith(words.SECRET_ENDINGS)
        or any(stem in joined for stem in words.SECRET_STEMS)
        or (tail == "pass" and (len(parts) == 1 or parts[-2] in words.PASS_OWNERS))
    ):
        return Kind.SECRET
    return Kind.WEAK if tail == "auth" else None


def _innocent_kind(parts: list[str], joined: str) -> Kind:
    if joined in words.LINKS:
        return Kind.LINK
    if not words.PHONES.isdisjoint(parts):
        return Kind.PHONE
    if parts[-1] in words.TIMES:
        return Kind.TIME
    return Kind.ID if parts[-1] in words.IDS else Kind.PLAIN


def only_describes(name: str) -> bool:
    """Whether a value under `name` describes something and is not it: `brand`, `last4`, `type`."""
    parts = _parts(name)
    return bool(parts) and parts[-1] in words.NEUTRAL


def is_secret(found: Kind, value: object) -> bool:
    """Whether a scalar under a sensitive name must go.

    Stays: booleans, null, "", what is masked already, numbers below 100 (10 under a PIN or CVV),
    counts under a plural, and words such as "missing" that tell nothing.
    """
    if isinstance(value, str):
        return _is_secret_text(found, value)
    if isinstance(value, bool) or not isinstance(value, int | float) or found is Kind.PLURAL:
        return False
    return not -100 < value < 100 if found is not Kind.DIGITS else not -10 < value < 10


def _is_secret_text(found: Kind, value: str) -> bool:
    text = value.strip()
    if text.startswith(REMOVED) or not any(c.isalnum() for c in text):
        return False
    if text.lower() in words.TELLS_NOTHING:
        return False
    if found is Kind.DIGITS:
        return any(c.isdigit() for c in text)
    if found is Kind.PLURAL:
        return not text.replace(",", "").replace(".", "").isdigit()
    if found in (Kind.WEAK, Kind.LINK):
        return looks_random(text, 8 if found is Kind.WEAK else 16)
    return not (len(text) <= 2 and text.isdigit())


def is_sentence(value: str) -> bool:
    """Whether what follows "password:" in a text goes on as a sentence ("must be longer")."""
    word = value.strip(".,;:!?()'\"").replace("'", "").lower()
    return word in words.SENTENCES or word in words.TELLS_NOTHING


_TURN = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])")
_TOKEN_SHAPE = re.compile(r"[\w\-.~+/=:]+")


def looks_random(text: str, least: int) -> bool:
    """Whether `text` reads as a generated key of at least `least` letters and digits, not as words.

    Letters and digits take turns far more often in keys and hashes than in slugs and camel case.
    """
    if len(text) < least or not _TOKEN_SHAPE.fullmatch(text):
        return False
    solid = re.sub(r"[^A-Za-z0-9]", "", text)
    return len(solid) >= least and len(_TURN.findall(solid)) >= max(2, len(solid) // 4)
