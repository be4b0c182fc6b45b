"""The rows: migrations, rules of the tables, transactions and queries, in a real SQLite."""

import datetime
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from audio_ident.errors import AudioIdentError, DatabaseProblem, DiskFull
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import AudioFacts
from audio_ident.model.library import (
    FileStamp,
    Stage,
    StageMark,
    StageStatus,
    TimingPoints,
    TrackId,
    whole_file_points,
)
from audio_ident.model.tags import Tags
from audio_ident.stores.sql import migrate
from audio_ident.stores.sql.dialect import make_engine, sqlite_url
from audio_ident.stores.sql.dialect_errors import is_disk_full
from audio_ident.stores.sql.files import Content
from audio_ident.stores.sql.revision import NEWEST_REVISION, current_revision
from audio_ident.stores.sql.stages import StageTimes
from audio_ident.stores.sql.tables import Base, FileRow
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows
from audio_ident.units import Ticks
from builders.databases import catalogue_url_of, sqlite_only

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
FACTS = AudioFacts(
    container="flac",
    codec="flac",
    rate_hz=44_100,
    channels=2,
    bits_per_sample=16,
    duration_ticks=Ticks(1000),
    declared_duration_ticks=None,
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """A migrated database, of SQLite behind a name that needs quoting."""
    folder = tmp_path / "a b%20?#"
    folder.mkdir()
    engine = make_engine(catalogue_url_of(folder))
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def catalogue(engine: sa.Engine) -> Iterator[Catalogue]:
    """The same database, through its front door."""
    catalogue = Catalogue(engine.url)
    yield catalogue
    catalogue.close()


def add_file(rows: Rows, name: str, digest: str = "d1", size: int = 10) -> int:
    """A file with its track."""
    roots = rows.roots.all()
    root = roots[0] if roots else rows.roots.add("/music", NOW)
    audio_id = rows.audios.save(AudioDigest(digest), FACTS)
    stamp = FileStamp(root_id=root.id, relative_path=name, size=size, mtime_ns=1)
    file_id = rows.files.save(stamp, Content(sha256=f"hash of {digest}", audio_id=audio_id), NOW)
    rows.tracks.save_whole_file(
        file_id, TrackId(f"track of {name}"), whole_file_points(Ticks(1000)), NOW
    )
    return file_id


def test_migrations_make_exactly_the_tables_of_the_models(engine: sa.Engine) -> None:
    """A migrated database and the models differ in nothing."""
    with engine.connect() as connection:
        assert migrate.find_differences(connection) == []


@sqlite_only
def test_migrations_make_the_same_rules_as_the_models(engine: sa.Engine, tmp_path: Path) -> None:
    """Check constraints, which Alembic does not compare, are the same too."""
    fresh = make_engine(sqlite_url(tmp_path / "fresh"))
    Base.metadata.create_all(fresh)
    for table in Base.metadata.tables:
        found, wanted = (
            {(c["name"], c["sqltext"]) for c in sa.inspect(e).get_check_constraints(table)}
            for e in (engine, fresh)
        )
        assert found == wanted
    fresh.dispose()


def test_upgrading_twice_changes_nothing(engine: sa.Engine) -> None:
    """An up-to-date database is left alone."""
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == NEWEST_REVISION


def test_the_newest_revision_is_the_last_migration() -> None:
    """What is compared when a library is opened is what upgrading leads to."""
    scripts = ScriptDirectory.from_config(migrate._config())

    assert scripts.get_current_head() == NEWEST_REVISION


def test_going_back_is_refused(engine: sa.Engine) -> None:
    """A downgrade would drop what was learnt."""
    config = migrate._config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        with pytest.raises((NotImplementedError, CommandError)):
            command.downgrade(config, "base")
        connection.rollback()
        assert migrate.find_differences(connection) == []


def test_a_database_of_a_newer_version_is_refused(engine: sa.Engine) -> None:
    """An old program does not touch what it does not understand."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseProblem, match="9999"):
        migrate.upgrade(engine)


def test_every_foreign_key_is_indexed() -> None:
    """A missing index costs minutes in a large library."""
    for table in Base.metadata.tables.values():
        leading = {next(iter(index.columns)).name for index in table.indexes}
        leading.add(next(iter(table.primary_key.columns)).name)
        for key in table.foreign_keys:
            assert key.parent.name in leading, key


@sqlite_only
def test_sqlite_is_set_up_for_readers_beside_a_writer(engine: sa.Engine) -> None:
    """Write-ahead log, foreign keys and a patient wait for locks are on."""
    with engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert read == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 15_000,
        "synchronous": 2,
    }


def test_a_failed_transaction_leaves_nothing(catalogue: Catalogue) -> None:
    """What is written before an error is undone with it."""
    with pytest.raises(ZeroDivisionError), catalogue.writing() as rows:
        add_file(rows, "a.flac")
        raise ZeroDivisionError
    with catalogue.reading() as rows:
        assert rows.roots.all() == []
        assert rows.audios.without_files() == []


@pytest.mark.parametrize(
    "points",
    [(-1, 0, 0, 5, 5, 5), (0, 4, 0, 5, 3, 5), (0, 0, 4, 3, 5, 5), (0, 0, 0, 6, 5, 5)],
)
def test_timing_points_out_of_order_are_refused(
    catalogue: Catalogue, points: tuple[int, ...]
) -> None:
    """The two chains start..fades..end and start..leads..end are rules of the table."""
    names = TimingPoints.__dataclass_fields__
    wrong = TimingPoints(**{name: Ticks(p) for name, p in zip(names, points, strict=True)})
    with pytest.raises(DatabaseProblem), catalogue.writing() as rows:
        file_id = add_file(rows, "a.flac")
        rows.tracks.save_whole_file(file_id, TrackId("x"), wrong, NOW)


def test_rows_that_are_pointed_at_cannot_go(engine: sa.Engine, catalogue: Catalogue) -> None:
    """An audio that a file holds, and a root with files, cannot be deleted."""
    with catalogue.writing() as rows:
        add_file(rows, "a.flac")
    for table in ("audios", "library_roots"):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608


def test_times_come_back_in_utc(engine: sa.Engine, catalogue: Catalogue) -> None:
    """A time in another zone is the same moment; one without a zone is refused."""
    zone = datetime.timezone(datetime.timedelta(hours=5))
    with catalogue.writing() as rows:
        file_id = add_file(rows, "a.flac")
        rows.files.mark_missing([file_id], NOW.astimezone(zone))
    with sa.orm.Session(engine) as session:
        found = session.get_one(FileRow, file_id).missing_since
    assert found == NOW
    assert found.tzinfo == datetime.UTC
    with pytest.raises(DatabaseProblem, match="zone"), catalogue.writing() as rows:
        rows.roots.add("/other", NOW.replace(tzinfo=None))


def test_foreign_errors_get_our_names(tmp_path: Path) -> None:
    """A file that is no database is a database problem; a full one is a full disk."""
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"this is no database at all, whatever its name says" * 100)
    broken = Catalogue(sqlite_url(path))
    with pytest.raises(DatabaseProblem):
        broken.migrate()
    broken.close()
    assert issubclass(DiskFull, AudioIdentError)
    with sqlite3.connect(tmp_path / "y.sqlite") as connection:
        connection.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.executescript("CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x)")
    connection.close()
    assert is_disk_full(caught.value)
    assert not is_disk_full(ValueError())


def test_copies_share_hash_and_audio(catalogue: Catalogue) -> None:
    """One hash may belong to several files: copies must be representable."""
    with catalogue.writing() as rows:
        ids = [add_file(rows, name) for name in ("a.flac", "b.flac")]
    with catalogue.reading() as rows:
        assert rows.files.with_hash("hash of d1") == ids
        assert rows.files.digest(ids[0]) == rows.files.digest(ids[1]) == "d1"


def test_a_stage_has_one_row_for_each_file(catalogue: Catalogue) -> None:
    """A later mark replaces the earlier one."""
    times = StageTimes(started_at=NOW, ended_at=None)
    with catalogue.writing() as rows:
        file_id = add_file(rows, "a.flac")
        for attempts in (1, 2):
            mark = StageMark(
                stage=Stage.INDEX, version="1", status=StageStatus.PENDING, attempts=attempts
            )
            rows.stages.save(file_id, mark, times)
    with catalogue.reading() as rows:
        assert rows.stages.of_file(file_id)[Stage.INDEX].attempts == 2
        assert rows.stages.pending() == {file_id: "d1"}


def test_tracks_are_found_by_words_in_tags_and_path(catalogue: Catalogue) -> None:
    """All words must occur somewhere; wildcards of the database are plain characters."""
    with catalogue.writing() as rows:
        rows.files.save_tags(add_file(rows, "a/1.flac"), Tags(title="Blue Sky", artist="Miles"))
        rows.files.save_tags(add_file(rows, "b/100%_2.flac"), Tags(title="Green"))
        add_file(rows, "c/3.flac")
    with catalogue.reading() as rows:

        def names(text: str) -> list[str]:
            return [track.path for track in rows.tracks.listed(TrackFilter(text=text))]

        assert names("blue MILES") == ["/music/a/1.flac"]
        assert names("0%_") == ["/music/b/100%_2.flac"]
        assert names("_") == ["/music/b/100%_2.flac"]
        assert names("blue green") == []
        assert len(names("")) == 3


def test_pages_of_tracks_join_without_gaps(catalogue: Catalogue) -> None:
    """Pages are in the order of the paths, and their count is that of all."""
    with catalogue.writing() as rows:
        for number in range(7):
            add_file(rows, f"{number}.flac")
    with catalogue.reading() as rows:
        pages = [rows.tracks.listed(TrackFilter(), offset, 3) for offset in (0, 3, 6)]
        assert [track.path for page in pages for track in page] == [
            f"/music/{number}.flac" for number in range(7)
        ]
        assert rows.tracks.count(TrackFilter()) == 7
