"""Vectors that are moved to a Qdrant server and back, interrupted on the way, and compared."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from audio_ident.errors import BadInput, LibraryLocked
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.vector_migration import copy_vectors
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.moves import VectorMoveSummary
from audio_ident.model.vectors import Entry, Passage, Space
from audio_ident.settings.model import Settings
from audio_ident.stores.lock import WriterLock
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.protocol import VectorIndex, VectorReader
from audio_ident.vibe_errors import VectorsUnreachable
from audio_ident.wiring.local import open_application
from audio_ident.wiring.parts import CLOCK
from audio_ident.wiring.vectors import open_vector_index, open_vector_reader
from builders.qdrant_stub import QdrantStub, running_stub
from builders.recordings import digest_of
from builders.vector_entries import OTHER_SPACE, SPACE, entry_of, passages_of

KEY = "key-of-the-server"


@pytest.fixture
def stub() -> Iterator[QdrantStub]:
    """A server without anything."""
    with running_stub(KEY) as running:
        yield running
        assert running.refused == []


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A library with two spaces in files."""
    settings = Settings(data_dir=tmp_path / "data")
    with open_application(settings) as application, application._catalogue.writing() as rows:
        for space in (SPACE, OTHER_SPACE):
            rows.spaces.save(space, CLOCK.now())
    with open_vector_index(settings, places_of(settings)) as index:
        index.put(SPACE, [entry_of(n, windows=n % 5) for n in range(230)])
        index.put(OTHER_SPACE, [entry_of(3, dimension=5)])
        index.publish()
    return settings.data_dir


def places_of(settings: Settings) -> LibraryPlaces:
    """Where the parts of a library lie."""
    return LibraryPlaces(data_directory=settings.data_dir)


def settings_of(data: Path, url: str = "") -> Settings:
    """Settings of a library whose vectors lie at an address."""
    return Settings(
        data_dir=data, qdrant_url=url, qdrant_api_key=SecretStr(KEY), qdrant_timeout_s=60
    )


def move(data: Path, to: str, url: str = "") -> VectorMoveSummary:
    """Move the vectors of a library, which lie at an address."""
    with open_application(settings_of(data, url)) as application:
        return application.move_vectors(to, lambda *_: None)


def contents(index: VectorReader, space: Space) -> dict[AudioDigest, list[int]]:
    """Starts of the windows of each recording."""
    digests = list(index.digests(space.id))
    held = index.windows_of(space.id, digests)
    return {digest: held[digest].start_ms.tolist() for digest in digests}


def test_there_and_back_everything_is_as_it_was(data: Path, stub: QdrantStub) -> None:
    """Every space and recording, also those without windows; rows know what is where."""
    there = move(data, stub.url)
    here, server = settings_of(data), settings_of(data, stub.url)
    with (
        open_vector_reader(here, places_of(here)) as files,
        open_vector_reader(server, places_of(server)) as moved,
    ):
        before = {space.id: contents(files, space) for space in (SPACE, OTHER_SPACE)}
        assert {space.id: contents(moved, space) for space in (SPACE, OTHER_SPACE)} == before
        name = moved.name
    with open_application(here) as application, application._catalogue.reading() as rows:
        stored = rows.vector_marks.stored(SpaceOfStore(space_id=SPACE.id, store=name))
    assert stored == [digest_of(n) for n in range(230) if n % 5]
    (data / "vectors").rename(data / "old")

    back = move(data, "files", stub.url)

    with open_vector_reader(here, places_of(here)) as files:
        assert {space.id: contents(files, space) for space in (SPACE, OTHER_SPACE)} == before
    assert there.spaces == back.spaces == {SPACE.id: 230, OTHER_SPACE.id: 1}
    assert there.copied == back.copied == 231
    assert "Set AUDIO_IDENT_QDRANT_URL" in there.next_step
    assert "Remove AUDIO_IDENT_QDRANT_URL" in back.next_step
    assert KEY not in repr((there, back))


