"""The archive: what goes in comes out, once, whatever happens in between."""

from __future__ import annotations

import uuid
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.archive.made import at, row
from tracker.archive import manifest, rows
from tracker.archive.archive import Archive
from tracker.domain.event import Event
from tracker.errors import NotFound, Unavailable
from tracker.ledger import connect
from tracker.ledger.reads import FIELDS, JOINS
from tracker.ledger.writer import Writer

NOW = 1_760_000_000_000
SITE = 3


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def kept(archive: Archive, site: int = SITE) -> dict[str, set[str]]:
    """What a site's archive holds: month → what the events say."""
    return {
        part.month: {one.properties for some in archive.events(site, part, site) for one in some}
        for part in archive.check(site)
    }


THREE = [row(1, "2026-01-31 23:59"), row(2, "2026-02-01 00:00", user="ann"), row(3, "2026-02-03 10:00")]


def test_a_file_for_each_month(archive: Archive) -> None:
    assert archive.add(SITE, iter(THREE), NOW) == 3
    assert kept(archive) == {"2026-01": {'{"n":1}'}, "2026-02": {'{"n":2}', '{"n":3}'}}
    first, second = archive.listed(SITE)
    assert (second.events, second.first, second.last) == (2, at("2026-02-01 00:00"), at("2026-02-03 10:00"))
    assert second.written_at == NOW
    assert second.bytes == (archive.folder(SITE) / second.file).stat().st_size
    assert archive.sites() == [SITE]
    assert first.file == "2026-01-1.parquet"


def test_an_event_comes_back_as_it_was(archive: Archive) -> None:
    told = ("order-7", *row(1, "2026-01-31 23:59")[1:])
    archive.add(SITE, [told, row(2, "2026-01-31 10:00", user="ann")], NOW)
    (part,) = archive.listed(SITE)
    found = {one.event_id: one for some in archive.events(SITE, part, 9) for one in some}
    assert found.keys() == {"order-7", uuid.UUID(int=2).bytes}
    assert found["order-7"] == rows.event(told, 9)
    assert found["order-7"].site_id == 9


def test_what_comes_again_is_kept_once(archive: Archive) -> None:
    archive.add(SITE, THREE, NOW)
    archive.add(SITE, [*THREE[1:], row(4, "2026-02-20 10:00")], NOW + 1)
    assert kept(archive) == {"2026-01": {'{"n":1}'}, "2026-02": {'{"n":2}', '{"n":3}', '{"n":4}'}}
    assert [one.file for one in archive.listed(SITE)] == ["2026-01-1.parquet", "2026-02-2.parquet"]
    files = {path.name for path in archive.folder(SITE).iterdir()}
    assert files == {"manifest.json", "2026-01-1.parquet", "2026-02-2.parquet"}


def test_any_program_reads_it(archive: Archive) -> None:
    archive.add(SITE, THREE, NOW)
    files = f"{archive.folder(SITE)}/2026-02-*.parquet"
    sql = f"""SELECT name, strftime("at", '%d %H:%M'), user_id FROM '{files}' ORDER BY "at" """
    assert duckdb.sql(sql).fetchall() == [("x", "01 00:00", "ann"), ("x", "03 10:00", None)]


def test_a_file_that_changed_is_refused_by_name(archive: Archive) -> None:
    archive.add(SITE, THREE, NOW)
    path = archive.folder(SITE) / "2026-02-1.parquet"
    path.write_bytes(path.read_bytes()[:-9] + b"x" + path.read_bytes()[-8:])
    assert len(archive.check(SITE, "2026-01")) == 1
    with pytest.raises(Unavailable, match=r"2026-02-1\.parquet"):
        archive.check(SITE)
    path.unlink()
    with pytest.raises(Unavailable, match="is missing"):
        archive.check(SITE)
    with pytest.raises(NotFound, match="2026-05"):
        archive.check(SITE, "2026-05")


def test_somebody_erased_is_in_no_file(archive: Archive) -> None:
    archive.add(
        SITE,
        [
            row(1, "2026-01-10 10:00", visitor="phone"),  # ann's: she is named next on it, in February
            row(2, "2026-02-10 10:00", visitor="phone", user="ann"),
            row(3, "2026-02-11 10:00", visitor="phone"),  # bob's: he is named next
            row(4, "2026-02-12 10:00", visitor="phone", user="bob"),
            row(5, "2026-03-12 10:00", visitor="tablet"),
            row(6, "2026-03-13 10:00", visitor="other"),
        ],
        NOW,
    )
    assert archive.forget(SITE, ["ann"], ["tablet"], NOW) == 3
    assert kept(archive) == {"2026-02": {'{"n":3}', '{"n":4}'}, "2026-03": {'{"n":6}'}}
    assert not any(b"ann" in path.read_bytes() for path in archive.folder(SITE).iterdir())
    assert archive.forget(SITE, ["ann"], ["tablet"], NOW) == 0
    assert archive.forget(99, ["ann"], [], NOW) == 0


def test_killed_before_the_manifest_names_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.add(SITE, THREE, NOW)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(manifest, "write", killed)
        archive.add(SITE, [row(4, "2026-02-20 10:00")], NOW)
    assert kept(archive)["2026-02"] == {'{"n":2}', '{"n":3}'}
    archive.add(SITE, [row(4, "2026-02-20 10:00")], NOW)
    assert kept(archive)["2026-02"] == {'{"n":2}', '{"n":3}', '{"n":4}'}
    assert len(list(archive.folder(SITE).glob("2026-02-*"))) == 1


def test_a_newer_archive_is_refused(archive: Archive) -> None:
    archive.add(SITE, THREE, NOW)
    path = archive.folder(SITE) / manifest.NAME
    path.write_text(path.read_text().replace('"shape": 1', '"shape": 2'))
    with pytest.raises(Unavailable, match="newer"):
        archive.listed(SITE)


def test_from_the_ledger_and_into_another(archive: Archive, tmp_path: Path) -> None:
    told = [
        Event(SITE, uuid.UUID(int=1).bytes, "x", at("2026-01-02 10:00"), NOW, "v", "s", "ann", 3, None,
              '{"country":"DE"}', '{"email":"ann@example.org"}', '{"path":"/"}', '{"n":1}'),
        Event(SITE, "order-7", "y", at("2026-01-03 10:00"), NOW, None, None, "bob", 1, "user_agent"),
        Event(SITE + 1, "order-7", "other site", at("2026-01-03 10:00"), NOW),
    ]  # fmt: skip
    first, second = (Writer(tmp_path / f"{name}.db", queue_events=10, queue_bytes=10**6) for name in "ab")
    for writer in (first, second):
        writer.start()
    first.write(told)
    with closing(connect.open_reader(tmp_path / "a.db")) as reader:
        assert archive.add(SITE, rows.of(reader, SITE, iter(range(1, 4))), NOW) == 2
    (part,) = archive.check(SITE)
    for some in archive.events(SITE, part, SITE):
        assert second.write(some).accepted == 2
        assert second.write(some).duplicates == 2
    for writer in (first, second):
        writer.stop()
    assert whole(tmp_path / "a.db") == whole(tmp_path / "b.db")
    assert len(whole(tmp_path / "b.db")) == 2


def whole(path: Path) -> list[tuple[object, ...]]:
    """All there is of a site's events in a ledger."""
    sql = f"SELECT {FIELDS} FROM events e {JOINS} WHERE e.site_id = ? ORDER BY e.at"
    with closing(connect.open_reader(path)) as reader:
        return [tuple(row[1:]) for row in reader.execute(sql, (SITE,))]
