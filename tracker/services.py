"""What one process is made of. `app.py` puts it together; pages and commands take what they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tracker.analytics.answers import Answers
from tracker.columns.sync import Sync
from tracker.config import Settings
from tracker.domain.arrival import Sites
from tracker.doors.doors import Doors
from tracker.doors.refusals import Refusals
from tracker.history.uploads import Uploads
from tracker.ingest.pipeline import Pipeline
from tracker.ledger import reads
from tracker.ledger.readers import Readers
from tracker.ledger.writer import Writer
from tracker.notify.reports import Writes


class Part(Protocol):
    """Something that runs in the background of a serving process."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End, and wait for it."""


class JobState(Protocol):
    """What became of a job since the start; times are epoch ms."""

    running: bool
    finished_at: int | None
    failed_at: int | None
    problem: str | None


class Jobs(Part, Protocol):
    """What is done by the clock."""

    @property
    def states(self) -> Mapping[str, JobState]:
        """What became of each job, by name."""

    def ask(self, name: str) -> None:
        """Do a job now."""


@dataclass(slots=True)
class Services:
    """The running parts, as found at `app.extensions["desirepath"]`."""

    settings: Settings
    sites: Sites
    pipeline: Pipeline
    doors: Doors
    refusals: Refusals
    writer: Writer
    readers: Readers
    sync: Sync
    answers: Answers
    jobs: Jobs
    uploads: Uploads
    write_report: Writes
    background: list[Part] = field(default_factory=list)
    """Started after and stopped before the writer, in order."""
    serving: bool = False

    def behind(self) -> int:
        """How many events are on disk but not in figures yet.

        By ids, which have no gaps but where a commit failed or the last events were deleted.
        """
        with self.readers.read() as ledger:
            return max(0, reads.last_id(ledger) - self.sync.event)

    def start(self) -> None:
        """Begin to write and to run what runs in the background."""
        self.writer.start()
        for part in self.background:
            part.start()
        self.serving = True

    def stop(self) -> None:
        """Stop everything; what was queued is committed first."""
        self.serving = False
        for part in reversed(self.background):
            part.stop()
        self.writer.stop()
        self.readers.close()
