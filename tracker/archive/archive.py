"""The archive of a server: what a purge takes from the ledger is written here before it goes.

`<data>/archive/site-<id>/` holds one file for each month (UTC) and `manifest.json`, which names it. A file
is never changed: a month that gets more events, or loses those of an erased person, is written anew under the
next number, then the manifest names that one, then the old one is removed. A process that is killed meanwhile
leaves a file that no manifest names; whoever writes that month next removes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tracker.archive import manifest, parquet, rows
from tracker.archive.copies import Copy, Unread
from tracker.archive.manifest import Manifest, Part
from tracker.archive.parquet import Row, Signs, Work, no_signs
from tracker.domain.event import Event
from tracker.errors import NotFound, Unavailable

log = logging.getLogger(__name__)

FOLDER = "archive"
WAIT_SECONDS = 20.0
"""How long somebody who asks waits for a task that is at work."""
Change = Callable[[Row], Row]


class Archive:
    """The archive in a data directory. On each site one task is at work at a time; others wait for it."""

    def __init__(self, data: Path) -> None:
        self._root = data / FOLDER

    def folder(self, site_id: int) -> Path:
        """Where the files of a site are."""
        return self._root / f"site-{site_id}"

    def listed(self, site_id: int) -> list[Part]:
        """The months of a site, oldest first."""
        return manifest.read(self.folder(site_id), site_id).parts

    def sites(self) -> list[int]:
        """Sites that have an archive."""
        found = (
            path.parent.name.removeprefix("site-") for path in self._root.glob(f"site-*/{manifest.NAME}")
        )
        return sorted(int(name) for name in found if name.isdigit())

    def add(self, site_id: int, found: Iterable[Row], now_ms: int) -> int:
        """Keep events (`rows.of` reads them); gives how many there were. They are on disk when this returns.

        An event that is kept already is not kept twice, so it may be called again after a crash.
        """
        folder = self.folder(site_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with parquet.work(folder) as work:
            taken = work.take(found)
            for month in work.months():
                told = manifest.read(folder, site_id)
                old = told.part(month)
                target = _next(folder, month, old)
                work.write(target, month, folder / old.file if old else None)
                _place(folder, told, _described(work, target, month, now_ms))
        return taken

    def forget(
        self,
        site_id: int,
        users: Sequence[str],
        visitors: Sequence[str],
        now_ms: int,
        signs: Signs = no_signs,
    ) -> int:
        """Write every month of a site without what these people did; gives how many events went."""
        folder = self.folder(site_id)
        if not self.listed(site_id):
            return 0
        with parquet.work(folder) as work:
            parts = self._there(site_id)
            gone = work.doom([folder / one.file for one in parts], users, visitors, signs)
            for part in parts if gone else ():
                if work.holds_doomed(folder / part.file):
                    target = _next(folder, part.month, part)
                    work.write_without_doomed(target, folder / part.file)
                    told = manifest.read(folder, site_id)
                    _place(folder, told, _described(work, target, part.month, now_ms))
        return gone

    def rewrite(
        self,
        site_id: int,
        users: Sequence[str],
        visitors: Sequence[str],
        change: Change,
        now_ms: int,
        signs: Signs = no_signs,
    ) -> int:
        """Write every month in which `change` makes another row of what these people did.

        `change` takes and gives event id, user, profile, context, properties. Gives how many rows changed.
        """
        total, folder = 0, self.folder(site_id)
        if not self.listed(site_id):
            return 0
        with parquet.work(folder) as work:
            parts = self._there(site_id)
            theirs = work.doom([folder / one.file for one in parts], users, visitors, signs)
            for part in parts if theirs else ():
                old = [row for some in work.theirs(folder / part.file) for row in some]
                changed = [fresh for row in old if (fresh := change(row)) != row]
                if changed:
                    target = _next(folder, part.month, part)
                    work.write_changed(target, folder / part.file, changed)
                    told = manifest.read(folder, site_id)
                    _place(folder, told, _described(work, target, part.month, now_ms))
                    total += len(changed)
        return total

    def profiles(
        self, site_id: int, users: Sequence[str], visitors: Sequence[str], signs: Signs = no_signs
    ) -> set[str]:
        """All profiles (JSON) that came with what these people did."""
        folder, found = self.folder(site_id), set[str]()
        if self.listed(site_id):
            with parquet.work(folder) as work:
                files = [folder / one.file for one in self._there(site_id)]
                if work.doom(files, users, visitors, signs):
                    rows = (row for file in files for some in work.theirs(file) for row in some)
                    found.update(profile for _, _, profile, _, _ in rows if profile is not None)
        return found

    def whose(self, site_id: int, who: str, texts: Sequence[str]) -> tuple[list[str], bool]:
        """Users whom a user id, a visitor's id or an e-mail (of `texts`) means; whether it is a visitor's.

        Looks at the files that can be read.
        """
        if not self.listed(site_id):
            return [], False
        with parquet.work(self.folder(site_id), WAIT_SECONDS) as work:
            files = [self.folder(site_id) / one.file for one in self._readable(site_id)[0]]
            return work.whose(files, who, texts) if files else ([], False)

    def copy(
        self, site_id: int, users: Sequence[str], visitors: Sequence[str], signs: Signs = no_signs
    ) -> Copy:
        """Copy what these people did to a file without a name, as much of it as can be read."""
        folder = self.folder(site_id)
        try:
            if not self.listed(site_id):
                return Copy()
        except Unavailable:
            return Copy([Unread(None, "The list of its files cannot be read.")])
        with parquet.work(folder, WAIT_SECONDS) as work:
            parts, unread = self._readable(site_id)
            copy = Copy(unread, folder)
            files = [folder / one.file for one in parts]
            if files and work.doom(files, users, visitors, signs):
                for file in files:
                    copy.take(work.whole(file))
            return copy

    def _there(self, site_id: int) -> list[Part]:
        """Parts whose file is there: of one that is not, nothing is left to change."""
        parts = self.listed(site_id)
        lost = [one.file for one in parts if not (self.folder(site_id) / one.file).is_file()]
        if lost:
            log.warning("the archive lacks files", extra={"site": site_id, "files": lost})
        return [one for one in parts if one.file not in lost]

    def _readable(self, site_id: int) -> tuple[list[Part], list[Unread]]:
        good, unread = list[Part](), list[Unread]()
        for part in self.listed(site_id):
            problem = self._problem(site_id, part)
            if problem is None:
                good.append(part)
            else:
                unread.append(Unread(part.month, f"The file {part.file} {problem}."))
        return good, unread

    def check(self, site_id: int, month: str | None = None) -> list[Part]:
        """The parts of a site (or of one month), each compared with its checksum.

        Raises NotFound for a month there is none of, Unavailable naming the first file that is not as it was.
        """
        parts = [one for one in self.listed(site_id) if month in (None, one.month)]
        if not parts:
            raise NotFound(
                f"There is no archive of site {site_id}{f' for {month}' if month else ''}.", field="month"
            )
        for part in parts:
            problem = self._problem(site_id, part)
            if problem is not None:
                raise Unavailable(f"{self.folder(site_id) / part.file} {problem}. Use a copy of it.")
        return parts

    def _problem(self, site_id: int, part: Part) -> str | None:
        path = self.folder(site_id) / part.file
        if not path.is_file():
            return "is missing"
        try:
            same = manifest.checksum(path) == part.sha256
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return None if same else "is not what was archived: its checksum differs"

    def events(self, site_id: int, part: Part, into: int) -> Iterator[list[Event]]:
        """The events of a part, some at a time, as events of the site `into`."""
        folder = self.folder(site_id)
        with parquet.work(folder) as work:
            for some in work.rows(folder / part.file):
                yield [rows.event(row, into) for row in some]


def _next(folder: Path, month: str, old: Part | None) -> Path:
    number = int(old.file.removesuffix(".parquet").rpartition("-")[2]) + 1 if old else 1
    target = folder / f"{month}-{number}.parquet"
    target.unlink(missing_ok=True)  # of a process that was killed before the manifest named it
    return target


def _described(work: Work, path: Path, month: str, now_ms: int) -> Part:
    events, first, last = work.about(path)
    return Part(month, path.name, events, first, last, path.stat().st_size, manifest.checksum(path), now_ms)


def _place(folder: Path, told: Manifest, part: Part) -> None:
    """Have the manifest name a new file, and remove what it names no more."""
    new = told.with_part(part) if part.events else told.without(part.month)
    manifest.write(folder, new)
    named = {one.file for one in new.parts}
    for path in folder.glob(f"{part.month}-*.parquet"):
        if path.name not in named:
            path.unlink()
