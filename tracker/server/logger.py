"""What gunicorn logs through."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger


class GunicornLogger(Logger):  # type: ignore[misc]
    """gunicorn's messages on our log."""

    def setup(self, cfg: Any) -> None:
        """Use the root logger's handler instead of gunicorn's own."""
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)
        self.access_log.propagate = False
