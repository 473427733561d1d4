"""An erasure that something holds up costs little until that is mended, and holds up no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.live_server import Keys
from tests.web.events import write
from tracker import clock
from tracker.accounts import erasures
from tracker.archive import rows
from tracker.archive.archive import Archive
from tracker.errors import Unavailable
from tracker.jobs.erasures import Erasures
from tracker.ledger import person


def test_a_damaged_archive_of_one_site(app: Flask, new_site: Callable[..., Keys]) -> None:
    services, now = app.extensions["desirepath"], clock.now_ms()
    shop, club = new_site("Shop"), new_site("Club")
    services.jobs.stop()  # this test is the one to carry it out
    numbers = []
    for site in (shop, club):
        last = write(app, site.id, now - 60_000, *({"user_id": who} for who in ("anna", "bert")))[-1]
        assert services.sync.wait_for(last, 60)
    with services.readers.read() as ledger:
        ids = person.need(ledger, shop.id, "anna").ids
        archive = Archive(services.settings.data)
        assert archive.add(shop.id, rows.of(ledger, shop.id, ids), now) == 1
        for site in (shop, club):
            found = person.need(ledger, site.id, "anna")
            with app.app_context():
                numbers.append(
                    erasures.order(services.settings.meta_path, site.id, found, clock.now_ms(), None)
                )
    file = archive.folder(shop.id) / archive.listed(shop.id)[0].file
    whole = file.read_bytes()
    file.write_bytes(b"nonsense")
    job = Erasures(services.settings, services.writer, services.sync, services.sites)

    def waiting() -> list[int]:
        return [one.number for one in erasures.unfinished(services.settings.meta_path)]

    with pytest.raises(Unavailable):
        job.run(clock.now_ms())
    assert waiting() == numbers[:1], "that of the other site is done"
    columns = services.settings.columns_path.stat().st_ino
    with pytest.raises(Unavailable):
        job.run(clock.now_ms())
    assert services.settings.columns_path.stat().st_ino == columns, "nothing was written anew"
    file.write_bytes(whole)
    job.run(clock.now_ms())
    assert waiting() == []
    assert archive.listed(shop.id) == [] or not any(
        event.user_id == "anna"
        for part in archive.check(shop.id)
        for some in archive.events(shop.id, part, shop.id)
        for event in some
    )
