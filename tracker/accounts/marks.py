"""How erased people and those with pseudonyms are kept out: by marks, made with secrets of these names."""

from __future__ import annotations

from enum import StrEnum

KEY = "erasure"
"""The name of the secret that marks of erased people are made with."""


class Kind(StrEnum):
    """What is done to somebody."""

    ERASED = "erased"
    PSEUDONYMISED = "pseudonymised"


def key_of(site_id: int) -> str:
    """The name of the secret that the pseudonyms of a site are made with."""
    return f"pseudonyms of site {site_id}"