def test_moving_again_copies_nothing(data: Path, stub: QdrantStub) -> None:
    """What is there with the same windows is passed by."""
    move(data, stub.url)
    sent = len(stub.bodies("PUT", "/points"))

    assert move(data, stub.url).copied == 0
    assert len(stub.bodies("PUT", "/points")) == sent


@pytest.mark.parametrize("to", ["files", "http://", "https://user:word@host", "http://a b"])
def test_what_is_no_place_to_move_to_is_refused(data: Path, to: str) -> None:
    """The files where they are, and what is no address, or one with a password."""
    with pytest.raises(BadInput):
        move(data, to)


def test_server_where_they_are_is_refused(data: Path, stub: QdrantStub) -> None:
    """Nothing is copied onto itself."""
    with pytest.raises(BadInput, match="already"):
        move(data, stub.url, stub.url)


def test_nobody_imports_meanwhile(data: Path, stub: QdrantStub) -> None:
    """The move has the right to write, or does not begin."""
    with WriterLock(data), pytest.raises(LibraryLocked):
        move(data, stub.url)


def known_passages(digests: Sequence[AudioDigest]) -> Mapping[AudioDigest, tuple[Passage, ...]]:
    """Passages of the recordings that have tracks."""
    return {digest: passages_of(int(digest, 16)) for digest in digests}


def copy(
    source: VectorReader, target: VectorIndex, told: list[tuple[int, int, str]] | None = None
) -> int:
    """How many recordings were copied."""
    [copied] = copy_vectors(
        source,
        target,
        [SPACE],
        passages_of=known_passages,
        on_progress=lambda *step: told.append(step) if told is not None else None,
        on_copied=lambda *_: None,
    )
    return copied.copied


class Breaking(ExactVectorIndex):
    """Takes so many recordings, then is not to be reached."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def put(self, space: Space, entries: Sequence[Entry]) -> None:  # type: ignore[override]
        """As ever, as long as it lasts."""
        self.left -= len(entries)
        if self.left < 0:
            raise VectorsUnreachable("gone")
        super().put(space, entries)


def test_copy_that_was_interrupted_goes_on() -> None:
    """What had arrived is not copied again, and progress tells all of it."""
    source, target = ExactVectorIndex(), Breaking(250)
    source.put(SPACE, [entry_of(n) for n in range(330)])
    with pytest.raises(VectorsUnreachable):
        copy(source, target)
    target.left = 1000
    told: list[tuple[int, int, str]] = []

    assert copy(source, target, told) == 130
    assert told[0] == (0, 330, SPACE.id)
    assert told[-1] == (330, 330, SPACE.id)
    assert contents(target, SPACE) == contents(source, SPACE)


def test_what_the_target_has_otherwise_is_put_right() -> None:
    """Recordings with other windows are replaced, those that the source has not are deleted."""
    source, target = ExactVectorIndex(), ExactVectorIndex()
    source.put(SPACE, [entry_of(1), entry_of(2)])
    target.put(SPACE, [entry_of(1, windows=2), entry_of(2), entry_of(3)])

    assert copy(source, target) == 1
    assert contents(target, SPACE) == contents(source, SPACE)


class Forgetful(ExactVectorIndex):
    """Says that it has put recordings, and keeps other vectors."""

    def put(self, space: Space, entries: Sequence[Entry]) -> None:  # type: ignore[override]
        """Turn them around."""
        turned = [
            dataclasses.replace(
                entry,
                windows=dataclasses.replace(
                    entry.windows, vectors=np.negative(entry.windows.vectors)
                ),
            )
            for entry in entries
        ]
        super().put(space, turned)


def test_copy_is_compared() -> None:
    """A target that holds something else at the end is told of."""
    source = ExactVectorIndex()
    source.put(SPACE, [entry_of(1)])

    with pytest.raises(VectorsUnreachable, match="not what was copied"):
        copy(source, Forgetful())
