"""What is told, the same for every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """`id` stays the same however often it is sent. `subject` and `text` are for people, `data` (JSON values)
    for programs."""

    id: str
    subject: str
    text: str
    data: Mapping[str, Any]
