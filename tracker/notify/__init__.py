"""Telling people what should not wait: what is worth an alert, the ways it goes out, what was sent."""
