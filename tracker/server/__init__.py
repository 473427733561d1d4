"""The one serving process: an ASGI front with the doors and live feeds, Flask behind it, gunicorn around."""
