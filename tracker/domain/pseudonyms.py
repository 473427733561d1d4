"""Pseudonyms of people: keyed hashes (HMAC) that stand for their e-mail, phone number and names.

The same text has the same pseudonym everywhere on a site, so who knows the text finds the person, and nobody
reads it off the pseudonym without the key.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tracker.domain.erased import USER, VISITOR, mark

PROFILE = ("email", "phone_number", "name")
"""Fields of a profile that tell who somebody is."""
TRAITS = frozenset(
    {"email", "mail", "emailaddress", "phone", "phonenumber", "mobile", "tel", "telephone", "whatsapp"}
    | {"name", "fullname", "displayname", "firstname", "lastname", "surname", "familyname", "givenname"}
    | {"nickname", "username", "login", "address", "street", "birthday", "birthdate", "dateofbirth", "avatar"}
)
"""Traits that do so, too, however they are spelled (`first_name`, `firstName`)."""
COUNTED = frozenset(
    {"product_id", "feature", "category", "duration", "amount", "revenue", "currency", "reference", "status"}
    | {"source", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "host"}
)
"""Properties and parts of a context that figures are cut by, or payments told by: they stay as they are."""
SHAPE = re.compile(r"p_[0-9a-f]{20}")
FOUND = re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+|(?:\+|%2B)?\d{7,15}", re.IGNORECASE)
"""What may be an e-mail or a phone number inside a longer text."""
PHONE = re.compile(r"\+?[\d ()./-]{7,24}", re.ASCII)
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Those of one site: whose texts they stand for (`people` are marks), and all that were given out."""

    site_id: int
    key: bytes
    people: frozenset[str] = frozenset()
    values: frozenset[str] = field(default_factory=frozenset)

    def of(self, text: str) -> str:
        """The pseudonym of a text, whatever its case, of a phone number however its digits are grouped.

        One that is a pseudonym already stays.
        """
        plain = text.strip()
        if SHAPE.fullmatch(plain):
            return plain
        if PHONE.fullmatch(plain):
            plain = re.sub(r"\D", "", plain)
        told = f"{self.site_id}:{plain.lower()}".encode("utf-8", "surrogatepass")
        return "p_" + hmac.digest(self.key, told, "sha256").hex()[:20]

    def known(self, text: str) -> str | None:
        """The pseudonym of a text that was given one, None for any other text and for pseudonyms."""
        found = self.of(text)
        return found if found in self.values and found != text else None

    def mark(self, kind: str, who: str) -> str:
        """The mark of a user or visitor."""
        return mark(self.key, self.site_id, kind, who)

    def covers(self, user_id: str | None, visitor: str | None) -> bool:
        """Whether what this user or visitor sends is pseudonymised."""
        if user_id is not None and self.mark(USER, user_id) in self.people:
            return True
        return user_id is None and visitor is not None and self.mark(VISITOR, visitor) in self.people

    def profile(self, body: str) -> tuple[str, frozenset[str]]:
        """A profile (JSON) without what tells who it is, and the pseudonyms in its place."""
        told: Any = json.loads(body)
        given: set[str] = set()
        fresh = {key: self._given(value, given) if key in PROFILE else value for key, value in told.items()}
        if "traits" in told:
            fresh["traits"] = self._traits(told["traits"], given)
            knows = Pseudonyms(self.site_id, self.key, self.people, self.values | given)
            fresh["traits"] = knows.replaced(fresh["traits"])
        return (body if fresh == told else _written(fresh)), frozenset(given)

    def document(self, text: str, also: Iterable[str] = ()) -> str:
        """Properties or a context (JSON) with pseudonyms in place of what they stand for."""
        told: Any = json.loads(text)
        knows = Pseudonyms(self.site_id, self.key, self.people, self.values | frozenset(also))
        fresh = knows.replaced(told)
        return text if fresh == told else _written(fresh)

    def replaced(self, value: Any, depth: int = 0) -> Any:
        """The same for a value of such a document."""
        if isinstance(value, str):
            return self.known(value) or self.within(value)
        if depth > MAX_DEPTH:
            return value
        if isinstance(value, dict):
            return {k: v if k in COUNTED else self.replaced(v, depth + 1) for k, v in value.items()}
        if isinstance(value, list):
            return [self.replaced(one, depth + 1) for one in value]
        return (self.known(str(value)) or value) if type(value) is int else value

    def within(self, text: str) -> str:
        """A text with pseudonyms in place of e-mails and phone numbers inside it."""
        return FOUND.sub(lambda found: self.known(unquote(found[0])) or found[0], text)

    def _traits(self, value: Any, given: set[str], depth: int = 0) -> Any:
        if isinstance(value, dict) and depth <= MAX_DEPTH:
            return {
                key: self._given(told, given)
                if type(told) in (str, int) and _tells(key)
                else self._traits(told, given, depth + 1)
                for key, told in value.items()
            }
        if isinstance(value, list) and depth <= MAX_DEPTH:
            return [self._traits(one, given, depth + 1) for one in value]
        is_email = isinstance(value, str) and "@" in value and FOUND.fullmatch(value.strip())
        return self._given(value, given) if is_email else value

    def _given(self, value: Any, given: set[str]) -> Any:
        text = str(value)
        if not text.strip():
            return value
        given.add(self.of(text))
        return self.of(text)


def _tells(key: str) -> bool:
    return re.sub(r"[\s_-]", "", key).lower() in TRAITS


def _written(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
