"""What SQLite and PostgreSQL must do alike, whichever of them holds the catalogue."""

import datetime
import shutil
import threading
import traceback
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from audio_ident.core.tag_fields import tags_of
from audio_ident.errors import BadInput, DatabaseProblem
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import AudioFacts
from audio_ident.model.library import FileStamp, TrackId, whole_file_points
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.sessions import Profile
from audio_ident.model.tags import Tags
from audio_ident.stores.sql import migrate
from audio_ident.stores.sql.dialect import make_engine, sqlite_url
from audio_ident.stores.sql.files import Content
from audio_ident.stores.sql.revision import NEWEST_REVISION
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import Ticks
from builders.command import CONTEXT
from builders.postgresql import PostgresqlServer

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


class SqliteFiles:
    """Databases in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template"
        _migrate(sqlite_url(self._template).render_as_string())

    def make(self, name: str, *, is_migrated: bool) -> str:
        """Address of a new database."""
        path = self._folder / name
        if is_migrated:
            shutil.copy(self._template, path)
        return sqlite_url(path).render_as_string()


class EnglishServer:
    """Databases of a server that sorts as English people do."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        with server.connect() as connection:
            connection.execute(
                "CREATE DATABASE english TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
            )
        _migrate(server.create("english_template", "english"))

    def make(self, name: str, *, is_migrated: bool) -> str:
        """Address of a new database."""
        return self._server.create(name, "english_template" if is_migrated else "english")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> SqliteFiles | EnglishServer:
    """Where databases are made."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("databases"))
    return EnglishServer(request.getfixturevalue("postgresql"))


@pytest.fixture
def url(databases: SqliteFiles | EnglishServer) -> str:
    """Address of an empty database."""
    return databases.make(f"empty_{uuid.uuid4().hex}", is_migrated=False)


@pytest.fixture
def catalogue(databases: SqliteFiles | EnglishServer) -> Iterator[Catalogue]:
    """An empty catalogue."""
    catalogue = Catalogue(databases.make(f"migrated_{uuid.uuid4().hex}", is_migrated=True))
    yield catalogue
    catalogue.close()


def names_of_profiles(catalogue: Catalogue) -> list[str]:
    """Names in the order of the database."""
    with catalogue.reading() as rows:
        return [profile.name for profile in rows.profiles.all()]


def save_profile(catalogue: Catalogue, name: str) -> None:
    """Keep something small."""
    profile = Profile(
        name=name,
        folders=("/music",),
        parameters=ImportParameters(),
        created_at=NOW,
        last_used_at=None,
    )
    with catalogue.writing() as rows:
        rows.profiles.save(profile)


def test_the_tables_are_those_of_the_models(catalogue: Catalogue) -> None:
    """All migrations together make exactly the tables that the program uses."""
    with catalogue._engine.connect() as connection:
        assert migrate.find_differences(connection) == []


def test_reading_sees_one_moment(catalogue: Catalogue) -> None:
    """What others write meanwhile is seen by the next reading, not by this one."""
    save_profile(catalogue, "one")
    with catalogue.reading() as rows:
        before = len(rows.profiles.all())
        save_profile(catalogue, "two")
        after = len(rows.profiles.all())

    assert (before, after, len(names_of_profiles(catalogue))) == (1, 1, 2)


def test_writers_come_one_after_the_other(catalogue: Catalogue) -> None:
    """Whoever reads and then writes acts on what is true: no addition is lost."""

    def append() -> None:
        for _ in range(5):
            with catalogue.writing() as rows:
                count = len(rows.roots.all())
                rows.roots.add(f"/{count:03}", NOW)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with catalogue.reading() as rows:
        assert [root.path for root in rows.roots.all()] == [f"/{n:03}" for n in range(20)]


def test_text_is_sorted_by_its_bytes(catalogue: Catalogue) -> None:
    """The order is the same everywhere, whatever language the server speaks."""
    names = ["b", "B", "a", "Z", "ä", "Ä", "_", "10", "9"]
    for name in names:
        save_profile(catalogue, name)

    assert names_of_profiles(catalogue) == sorted(names, key=str.encode)


@pytest.mark.parametrize(
    ("text", "found"),
    [("MILES", True), ("Ölaf", True), ("ölaf", False), ("50%", True), ("5_%", False)],
)
def test_words_are_found_alike(catalogue: Catalogue, text: str, found: bool) -> None:
    """Case counts for letters beyond A to Z only; wildcards are plain characters."""
    with catalogue.writing() as rows:
        root = rows.roots.add("/music", NOW)
        audio_id = rows.audios.save(AudioDigest("a" * 32), FACTS)
        stamp = FileStamp(root_id=root.id, relative_path="a.flac", size=1, mtime_ns=2**62)
        file_id = rows.files.save(stamp, Content(audio_id=audio_id), NOW)
        rows.files.save_tags(file_id, Tags(title="Ölaf 50%", artist="Miles"))
        points = whole_file_points(Ticks(1000))
        rows.tracks.save_whole_file(file_id, TrackId("t"), points, NOW)
    with catalogue.reading() as rows:
        assert rows.tracks.count(TrackFilter(text=text)) == int(found)


ABSURD = {
    **{name: ["x" * 5000, "9" * 5000] for name in ("title", "artist", "date", "comment")},
    **{name: ["GB-AYE-69-00531-0000", "0" * 400] for name in ("isrcs", "musicbrainz_work_ids")},
    "musicbrainz_recording_id": [f"{uuid.UUID(int=1)}{'0' * 400}"],
    "musicbrainz_disc_id": ["x" * 400],
    "acoustid_id": ["x" * 37],
    "track": ["9999999999/99999999999999999999"],
    "disc": [f"{2**31}/{2**63}"],
    "replaygain_track_peak": ["nan", "1e400"],
    "replaygain_track_gain_db": ["inf", "-999999 dB"],
}
"""Claims of tags that no column is made for."""


def test_what_tags_claim_fits_into_both(catalogue: Catalogue) -> None:
    """Ids that are too long and numbers that are too large are left out before they are stored."""
    tags, problems = tags_of(ABSURD)
    with catalogue.writing() as rows:
        root = rows.roots.add("/music", NOW)
        audio_id = rows.audios.save(AudioDigest("a" * 32), FACTS)
        stamp = FileStamp(root_id=root.id, relative_path="a.flac", size=2**62, mtime_ns=2**62)
        file_id = rows.files.save(stamp, Content(audio_id=audio_id), NOW)
        rows.files.save_tags(file_id, tags)
        rows.tracks.save_whole_file(file_id, TrackId("t"), whole_file_points(Ticks(1000)), NOW)
    with catalogue.reading() as rows:
        (track,) = rows.tracks.listed(TrackFilter())

    assert track.tags == tags
    assert (tags.track_number, tags.disc_total, tags.isrcs) == (None, None, ())
    assert any("isrcs" in problem for problem in problems)


def test_beginnings_of_ids_are_compared_with_their_case(catalogue: Catalogue) -> None:
    """`LIKE` means the same everywhere."""
    with catalogue.reading() as rows:
        like = sa.literal("ABC").startswith("abc", autoescape=True)
        assert rows.roots._session.scalar(sa.select(sa.cast(like, sa.Integer))) == 0


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_one_of_them_refuses_is_refused_by_both(catalogue: Catalogue, text: str) -> None:
    """The database is not asked, and the transaction leaves nothing."""
    with pytest.raises(BadInput, match="character"), catalogue.writing() as rows:
        rows.roots.add("/music", NOW)
        rows.failures.all(code=text)

    with catalogue.reading() as rows:
        assert rows.roots.all() == []


def test_errors_do_not_show_what_was_to_be_stored(catalogue: Catalogue) -> None:
    """A refusal tells the rule, not the values."""
    save_profile(catalogue, "one")
    with pytest.raises(DatabaseProblem) as caught, catalogue.writing() as rows:
        rows.profiles._session.execute(
            sa.text("INSERT INTO profiles (name) VALUES (:name)"), {"name": "my secret"}
        )

    assert "profiles" in caught.value.fact
    assert "my secret" not in "".join(traceback.format_exception(caught.value))


def test_a_database_of_another_program_is_left_alone(url: str) -> None:
    """Tables that are not ours are no empty catalogue."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE customers (id INTEGER)")
    engine.dispose()
    catalogue = Catalogue(url)
    with pytest.raises(DatabaseProblem, match="another program: it has customers"):
        catalogue.migrate()
    catalogue.close()


def _migrate(url: str) -> None:
    catalogue = Catalogue(url)
    catalogue.migrate()
    assert catalogue.is_up_to_date()
    catalogue.close()


@pytest.mark.parametrize("revision", [None, "0005"])
def test_processes_that_upgrade_at_once_find_it_done(url: str, revision: str | None) -> None:
    """An empty database and an old one are brought up to date by one, and the others wait."""
    engine = make_engine(url)
    if revision:
        config = migrate._config()
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    processes = [CONTEXT.Process(target=_migrate, args=(url,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    with engine.connect() as connection:
        assert migrate.current_revision(connection) == NEWEST_REVISION
        assert migrate.find_differences(connection) == []
    engine.dispose()
