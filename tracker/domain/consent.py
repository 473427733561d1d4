"""The record of a consent: an event like any other, so that it is kept, exported and erased like them."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "consent_changed"
MAX_TEXT = 200
SCOPE = "recognition"
"""What is agreed to where nothing else is said: to be recognised on later days."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody agreed (`given`) or withdrew. Times in epoch ms; `version` is of the text they were shown.

    `daily` tells that the visitor is a hash of one day. `verified`: a server or a signed token said who.
    """

    event_id: str
    at: int
    received_at: int
    user: str | None
    visitor: str | None
    daily: bool
    verified: bool
    given: bool
    scope: str
    version: str | None
