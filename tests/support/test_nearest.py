"""E-mails that may have been meant."""

from __future__ import annotations

import pytest

from tracker.support.nearest import nearest

KNOWN = [
    "ada.lovelace@example.org",
    "adalovelace@mail.example",
    "ben@example.org",
    "ada@example.org",
    "bob@b.example",
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("ada.lovelace@exmaple.org", ["ada.lovelace@example.org", "adalovelace@mail.example"]),
        ("Ada.Lovelace+news@other.example", ["ada.lovelace@example.org", "adalovelace@mail.example"]),
        ("ada@example.com", ["ada@example.org"]),
        ("ada@example.org", []),
        ("bob@elsewhere.example", []),
        ("zoe@nowhere.example", []),
        ("", []),
    ],
)
def test_mistyped_and_other_hosts_are_found(asked: str, expected: list[str]) -> None:
    found = nearest(asked, KNOWN)
    assert found[: len(expected)] == expected
    assert expected or not found


def test_the_nearest_come_first_and_few() -> None:
    known = [f"user{n}@example.org" for n in range(100)]
    found = nearest("user1@example.orf", known)
    assert found[0] == "user1@example.org" and len(found) == 5
