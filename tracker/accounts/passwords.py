"""Passwords: argon2id, and the few rules that help."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.errors import Invalid

SHORTEST, LONGEST = 10, 200
COMMON = frozenset(
    {
        "password12", "password123", "password1234", "1234567890", "12345678910", "123456789a", "qwertyuiop",
        "qwerty1234", "qwerty12345", "qwertyuiop1", "1q2w3e4r5t", "1qaz2wsx3edc", "iloveyou123",
        "letmein1234",
        "adminadmin", "admin12345", "administrator", "welcome123", "welcome1234", "changeme123", "desirepath",
        "passwordpassword", "0123456789", "1111111111", "0000000000", "abcdefghij", "football123",
    }
)  # fmt: skip

# 19 MiB and two passes: what OWASP's cheat sheet on password storage asks for, and a small VM can bear.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$W7JiXVPAw8Tv/GIi/b93ZA$xo/w5I9vZgcCSLVjWvZMdxDhuSL4ezJaQpc/0CLNywk"
"""Checked against when there is no such account, so that the answer takes as long. Of random text."""
_turn = threading.BoundedSemaphore(2)
"""So many hashes are made at once: each takes 19 MB, and a flood of sign-ins must not take them all."""


def hashed(password: str, email: str = "") -> str:
    """The hash to keep. Raises Invalid (field `password`) for one that is too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"A password has {SHORTEST} to {LONGEST} characters.", field="password")
    plain = password.lower().strip()
    own = email.lower()
    if plain in COMMON or len(set(plain)) < 4 or plain in (own, own.split("@")[0]):
        raise Invalid("This password is one of the first anybody would try.", field="password")
    return rehashed(password)


def rehashed(password: str) -> str:
    """The hash of a password that was allowed when it was set, whatever the rules are today."""
    with _turn:
        return _hasher.hash(_one_form(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one of the hash; takes as long when there is no hash."""
    try:
        with _turn:
            return _hasher.verify(kept or _NOBODY, _one_form(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def _one_form(password: str) -> str:
    """The same letters typed on another system are the same password; one of endless length is none."""
    return unicodedata.normalize("NFKC", password) if len(password) <= LONGEST else ""


def outdated(kept: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)
