"""What somebody may do on a site."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """Ordered: a higher role may do everything a lower one may."""

    VIEWER = 1
    """Looks."""
    ADMIN = 2
    """Also changes the site's settings, keys and people."""
    OWNER = 3
    """Everything, on every site, and the instance's people."""

    @property
    def word(self) -> str:
        """As it is stored and shown."""
        return self.name.lower()


def read_role(word: str) -> Role | None:
    """The role of a word, None when there is none."""
    return next((role for role in Role if role.word == word), None)
