"""Templates compiled soon after a start, so that nobody's first page waits for it."""

from __future__ import annotations

import logging
import threading
import time

from flask import Flask

REST_SECONDS = 0.01
"""Between two templates, for the requests that come in meanwhile."""

log = logging.getLogger(__name__)


def compile_templates(app: Flask) -> int:
    """Compile each template, those that every page is made of first. Returns how many there are."""
    names = app.jinja_env.list_templates(extensions=["html", "txt"])
    for name in sorted(names, key=lambda name: (name != "base.html", "/" in name, name)):
        app.jinja_env.get_template(name)
        time.sleep(REST_SECONDS)
    return len(names)


def begin(app: Flask) -> threading.Thread:
    """Compile in the background; a stop does not wait for it."""
    thread = threading.Thread(target=_run, args=(app,), name="templates", daemon=True)
    thread.start()
    return thread


def _run(app: Flask) -> None:
    try:
        compile_templates(app)
    except Exception:  # pages compile what they need themselves, and tell what is wrong there
        log.exception("templates could not be compiled ahead of the first page")
