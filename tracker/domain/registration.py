"""The events of a registration, as the funnel *Registration* counts them."""

from __future__ import annotations

ATTEMPTED = "registration_attempted"
FAILED = "registration_failed"
SUCCEEDED = "registration_succeeded"
VERIFIED = "email_verified"

EVENTS = (ATTEMPTED, FAILED, SUCCEEDED, VERIFIED)
