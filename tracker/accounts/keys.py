"""Keys and tokens: random, and kept as hashes where they need no reading back."""

from __future__ import annotations

import hashlib
import secrets

OVERLAP_MS = 24 * 60 * 60 * 1000
"""How long the previous key is still taken after a rotation."""


def public_key() -> str:
    """A key that stands in pages."""
    return "pk_" + secrets.token_urlsafe(24)


def secret_key() -> str:
    """A key for servers."""
    return "sk_" + secrets.token_urlsafe(32)


def token_secret() -> str:
    """A secret to sign user tokens with."""
    return "ts_" + secrets.token_urlsafe(36)


def link_token() -> str:
    """What makes a one-time link."""
    return secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """SHA-256, hexadecimal. Enough for random keys of this length, which nobody can guess."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
