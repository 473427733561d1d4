"""Loading what the first event would otherwise wait for."""

from __future__ import annotations

import threading

from tracker.enrich import user_agent


class WarmUp:
    """Loads the tables of user agents (0.1 s) beside everything else, once."""

    def start(self) -> None:
        """Begin; whoever needs the tables before they are there waits for them."""
        threading.Thread(target=user_agent.warm_up, name="warm-up", daemon=True).start()

    def stop(self) -> None:
        """Nothing to end."""
