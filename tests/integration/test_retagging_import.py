"""Imports keep what files say of themselves, and read it again without decoding."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audio_ident.engines.tag_protocol import TagReading
from audio_ident.errors import FileUnreadable
from audio_ident.ingest.describe import FileDescriber
from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.tools import ImportOptions, Stores
from audio_ident.library.check import check
from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.model.library import FileStamp
from audio_ident.model.reports import FindingCode, ImportSummary, Reason
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.units import Ticks
from builders.importing import make_stores, make_tools
from builders.tagging import FULL, picture
from builders.wav import WavAnalyser, write_wav


@dataclasses.dataclass(frozen=True)
class Claiming:
    """A tag reader that says the same of every file."""

    tags: Tags
    version: int = 1
    unreadable: frozenset[str] = frozenset()

    def read(self, path: Path) -> TagReading:
        """Say it, or that a file cannot be read."""
        if path.name in self.unreadable:
            raise FileUnreadable(path.name)
        chapter = Chapter(source=ChapterSource.CHAPTERS, start_ticks=Ticks(0), title="c")
        return TagReading(tags=self.tags, chapters=(chapter,))


class Library:
    """A folder of music, stores, and importing."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.music = folder / "music"
        self.pool = pool
        self.stores = make_stores(folder / "data")
        self.decoded = folder / "decoded"

    def run(self, tags: Tags, version: str = "1", unreadable: str = "") -> ImportSummary:
        """Import with a tag reader of some version that cannot read files of one name."""
        versions = dataclasses.replace(self.stores.versions, tags=version)
        stores = dataclasses.replace(self.stores, versions=versions)
        claiming = Claiming(tags, unreadable=frozenset({unreadable}))
        tools = make_tools(stores, self.pool, WavAnalyser(log=self.decoded))
        tools = dataclasses.replace(tools, tag_reader=FileDescriber(claiming, stores.pictures))
        return import_folders([self.music], tools, ImportOptions())

    def findings(self) -> list[FindingCode]:
        """What a check finds."""
        stores: Stores = self.stores
        found = check(stores)
        return [finding.code for finding in found]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of two albums: one has a cover, the other a copy of its track."""
    with ThreadPoolExecutor(2) as pool:
        library = Library(tmp_path, pool)
        for name in ("a", "b"):
            (library.music / name).mkdir(parents=True)
        write_wav(library.music / "a/1.wav", seed=1)
        (library.music / "b/1.wav").write_bytes((library.music / "a/1.wav").read_bytes())
        (library.music / "a/cover.png").write_bytes(picture())
        yield library
        library.stores.catalogue.close()


def stamp(path: str) -> FileStamp:
    """What finds a file."""
    return FileStamp(root_id=1, relative_path=path, size=0, mtime_ns=0)


def test_everything_is_kept_and_copies_have_their_own_covers(library: Library) -> None:
    """Every claim comes back from the catalogue; a copy elsewhere lacks the cover beside."""
    summary = library.run(FULL)
    assert (summary.listened, summary.duplicates, summary.retagged) == (1, 1, 0)
    with library.stores.catalogue.reading() as rows:
        first, second = (rows.files.get_id(stamp(path)) for path in ("a/1.wav", "b/1.wav"))
        assert rows.files.tags(first) == rows.files.tags(second) == FULL
        assert [c.title for c in rows.descriptions.chapters(second)] == ["c"]
        assert [p.description for p in rows.descriptions.pictures(first)] == ["cover.png"]
        assert rows.descriptions.pictures(second) == ()
        listed = rows.tracks.listed(TrackFilter())
        assert listed[0].tags == dataclasses.replace(FULL, acoustid_fingerprint=None)
    assert library.findings() == []
    assert library.run(FULL).unchanged == 2


def test_a_newer_reader_reads_tags_again_without_decoding(library: Library) -> None:
    """Another version of the reader is a reason to read, not to listen."""
    library.run(Tags(title="old"))
    summary = library.run(Tags(title="new"), version="2")
    assert (summary.listened, summary.duplicates, summary.retagged) == (0, 0, 2)
    assert summary.by_reason == {Reason.TAGS: 2}
    assert summary.state == "completed"
    assert WavAnalyser(log=library.decoded).heard() == ["1.wav"]
    with library.stores.catalogue.reading() as rows:
        assert {track.tags.title for track in rows.tracks.listed(TrackFilter())} == {"new"}
    assert library.run(Tags(title="new"), version="2").unchanged == 2


def test_a_copy_of_a_file_with_old_tags_is_not_decoded(library: Library) -> None:
    """Its audio is known, and its tags are read anyway."""
    library.run(Tags(title="old"))
    (library.music / "b/2.wav").write_bytes((library.music / "a/1.wav").read_bytes())
    summary = library.run(Tags(title="new"), version="2")
    assert (summary.listened, summary.duplicates, summary.retagged) == (0, 1, 2)


def test_tags_that_cannot_be_read_again_cost_nothing_that_is_known(library: Library) -> None:
    """Audio, track and old tags stay; the file is tried again, a limited number of times."""
    library.run(Tags(title="old"))
    summary = library.run(Tags(title="new"), version="2", unreadable="1.wav")
    assert (summary.retagged, summary.failed) == (0, 2)
    with library.stores.catalogue.reading() as rows:
        assert [t.tags.title for t in rows.tracks.listed(TrackFilter())] == ["old", "old"]
    assert library.findings() == []
    assert library.run(Tags(title="new"), version="2").imported == 2
    with library.stores.catalogue.reading() as rows:
        assert {t.tags.title for t in rows.tracks.listed(TrackFilter())} == {"new"}


def test_a_lost_picture_is_made_again_without_decoding(library: Library) -> None:
    """The sweep notices it, and the same import reads the file again."""
    library.run(FULL)
    (sha256,) = library.stores.pictures.hashes()
    library.stores.pictures.delete(sha256)
    assert library.findings() == [FindingCode.PICTURE_MISSING]
    summary = library.run(FULL)
    assert (summary.listened, summary.retagged) == (0, 1)
    assert library.findings() == []
    assert library.stores.pictures.has(sha256)


def test_pictures_that_no_file_shows_are_removed(library: Library) -> None:
    """A cover that was taken away, and one that a killed import left, go with the next import."""
    library.run(FULL)
    left = "ab" * 32
    library.stores.pictures.put(left, {160: b"x"})
    assert library.findings() == [FindingCode.PICTURE_UNKNOWN]
    (library.music / "a/cover.png").unlink()
    library.run(FULL, version="2")
    assert list(library.stores.pictures.hashes()) == []
    assert library.findings() == []
