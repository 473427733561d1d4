"""From what an address says to a question's query: pages do it as the API does."""

from tracker.definitions.resolve import query_of as read
from tracker.definitions.resolve import resolve

__all__ = ["read", "resolve"]
