"""Sends events from any Python program. Only the standard library is imported, nothing of the server."""

from tracker.client.asgi import ASGIMiddleware
from tracker.client.tracker import Tracker
from tracker.client.wsgi import WSGIMiddleware

__all__ = ["ASGIMiddleware", "Tracker", "WSGIMiddleware"]
