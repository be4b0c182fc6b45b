"""Files of the vector index: what becomes of damaged ones, which ones there are, what they hold."""

import mmap
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.vibe.timbre import SHIPPED, timbre_windows
from audio_ident.model.vectors import Entry, Where
from audio_ident.stores.vectors import scanning, space_writer
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.index_check import find_damaged_spaces, find_vector_problems
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader
from audio_ident.stores.vectors.recording_file import (
    Column,
    RecordingFile,
    digests_of,
    open_recordings,
)
from audio_ident.stores.vectors.space_files import Shelf, open_parts
from audio_ident.stores.vectors.space_manifest import MANIFEST_NAME, parse_manifest
from audio_ident.vibe_errors import VectorsCorrupt
from builders.recordings import digest_of
from builders.songs import heard_by, song
from builders.vectors import new_entry, new_space, random_vectors, whole_passage

SPACE = new_space()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[FileVectorIndex]:
    """An empty index in the folder of the test."""
    with closing(FileVectorIndex(tmp_path)) as opened:
        yield opened


def _fill(folder: Path, count: int = 20) -> None:
    with closing(FileVectorIndex(folder)) as index:
        passages = [(whole_passage(n, genres=("pop", "rock")),) for n in range(count)]
        index.put(SPACE, [new_entry(n, passages=own) for n, own in enumerate(passages)])
        index.publish()


def _ask(folder: Path) -> int:
    with closing(FileVectorReader(folder)) as reader:
        where = Where(genres=frozenset({"pop"}), without_tracks=frozenset({"track-3"}))
        reader.search(SPACE.id, random_vectors(1, 1), recordings=5, where=where)
        return len(reader.search(SPACE.id, random_vectors(1, 1), recordings=5))


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def _place_of(file: RecordingFile, column: Column) -> int:
    """First byte of a column in its file; the digests are the first column."""
    return mmap.PAGESIZE + int(column.ctypes.data - file.digests.ctypes.data)


def _files(folder: Path) -> list[Path]:
    return sorted((folder / SPACE.id).iterdir())


@pytest.mark.parametrize("name", ["manifest.json", "windows", "passages"])
def test_damage_anywhere_is_found(name: str, tmp_path: Path) -> None:
    """Whichever byte is wrong, the check names the file, and asking gives an answer or an error."""
    _fill(tmp_path)
    (path,) = [path for path in _files(tmp_path) if path.name.startswith(name)]
    sound = path.read_bytes()
    assert find_vector_problems(tmp_path) == ()

    used = [at for at in range(0, len(sound), 7) if at < 28 or sound[at - 1 : at + 2].strip(b"\0")]
    for at in used:
        _flip(path, at)
        problems = find_vector_problems(tmp_path)
        try:
            _ask(tmp_path)
        except VectorsCorrupt:
            assert problems
        path.write_bytes(sound)
    _flip(path, len(sound) - 2)

    assert path.name in find_vector_problems(tmp_path)[0] or "manifest" in name
    assert find_damaged_spaces(tmp_path) == {SPACE.id}


def test_damaged_columns_are_named(tmp_path: Path) -> None:
    """A damaged column of any group is found by its checksum."""
    _fill(tmp_path)
    for path in (path for path in _files(tmp_path) if path.suffix == ".vec"):
        sound = path.read_bytes()
        file = open_recordings(path)
        for group in file.groups.values():
            for column in group.columns.values():
                if column.size:
                    _flip(path, _place_of(file, column))
                    assert len(find_vector_problems(tmp_path)) == 1
                    path.write_bytes(sound)


@pytest.mark.parametrize("kept", [0, 10, 64, 200, -1])
def test_files_cut_short_are_errors(kept: int, tmp_path: Path) -> None:
    """What is missing at the end of a file is an error when it is opened, never half an answer."""
    _fill(tmp_path)
    for path in _files(tmp_path):
        sound = path.read_bytes()
        path.write_bytes(sound[:kept])
        with pytest.raises(VectorsCorrupt):
            _ask(tmp_path)
        with pytest.raises(VectorsCorrupt):
            FileVectorIndex(tmp_path).describe(digest_of(1), ())
        assert find_vector_problems(tmp_path)
        path.write_bytes(sound)

    assert _ask(tmp_path) == 5


