"""What is in the archive of one site: its files by month, with checksums and counts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from tracker.errors import Unavailable
from tracker.ledger import copies

NAME = "manifest.json"
SHAPE = 1


class Part(msgspec.Struct, frozen=True):
    """The events of one month (UTC). `first` and `last` are times of events, `written_at` ours: epoch ms."""

    month: str
    file: str
    events: int
    first: int
    last: int
    bytes: int
    sha256: str
    written_at: int


class Manifest(msgspec.Struct, frozen=True):
    """Parts by month, oldest first."""

    shape: int
    site_id: int
    parts: list[Part]

    def part(self, month: str) -> Part | None:
        """The month's part, where there is one."""
        return next((one for one in self.parts if one.month == month), None)

    def with_part(self, part: Part) -> Manifest:
        """The same with this part in place of the month's."""
        others = self.without(part.month).parts
        return Manifest(self.shape, self.site_id, sorted([*others, part], key=lambda one: one.month))

    def without(self, month: str) -> Manifest:
        """The same without a month."""
        return Manifest(self.shape, self.site_id, [one for one in self.parts if one.month != month])


def read(folder: Path, site_id: int) -> Manifest:
    """The manifest in a site's folder; an empty one where there is none.

    Raises Unavailable for one that cannot be read, or of a newer Desirepath.
    """
    try:
        told = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest(SHAPE, site_id, [])
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(f"{folder / NAME} cannot be read: {error}.") from error
    if told.shape > SHAPE:
        raise Unavailable(f"{folder} was written by a newer Desirepath; use that version.")
    return told


def write(folder: Path, told: Manifest) -> None:
    """Put it in place, on disk when this returns: wholly the old one or wholly the new one."""
    draft = folder / f"{NAME}.part"
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    draft.chmod(0o600)
    copies.to_disk(draft)
    draft.rename(folder / NAME)
    copies.to_disk(folder)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
