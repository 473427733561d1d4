"""What a way to tell people something has to be able to do. To add one, see docs/adding-a-channel.md."""

from __future__ import annotations

from typing import Protocol

from tracker.config import Settings
from tracker.errors import Unavailable
from tracker.notify.message import Message

SECONDS = 15.0
"""How long one attempt may take to connect, and again to be answered."""


class NotSent(Unavailable):
    """It did not go out; the sentence says why, for the page and the log."""


class Channel(Protocol):
    """One kind of channel. Implementations keep nothing between calls."""

    @property
    def kind(self) -> str:
        """Its name in the database and in forms, the same for ever."""

    @property
    def signs(self) -> bool:
        """Whether each such channel has a secret of its own, shown once when it is added."""

    def check(self, settings: Settings, target: str) -> str:
        """The target as it is kept. Raises Invalid (field `target`) with what would be right."""

    def send(
        self, settings: Settings, target: str, secret: str | None, message: Message, now_ms: int
    ) -> None:
        """Tell it once. Raises NotSent; whoever calls tries again later."""
