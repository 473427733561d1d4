"""What can be done with a product, and the events that say so."""

from __future__ import annotations

ACTIONS: dict[str, str] = {
    "view": "product_viewed",
    "click": "product_clicked",
    "favorite": "product_favorited",
    "unfavorite": "product_unfavorited",
    "cart_add": "cart_add",
    "cart_remove": "cart_remove",
    "purchase": "purchase",
}
"""Action → the name its events are kept under. Events named like the action itself count as well."""
UPDATED = "product_updated"
"""The event by which a server tells what a product is called."""


def names(action: str) -> tuple[str, ...]:
    """The event names of an action."""
    return tuple(dict.fromkeys((ACTIONS[action], action)))


def rate(part: float, whole: float) -> float:
    """`part` of `whole` in per cent, one decimal; 0.0 of nothing, as shops expect it."""
    return round(100 * part / whole, 1) if whole else 0.0
