"""Names for events that carry an id only."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.events import NOON, event
from tracker.ledger import connect, profiles, reads
from tracker.ledger.reads import Filter
from tracker.ledger.writer import Writer


def test_users_are_called_what_they_were_last_called(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    writer.write(
        [
            event(at=NOON, user_id="1", profile='{"name":"Alice"}'),
            event(at=NOON + 1, user_id="1", profile='{"name":"Alice Miller"}'),
            event(at=NOON + 2, user_id="1"),
            event(at=NOON + 3, user_id="2"),
            event(at=NOON + 4, site_id=2, user_id="2", profile='{"name":"Bob of another site"}'),
            event(at=NOON + 5, user_id=None),
            event(at=NOON + 6, user_id="3", profile='{"name":"Carol"}'),
            *(event(at=NOON + 7 + n, user_id="3") for n in range(profiles.LOOKED_AT + 5)),
        ]
    )
    writer.stop()
    connection = connect.open_reader(tmp_path / "ledger.db")
    events = reads.after(connection, Filter(site_id=1), 0, limit=1000)
    names = [e.profile.get("name") for e in profiles.named(connection, 1, events)]
    connection.close()
    assert names[:6] == ["Alice", "Alice Miller", "Alice Miller", None, None, "Carol"]
    assert names[-1] == "Carol", "called once, long ago"
