"""One open transaction on the ledger: inserting events with all that is counted along with them."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.event import Event
from tracker.ledger import deletions, insert, kept, known_as, products
from tracker.ledger.connect import Connection


class Transaction:
    """An open transaction on the writer's thread: what it reads stays true until it is committed."""

    def __init__(self, connection: Connection, dictionary: insert.Dictionary) -> None:
        self.connection = connection
        self._dictionary = dictionary
        self.inserted = 0
        self.last: int | None = None

    def add(self, events: list[Event]) -> Sequence[int | None]:
        """Insert events with all that is counted along with them. Gives ids as in `Receipt`.

        Those of days that are closed are left out, as if they had been there already: the road in refuses
        them with a reason, but a day may be closed while one is on it.
        """
        shut = kept.refused(self.connection, events)
        if shut:
            taken = iter(self.add([event for index, event in enumerate(events) if index not in shut]))
            return [None if index in shut else next(taken) for index in range(len(events))]
        placed = insert.events(self.connection, self._dictionary, events)
        products.count(self.connection, events, placed.ids)
        known_as.note(self.connection, self._dictionary, events, placed.ids)
        self.inserted += placed.inserted
        self.last = placed.last if placed.last is not None else self.last
        return placed.ids

    def delete(self, site_id: int, ids: Sequence[int], at: int) -> int:
        """Delete events of a site with what was known from them alone. Gives how many there were."""
        deleted = deletions.delete(self.connection, site_id, ids, at)
        self._dictionary.clear()  # profiles it remembers may be gone
        return deleted

    def forget_texts(self) -> None:
        """Texts that repeat may be gone from the file: look them up again."""
        self._dictionary.clear()
