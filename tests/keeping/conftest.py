"""Fixtures for letting go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.keeping.places import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    found = Place(tmp_path_factory.mktemp("keeping"))
    yield found
    found.close()