def test_missing_files_are_errors(tmp_path: Path) -> None:
    """A file that is gone is named; an outage is never an empty answer."""
    _fill(tmp_path)
    for path in _files(tmp_path):
        path.rename(tmp_path / "away")
        with pytest.raises(VectorsCorrupt, match="missing"):
            _ask(tmp_path)
        with pytest.raises(VectorsCorrupt, match="missing"):
            FileVectorIndex(tmp_path).put(SPACE, [])
        assert "missing" in find_vector_problems(tmp_path)[0]
        (tmp_path / "away").rename(path)

    assert _ask(tmp_path) == 5


def test_newer_formats_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a later version are an error that says so."""
    for module in ("recording_file.FORMAT_VERSION", "space_manifest.FORMAT_VERSION"):
        with monkeypatch.context() as later:
            later.setattr(f"audio_ident.stores.vectors.{module}", 99)
            _fill(tmp_path)
        with pytest.raises(VectorsCorrupt, match="99"):
            _ask(tmp_path)
        shutil.rmtree(tmp_path)


def test_manifest_of_another_space_is_refused(tmp_path: Path) -> None:
    """A folder that was renamed is not taken for another space."""
    _fill(tmp_path)
    (tmp_path / SPACE.id).rename(tmp_path / "made-2")

    with (
        closing(FileVectorReader(tmp_path)) as reader,
        pytest.raises(VectorsCorrupt, match=SPACE.id),
    ):
        reader.search(new_space("made-2").id, random_vectors(1, 1), recordings=5)
    assert find_vector_problems(tmp_path)


def test_damaged_space_can_be_dropped_and_made_anew(index: FileVectorIndex, tmp_path: Path) -> None:
    """What cannot be opened can be forgotten, and others are not concerned."""
    other = new_space("made-2")
    with closing(FileVectorIndex(tmp_path)) as before:
        for space in (SPACE, other):
            before.put(space, [new_entry(1)])
        before.publish()
    (tmp_path / SPACE.id / "manifest.json").write_bytes(b"nothing")

    index.put(other, [new_entry(2)])
    index.drop(SPACE.id)
    index.put(SPACE, [new_entry(3)])
    index.publish()

    assert find_vector_problems(tmp_path) == ()
    assert list(index.digests(SPACE.id)) == [digest_of(3)]
    assert list(index.digests(other.id)) == [digest_of(1), digest_of(2)]


def test_reader_that_looked_away_mistakes_no_file_for_another(
    index: FileVectorIndex, tmp_path: Path
) -> None:
    """A space that was dropped and made anew has files of the same names, and is read anew."""
    index.put(SPACE, [new_entry(1)])
    index.publish()
    with closing(FileVectorReader(tmp_path)) as reader:
        old = reader.windows_of(SPACE.id, [digest_of(1)])[digest_of(1)]
        names = {path.name for path in _files(tmp_path)}
        index.drop(SPACE.id)
        index.put(SPACE, [new_entry(1, -old.vectors)])
        index.publish()
        new = reader.windows_of(SPACE.id, [digest_of(1)])[digest_of(1)]

    assert {path.name for path in _files(tmp_path)} == names
    assert (new.vectors == -old.vectors).all()


def test_damage_is_not_sealed_by_merging(index: FileVectorIndex, tmp_path: Path) -> None:
    """A damaged column stops the merge that would give it a new checksum."""
    index.put(SPACE, [new_entry(1)])
    index.publish()
    path = next(path for path in _files(tmp_path) if path.name.startswith("windows"))
    file = open_recordings(path)
    _flip(path, _place_of(file, file.groups["windows"].columns["codes"]))

    with pytest.raises(VectorsCorrupt, match="codes"):
        for number in range(10, 30):
            index.put(SPACE, [new_entry(number)])
            index.publish()


def test_names_that_lead_elsewhere_are_no_spaces(tmp_path: Path) -> None:
    """No name of a space leads out of the folder."""
    (tmp_path / "secret.txt").write_text("x")
    folder = tmp_path / "vectors"
    index = FileVectorIndex(folder)
    for name in ("..", ".", "", "a/b", "../x", "A", "a" * 65, "_dropped"):
        with pytest.raises(Exception, match="no name of a space"):
            index.put(new_space(name), [new_entry(1)])
        index.drop(new_space(name).id)
        index.delete(new_space(name).id, [digest_of(1)])
        assert list(index.digests(new_space(name).id)) == []
    assert (tmp_path / "secret.txt").exists()


def test_files_stay_few_and_dead_ones_go(index: FileVectorIndex, tmp_path: Path) -> None:
    """Many small publications are merged; replaced recordings take no space in the end."""
    for number in range(60):
        index.put(SPACE, [new_entry(number % 10)])
        index.publish()

    assert len(_files(tmp_path)) < 30
    assert list(index.digests(SPACE.id)) == [digest_of(n) for n in range(10)]
    index.delete(SPACE.id, [digest_of(n) for n in range(10)])
    index.publish()
    assert [path.name for path in _files(tmp_path)] == ["manifest.json"]


def test_describing_writes_no_vectors(index: FileVectorIndex, tmp_path: Path) -> None:
    """New passages leave the files of windows as they are."""
    index.put(SPACE, [new_entry(number) for number in range(20)])
    index.publish()
    before = [path for path in _files(tmp_path) if path.name.startswith("windows")]

    for number in range(20):
        index.describe(digest_of(number), (whole_passage(number, year=1999),))
    index.publish()

    assert [path for path in _files(tmp_path) if path.name.startswith("windows")] == before
    where = Where(years=(1999, 1999))
    assert len(index.search(SPACE.id, random_vectors(1, 1), recordings=99, where=where)) == 20


def test_nothing_changed_writes_nothing(index: FileVectorIndex, tmp_path: Path) -> None:
    """Publishing, deleting and describing what is not there leave the files alone."""
    index.put(SPACE, [new_entry(1)])
    index.publish()
    before = {path: path.stat().st_mtime_ns for path in _files(tmp_path)}

    index.publish()
    index.delete(SPACE.id, [digest_of(500)])
    index.describe(digest_of(500), ())
    index.publish()

    assert {path: path.stat().st_mtime_ns for path in _files(tmp_path)} == before


def test_much_at_once_becomes_files_before_it_is_published(
    index: FileVectorIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in memory is bounded, and what is in files already is unseen until published."""
    monkeypatch.setattr(space_writer, "MOST_PENDING_BYTES", 1000)
    index.put(SPACE, [new_entry(number) for number in range(200)])

    assert len(_files(tmp_path)) > 10
    assert list(index.digests(SPACE.id)) == []
    index.publish()
    assert len(list(index.digests(SPACE.id))) == 200
    assert len(_files(tmp_path)) < 20


