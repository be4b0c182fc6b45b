"""The index of vectors follows the library: what comes, what goes, what people say of it."""

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audio_ident.errors import AudioIdentError, DecodeFailed, DecodeTimeout
from audio_ident.ingest.filling import Filling
from audio_ident.ingest.space_choice import WantedSpaces
from audio_ident.ingest.tools import Stores
from audio_ident.ingest.vector_sources import FileVectors, Outcome
from audio_ident.library.edits import TrackEditor
from audio_ident.library.hiding import TrackHider
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Track
from audio_ident.model.vectors import Space, WindowVectors
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.vibe_errors import VectorsUnreachable
from builders.filling import (
    a_space,
    filling_of,
    held,
    import_sounds,
    sounding_stores,
    timbre_source,
)
from builders.wav import write_wav

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
TIMBRE = a_space()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """A library of twelve recordings, one of them in two files."""
    for seed in range(12):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed)
    write_wav(tmp_path / "music" / "0 again.wav", 0)
    made = sounding_stores(tmp_path / "data")
    import_sounds(tmp_path, made)
    yield made
    made.catalogue.close()


def tracks_of(stores: Stores) -> dict[str, Track]:
    """Tracks by the names of their files."""
    with stores.catalogue.reading() as rows:
        return {Path(t.path).name: t for t in rows.tracks.listed(TrackFilter())}


def entry_of(index: ExactVectorIndex, digest: AudioDigest, space: Space = TIMBRE) -> object:
    """What the index holds of a recording, as filters see it."""
    return index._entries[space.id][digest].passages


class NewIndex(ExactVectorIndex):
    """Another store."""

    name = "another"


@dataclasses.dataclass(slots=True)
class MadeUp:
    """Makes vectors of nothing, or fails as it is told."""

    space: Space
    outcome: Callable[[AudioDigest], AudioIdentError | None] = lambda _: None
    asked: list[AudioDigest] = dataclasses.field(default_factory=list)

    def make(
        self, digests: Sequence[AudioDigest], should_stop: Callable[[], bool]
    ) -> Iterator[tuple[AudioDigest, Outcome]]:
        """As `VectorSource.make`."""
        for digest in digests:
            if should_stop():
                return
            self.asked.append(digest)
            error = self.outcome(digest)
            yield digest, error or windows(int(digest[:8], 16), self.space.dimension)


