"""Files that people upload to import: checked first, then imported, in one thread of its own.

They stay in memory: what is in them has not been scrubbed, so it must not reach the disk. A restart forgets
them; sent again, an import goes on, since every event counts once.
"""

from __future__ import annotations

import io
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

from tracker import clock
from tracker.domain.arrival import Sites
from tracker.domain.event import MAX_IMPORT_BYTES
from tracker.errors import Conflict, DesirepathError, Invalid, NotFound, TooLarge, Unavailable
from tracker.history import rows
from tracker.history.importing import Problem, Write, run
from tracker.history.lines import Line, numbered, unpacked
from tracker.ingest.pipeline import Pipeline

log = logging.getLogger(__name__)

MOST = 4
"""Files kept at once, over all sites; the oldest that does nothing gives way."""
UNPACKED = 256_000_000
"""Bytes a file may have once it is unpacked."""
TOLD = 1_000
"""Problems that are kept; `refused` counts all."""
CSV_NAMES = (".csv", ".tsv")


@dataclass(slots=True)
class Step:
    """The check, or the import: how far it is. `share` is of the file's bytes, from 0 to 1."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    line: int = 0
    share: float = 0.0
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows that were looked at."""
        return self.accepted + self.duplicates + self.refused


@dataclass(slots=True)
class Upload:
    """One file. `state` is waiting, checking, checked, importing, stopped, or done; `trouble` says why it
    stopped or could not be read. `by` names who sent it."""

    token: str
    site_id: int
    name: str
    form: str
    body: bytes
    by: str
    at: int
    state: str = "waiting"
    trouble: str = ""
    checked: Step = field(default_factory=Step)
    imported: Step = field(default_factory=Step)
    wanted: bool = False
    """Whether it is to go on; taken back by whoever stops it."""

    @property
    def busy(self) -> bool:
        """Whether it waits for the thread, or is in it."""
        return self.state in ("waiting", "checking", "importing")


class Uploads:
    """The shelf and its thread."""

    def __init__(self, pipeline: Pipeline, sites: Sites, write: Write) -> None:
        self._pipeline = pipeline
        self._sites = sites
        self._write = write
        self._shelf: dict[str, Upload] = {}
        self._lock = threading.Lock()
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin."""
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="imports", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the group at hand; it is on disk then."""
        self._stopping = True
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def add(self, site_id: int, name: str, body: bytes, by: str, now_ms: int) -> Upload:
        """Take a file and check it. Raises Invalid, TooLarge, or Unavailable while too many are at work."""
        if not body:
            raise Invalid("Choose a file that is not empty.", field="file")
        if len(body) > MAX_IMPORT_BYTES:
            raise TooLarge(
                f"A file may have {MAX_IMPORT_BYTES // 1_000_000} MB. Pack it with gzip, split it at line "
                "ends, or use `desirepath import`, which takes any size.",
                field="file",
            )
        form = _form(name, body)
        made = Upload(secrets.token_urlsafe(16), site_id, name[:200], form, body, by, now_ms, wanted=True)
        with self._lock:
            self._make_room()
            self._shelf[made.token] = made
        self._queue.put(lambda: self._check(made))
        return made

    def of_site(self, site_id: int) -> list[Upload]:
        """A site's files, newest first."""
        with self._lock:
            return [one for one in reversed(self._shelf.values()) if one.site_id == site_id]

    def one(self, site_id: int, token: str) -> Upload:
        """One file of this site. Raises NotFound."""
        found = self._shelf.get(token)
        if found is None or found.site_id != site_id:
            raise NotFound("This file is not here any more; choose it again. What was imported stays.")
        return found

    def begin(self, upload: Upload) -> None:
        """Import it, or go on where it stopped. Raises Conflict unless it was checked and does nothing."""
        with self._lock:
            if upload.state not in ("checked", "stopped") or not upload.checked.accepted:
                raise Conflict("This file cannot be imported as it is now.")
            upload.state, upload.trouble, upload.wanted = "waiting", "", True
        self._queue.put(lambda: self._import(upload))

    def halt(self, upload: Upload) -> None:
        """Stop after the group at hand."""
        upload.wanted = False

    def forget(self, upload: Upload) -> None:
        """Stop it and drop the file."""
        upload.wanted = False
        with self._lock:
            self._shelf.pop(upload.token, None)

    def _make_room(self) -> None:
        while len(self._shelf) >= MOST:
            idle = next((one for one in self._shelf.values() if not one.busy), None)
            if idle is None:
                raise Unavailable("Other files are being imported; try again in a while.", retry_after=60)
            del self._shelf[idle.token]

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            if self._stopping:
                return
            task()

    def _check(self, upload: Upload) -> None:
        upload.state = "checking"
        finished = self._follow(upload, upload.checked, None)
        if upload.trouble or not upload.checked.rows:
            upload.trouble = upload.trouble or "The file holds no events."
            upload.checked.accepted = 0
        upload.state = "checked" if finished or upload.trouble else "stopped"

    def _import(self, upload: Upload) -> None:
        upload.state = "importing"
        upload.state = "done" if self._follow(upload, upload.imported, self._write) else "stopped"

    def _follow(self, upload: Upload, step: Step, write: Write | None) -> bool:
        """Go through the file from the step's line on; whether it came to the end."""
        site = self._sites.by_id(upload.site_id)
        if site is None:
            upload.trouble = "The site is gone."
            return False
        before = (step.accepted, step.duplicates, step.refused)
        try:
            source = io.BytesIO(upload.body)
            reader: io.BufferedReader = io.BufferedReader(
                source
            )  # which closes the source when nobody holds it
            wanted = (row for row in rows.read(upload.form, _lines(reader)) if row.line > step.line)
            for done in run(self._pipeline, site, wanted, write, clock.now_ms()):
                step.accepted = before[0] + done.accepted
                step.duplicates = before[1] + done.duplicates
                step.refused = before[2] + done.refused
                step.problems += done.problems[: TOLD - len(step.problems)]
                step.line, step.share = done.line, source.tell() / len(upload.body)
                if not upload.wanted or self._stopping:
                    return False
        except DesirepathError as error:
            upload.trouble = error.message
            return False
        except Exception:
            # A file that people made may hold anything; the thread has to live for the next one.
            log.exception("an import failed", extra={"site": site.id})
            upload.trouble = "Something went wrong inside; the log tells what."
            return False
        step.share = 1.0
        return True


def _lines(reader: io.BufferedReader) -> Iterator[Line]:
    left = UNPACKED
    for number, line in numbered(unpacked(reader)):
        left -= len(line or b"")
        if left < 0:
            raise TooLarge(
                f"Unpacked, a file may have {UNPACKED // 1_000_000} MB; this is where line {number} ends. "
                "Split it, or use `desirepath import`."
            )
        yield number, line


def _form(name: str, body: bytes) -> str:
    """The format by the file's name, else by its first letter."""
    plain = name.lower().removesuffix(".gz")
    if plain.endswith(CSV_NAMES):
        return "csv"
    if plain.endswith((".ndjson", ".jsonl", ".json")):
        return "ndjson"
    try:
        first = unpacked(io.BufferedReader(io.BytesIO(body))).read(1)
    except (OSError, EOFError) as error:
        raise Invalid("The file is no gzip, though it begins like one.", field="file") from error
    return "ndjson" if first in (b"{", b"\n") else "csv"
