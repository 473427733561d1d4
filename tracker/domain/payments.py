"""The stages of a payment, and the events that move credits."""

from __future__ import annotations

INITIALIZED = "payment_initialized"
COMPLETED = "payment_completed"
WEBHOOK = "webhook_received"
CREDITED = "credits_added"
FAILED = "payment_failed"
DEDUCTED = "credits_deducted"

STAGES = (INITIALIZED, COMPLETED, WEBHOOK, CREDITED)
"""In order."""
EVENTS = (*STAGES, FAILED)
"""Events whose property `reference` makes them a part of a payment."""
STUCK_AFTER_MS = 15 * 60_000
"""A payment that is completed and not credited for so long is stuck."""

SERVERS_ONLY = frozenset({WEBHOOK, CREDITED, DEDUCTED})
"""Events that are verified under the secret key alone: a user's own token proves who it is, and no more."""
WEBHOOK_ID = "webhook:"
CREDIT_ID = "credit:"
RESERVED_IDS = (WEBHOOK_ID, CREDIT_ID)
"""What ids of webhooks and credit operations begin with. Only servers may use them: whoever sent something
else under such an id beforehand would make the true one a duplicate."""