def _made_music(number: int) -> Entry:
    is_major = number % 2 == 0
    sound = song(80 + number, number % 12, is_major=is_major, seed=number, seconds=12)
    windows = timbre_windows(heard_by(Descriptors(), sound), SHIPPED, 0.25)
    return Entry(digest=digest_of(number), windows=windows, passages=())


def test_real_descriptors_are_found_as_exactly(
    index: FileVectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the ten nearest of made music at least 98 of 100 are found, with few to choose from."""
    space = new_space("timbre", dimension=118)
    entries = [_made_music(number) for number in range(40)]
    monkeypatch.setattr(scanning, "OVERSAMPLING", 1)
    monkeypatch.setattr(scanning, "EXTRA", 5)
    oracle = ExactVectorIndex()
    for each in (index, oracle):
        each.put(space, entries)
        each.publish()

    found = 0
    for entry in entries:
        query = entry.windows.vectors[:1]
        answers = [each.search(space.id, query, recordings=10) for each in (index, oracle)]
        found += len({h.digest for h in answers[0]} & {h.digest for h in answers[1]})

    assert found >= 0.98 * 10 * len(entries)


def test_merging_waits_for_room(tmp_path: Path) -> None:
    """A file that is mostly dead stays until there is space to write what is left of it."""
    with closing(FileVectorIndex(tmp_path)) as index:
        index.put(SPACE, map(new_entry, range(5)))
        index.publish()
    folder = tmp_path / SPACE.id
    path = folder / MANIFEST_NAME
    shelf = Shelf(open_parts(folder, parse_manifest(path, path.read_bytes()).windows, {}))
    assert shelf.bury(digests_of(sorted(new_entry(number).digest for number in range(4))))
    (before,) = shelf.held()

    shelf.tidy(lambda: folder / "windows-9.vec", lambda: 0)
    (waiting,) = shelf.held()
    shelf.tidy(lambda: folder / "windows-9.vec", lambda: 1 << 30)
    (merged,) = shelf.held()

    assert (waiting, len(waiting.dead)) == (before, 4)
    assert (merged.file_name, merged.dead) == ("windows-9.vec", ())