def windows(seed: int, dimension: int) -> WindowVectors:
    """Two windows."""
    vectors = np.random.default_rng(seed).normal(size=(2, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return WindowVectors(
        vectors=vectors,
        start_ms=np.array([0, 5000], np.uint32),
        end_ms=np.array([10_000, 15_000], np.uint32),
    )


def test_every_recording_is_put_once_and_found_again(stores: Stores) -> None:
    """Its own windows are nearest to it; a second filling has nothing to do."""
    index = ExactVectorIndex()
    summary = filling_of(stores, index).fill()
    digests = {track.digest for track in tracks_of(stores).values()}
    assert len(digests) == 12
    assert held(index, TIMBRE) == digests
    assert [(space.put, space.failed) for space in summary.spaces] == [(12, 0)]
    for digest, found in index.windows_of(TIMBRE.id, digests).items():
        (best, *_) = index.search(TIMBRE.id, found.vectors, recordings=1)
        assert best.digest == digest

    again = filling_of(stores, index).fill()
    assert [space.put for space in again.spaces] == [0]
    assert (again.deleted, again.described, again.is_complete) == (0, 0, True)


def test_new_recordings_follow_and_those_that_left_go(stores: Stores, tmp_path: Path) -> None:
    """A file with other music is another recording; the old one is nowhere any more."""
    index = ExactVectorIndex()
    filling = filling_of(stores, index)
    filling.fill()
    gone = tracks_of(stores)["3.wav"].digest
    write_wav(tmp_path / "music" / "3.wav", 300)
    write_wav(tmp_path / "music" / "new.wav", 301)
    import_sounds(tmp_path, stores)
    summary = filling.fill()
    assert summary.deleted == 1
    assert held(index, TIMBRE) == {track.digest for track in tracks_of(stores).values()}
    assert gone not in held(index, TIMBRE)
    with stores.catalogue.reading() as rows:
        place = SpaceOfStore(space_id=TIMBRE.id, store=index.name)
        assert rows.vector_marks.marked(place, [gone]) == set()


def test_what_people_say_of_tracks_reaches_filters(stores: Stores) -> None:
    """An edit of artist, genre or year is seen by the index at the next filling."""
    index = ExactVectorIndex()
    filling = filling_of(stores, index)
    filling.fill()
    track = tracks_of(stores)["5.wav"]
    editor = TrackEditor(stores.catalogue, lambda: NOW)
    editor.edit(track.id, {"artist": "Sigur Rós", "genres": ("Post-Rock",), "date": "1999"}, "me")
    assert filling.fill().described == 1
    (passage,) = entry_of(index, track.digest)  # type: ignore[misc]
    assert (passage.artists, passage.genres, passage.year) == (("sigur ros",), ("post-rock",), 1999)
    assert (passage.tempo_bpm, passage.key) == (120.0, None)
    assert filling.fill().described == 0

    editor.undo(track.id)
    assert filling.fill().described == 1


def test_copies_are_one_passage_with_the_tracks_of_all(stores: Stores) -> None:
    """Hiding one takes it out of the passage, hiding both the recording out of the index."""
    index = ExactVectorIndex()
    filling = filling_of(stores, index)
    filling.fill()
    one, other = tracks_of(stores)["0.wav"], tracks_of(stores)["0 again.wav"]
    (passage,) = entry_of(index, one.digest)  # type: ignore[misc]
    assert set(passage.track_ids) == {one.id, other.id}

    hider = TrackHider(stores.catalogue, lambda: NOW)
    hider.hide(one.id, "me")
    filling.fill()
    (passage,) = entry_of(index, one.digest)  # type: ignore[misc]
    assert passage.track_ids == (other.id,)

    hider.hide(other.id, "me")
    assert filling.fill().deleted == 1
    assert one.digest not in held(index, TIMBRE)

    hider.restore(one.id)
    filling.fill()
    (passage,) = entry_of(index, one.digest)  # type: ignore[misc]
    assert passage.track_ids == (one.id,)


def test_a_recording_that_is_analysed_anew_gets_new_vectors(stores: Stores) -> None:
    """Whenever its analysis is stored again, whatever the clock says."""
    index = ExactVectorIndex()
    filling = filling_of(stores, index)
    filling.fill()
    digest = tracks_of(stores)["7.wav"].digest
    with stores.catalogue.writing() as rows:
        audio_id = rows.audios.save(digest, stores.artefacts.get(digest).facts)
        rows.audios.set_derived(audio_id, ("another", "1"), NOW)
    assert [space.put for space in filling.fill().spaces] == [1]


def test_a_new_space_answers_once_enough_is_in_it(stores: Stores) -> None:
    """Until then the one before it does; then the old one is emptied, and they never mix."""
    index = ExactVectorIndex()
    old, new = TIMBRE, a_space("timbre-other")
    filling_of(stores, index).fill()
    wanted = WantedSpaces(timbre=new)
    begun = MadeUp(new)
    stop_after(begun, 6, filling_of(stores, index, wanted, [begun]))
    assert active(stores) == old.id
    assert len(held(index, old)) == 12
    assert len(held(index, new)) == 6
    write = index.windows_of(old.id, held(index, old))
    assert set(write) == held(index, old)

    filling_of(stores, index, wanted, [MadeUp(new)]).fill()
    assert active(stores) == new.id
    assert (len(held(index, old)), len(held(index, new))) == (0, 12)
    with stores.catalogue.reading() as rows:
        assert rows.vector_marks.spaces_of(index.name) == {new.id}


def stop_after(source: MadeUp, recordings: int, filling: Filling) -> None:
    """Fill, and stop once so many recordings were made."""
    summary = filling.fill(lambda: len(source.asked) >= recordings)
    assert not summary.is_complete


def active(stores: Stores, embedder: str | None = None) -> str | None:
    """The space that answers."""
    with stores.catalogue.reading() as rows:
        known = rows.spaces.active(embedder)
    return None if known is None else known.space.id


def test_a_model_answers_before_the_built_in_space_and_rests_when_it_is_not_asked_for(
    stores: Stores,
) -> None:
    """Its vectors stay until another model has taken its place; both stay right meanwhile."""
    index = ExactVectorIndex()
    model, other = a_space("clap-a-1", "clap", 8), a_space("clap-b-1", "clap", 8)

    def fill(model_space: Space | None) -> None:
        wanted = WantedSpaces(timbre=TIMBRE, model=model_space)
        sources = [timbre_source(stores, TIMBRE)]
        filling_of(
            stores, index, wanted, [*sources, *([MadeUp(model_space)] if model_space else [])]
        ).fill()

    fill(model)
    assert (active(stores), active(stores, "timbre")) == (model.id, TIMBRE.id)
    fill(None)
    assert active(stores) == TIMBRE.id
    assert len(held(index, model)) == 12
    hidden = tracks_of(stores)["4.wav"]
    TrackHider(stores.catalogue, lambda: NOW).hide(hidden.id, "me")
    fill(None)
    assert hidden.digest not in held(index, model) | held(index, TIMBRE)

    fill(other)
    assert active(stores) == other.id
    assert (len(held(index, model)), len(held(index, other))) == (0, 11)


def test_in_another_store_the_built_in_space_answers_until_the_model_is_there(
    stores: Stores,
) -> None:
    """A model that answered from one store has nothing in a new one at first."""
    model = a_space("clap-a-1", "clap", 8)
    wanted = WantedSpaces(timbre=TIMBRE, model=model)
    before, after = ExactVectorIndex(), NewIndex()
    filling_of(stores, before, wanted, [timbre_source(stores, TIMBRE), MadeUp(model)]).fill()
    assert active(stores) == model.id

    filling_of(stores, after, wanted, [timbre_source(stores, TIMBRE)]).fill()
    assert active(stores) == TIMBRE.id
    filling_of(stores, after, wanted, [timbre_source(stores, TIMBRE), MadeUp(model)]).fill()
    assert active(stores) == model.id


def test_recordings_that_fail_are_tried_thrice_if_that_may_help(stores: Stores) -> None:
    """They count as covered, so that one broken file does not keep a model from answering."""
    index = ExactVectorIndex()
    model = a_space("clap-a-1", "clap", 8)
    wanted = WantedSpaces(timbre=TIMBRE, model=model)
    broken, late = tracks_of(stores)["1.wav"].digest, tracks_of(stores)["2.wav"].digest
    errors = {broken: DecodeFailed("no"), late: DecodeTimeout("too late")}
    source = MadeUp(model, errors.get)
    for _ in range(5):
        filling_of(stores, index, wanted, [source]).fill()
    assert (source.asked.count(broken), source.asked.count(late)) == (1, 3)
    assert active(stores) == model.id
    with stores.catalogue.reading() as rows:
        place = SpaceOfStore(space_id=model.id, store=index.name)
        assert rows.vector_marks.failures(place) == {"DECODE_ERROR": 1, "DECODE_TIMEOUT": 1}


def test_a_store_that_was_lost_is_filled_again(stores: Stores) -> None:
    """Rows say that everything is there; a look at a few recordings tells otherwise."""
    filling_of(stores, ExactVectorIndex()).fill()
    replaced = ExactVectorIndex()
    filling_of(stores, replaced).fill()
    assert len(held(replaced, TIMBRE)) == 12


def test_a_full_comparison_finds_what_a_glance_misses(stores: Stores) -> None:
    """What is lost comes back, what is strange goes."""
    index = ExactVectorIndex()
    filling = filling_of(stores, index)
    filling.fill()
    stranger = AudioDigest("f" * 32)
    known = sorted(held(index, TIMBRE))
    kept = index._entries[TIMBRE.id]
    kept[stranger] = dataclasses.replace(kept[known[0]], digest=stranger)
    del kept[known[-1]]
    filling.agree()
    filling.fill()
    assert sorted(held(index, TIMBRE)) == known


def test_likeness_is_measured_among_random_pairs(stores: Stores) -> None:
    """The same library gives the same numbers; a few recordings more change nothing."""
    filling_of(stores, ExactVectorIndex()).fill()
    quantiles, recordings = likeness(stores)
    assert recordings == 12
    assert list(quantiles) == sorted(quantiles)
    assert -1 <= quantiles[0] < quantiles[-1] <= 1


def likeness(stores: Stores) -> tuple[Sequence[float], int]:
    """What is remembered of the built-in space."""
    with stores.catalogue.reading() as rows:
        known = rows.spaces.find(TIMBRE.id)
    assert known is not None
    return known.likeness, known.likeness_recordings


def embed(path: Path) -> WindowVectors:
    """Make vectors of a file, as a worker does."""
    if path.name == "2.wav":
        raise DecodeFailed("no")
    if path.name == "4.wav":
        raise RuntimeError("a bug")
    return windows(len(path.read_bytes()), 8)


def test_vectors_of_files_are_made_in_workers(stores: Stores, tmp_path: Path) -> None:
    """A file that fails, or is not what was listened to, costs itself."""
    index = ExactVectorIndex()
    model = a_space("clap-a-1", "clap", 8)
    write_wav(tmp_path / "music" / "6.wav", 600, 900)
    (tmp_path / "music" / "0.wav").unlink()  # there is another file with this recording
    (tmp_path / "music" / "8.wav").unlink()
    with ThreadPoolExecutor(2) as pool:
        source = FileVectors(
            space=model,
            catalogue=stores.catalogue,
            pool=pool,
            embed=embed,
            files_at_once=3,
            end_calls=lambda: None,
        )
        wanted = WantedSpaces(timbre=TIMBRE, model=model)
        summary = filling_of(stores, index, wanted, [source]).fill()
    assert [(space.put, space.failed) for space in summary.spaces] == [(8, 4)]
    with stores.catalogue.reading() as rows:
        place = SpaceOfStore(space_id=model.id, store=index.name)
        assert rows.vector_marks.failures(place) == {
            "DECODE_ERROR": 1,
            "FILE_CHANGED_DURING_IMPORT": 2,
            "INTERNAL_ERROR": 1,
        }


def test_an_outage_undoes_nothing(stores: Stores) -> None:
    """What was put before stays; the next filling goes on."""

    class Flaky(ExactVectorIndex):
        is_out = True

        def publish(self) -> None:
            if self.is_out:
                raise VectorsUnreachable("no answer")

    index = Flaky()
    with pytest.raises(VectorsUnreachable):
        filling_of(stores, index).fill()
    index.is_out = False
    assert [space.put for space in filling_of(stores, index).fill().spaces] == [12]
