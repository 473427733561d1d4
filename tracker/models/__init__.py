"""Tables of accounts, sites and keys: columns and constraints only."""

from tracker.models.alert import AlertChannel, AlertDelivery
from tracker.models.audit import AuditEntry
from tracker.models.definition import DefinitionRow
from tracker.models.erasure import Erasure
from tracker.models.keeping import KeepingRow
from tracker.models.link import OneTimeLink
from tracker.models.membership import Membership
from tracker.models.secret import AppSecret, DailySalt
from tracker.models.site import SiteDomain, SiteRow
from tracker.models.user import User
from tracker.models.webhook_secret import WebhookSecret

__all__ = [
    "AlertChannel",
    "AlertDelivery",
    "AppSecret",
    "AuditEntry",
    "DailySalt",
    "DefinitionRow",
    "Erasure",
    "KeepingRow",
    "Membership",
    "OneTimeLink",
    "SiteDomain",
    "SiteRow",
    "User",
    "WebhookSecret",
]
