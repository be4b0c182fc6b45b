"""Imports of real folders into a real database, with a small analyser."""

# mypy: disable-error-code="no-untyped-call"

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mutagen
import mutagen.id3
import pytest

from audio_ident.errors import BadInput, DiskFull
from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.tools import ImportOptions, Stores
from audio_ident.library.check import check
from audio_ident.library.tracks import list_tracks
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.library import FileState, Stage, StageStatus, Track
from audio_ident.model.reports import ImportProgress, ImportSummary, Phase, Reason
from audio_ident.model.sessions import SessionState
from audio_ident.stores.sql.tracks import TrackFilter
from builders.importing import FolderArtefacts, FolderIndex, make_stores, make_tools
from builders.wav import WavAnalyser, write_wav


class Workshop:
    """A music folder, a data directory and a thread pool."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.music = folder / "music"
        self.music.mkdir()
        self.data = folder / "data"
        self.stores: Stores = make_stores(self.data)
        self.analyser = WavAnalyser(log=folder / "log")
        self.pool = pool

    def run(self, options: ImportOptions | None = None, **more: object) -> ImportSummary:
        """Import the music folder."""
        tools = make_tools(self.stores, self.pool, self.analyser)
        return import_folders([self.music], tools, options or ImportOptions(), **more)  # type: ignore[arg-type]

    def tracks(self, text: str = "") -> tuple[Track, ...]:
        """Tracks that are listed."""
        return list_tracks(self.stores.catalogue, TrackFilter(text=text)).tracks

    def findings(self) -> list[str]:
        """What a check finds."""
        found = check(
            self.stores,
            reads_artefacts=True,
        )
        return [finding.code for finding in found]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    """An empty workshop."""
    with ThreadPoolExecutor(2) as pool:
        workshop = Workshop(tmp_path, pool)
        yield workshop
        workshop.stores.catalogue.close()


def test_a_folder_becomes_tracks_artefacts_and_index_entries(shop: Workshop) -> None:
    """Every file is listened to once, and all stores agree afterwards."""
    for seed in range(5):
        write_wav(shop.music / f"album {seed % 2}" / f"{seed}.wav", seed, 800 + seed)
    summary = shop.run()
    assert summary.state == SessionState.COMPLETED
    assert (summary.found, summary.listened, summary.failed) == (5, 5, 0)
    assert summary.by_reason == {Reason.NEW: 5}
    assert summary.audio_s == pytest.approx(sum(800 + seed for seed in range(5)) / 8000)
    tracks = shop.tracks()
    assert [Path(track.path).name for track in tracks] == [f"{n}.wav" for n in (0, 2, 4, 1, 3)]
    assert {track.digest for track in tracks} == shop.stores.index.digests()
    assert shop.findings() == []


def test_an_unchanged_folder_needs_no_work(shop: Workshop) -> None:
    """The second import hands nothing to the pool."""
    write_wav(shop.music / "a.wav", 1)
    shop.run()
    shop.pool.shutdown()  # whatever is handed to it now raises
    summary = shop.run()
    assert (summary.found, summary.unchanged, summary.imported) == (1, 1, 0)


def test_copies_are_listened_to_once(shop: Workshop) -> None:
    """Byte-identical files are one analysis and two file rows, now and in later imports."""
    write_wav(shop.music / "a.wav", 1)
    shutil.copy(shop.music / "a.wav", shop.music / "b.wav")
    write_wav(shop.music / "same size.wav", 2)
    first = shop.run()
    assert (first.listened, first.duplicates) == (2, 1)
    shutil.copy(shop.music / "a.wav", shop.music / "later.wav")
    second = shop.run()
    assert (second.listened, second.duplicates) == (0, 1)
    assert len(shop.analyser.heard()) == 2
    tracks = shop.tracks()
    assert len(tracks) == len({track.id for track in tracks}) == 4
    assert len({track.digest for track in tracks}) == 2
    assert shop.findings() == []


def test_a_moved_file_is_not_listened_to_again(shop: Workshop) -> None:
    """A renamed file keeps its track and needs no work at all."""
    write_wav(shop.music / "a.wav", 1)
    shop.run()
    track_id = shop.tracks()[0].id
    (shop.music / "a.wav").rename(shop.music / "b.wav")
    summary = shop.run()
    assert (summary.moved, summary.listened, summary.missing) == (1, 0, 0)
    assert [(Path(track.path).name, track.id) for track in shop.tracks()] == [("b.wav", track_id)]
    assert shop.run().unchanged == 1


def test_a_retagged_file_shares_the_audio_and_keeps_its_track(shop: Workshop) -> None:
    """New tags are read; audio, track id and index entry stay."""
    write_wav(shop.music / "a.wav", 1)
    shop.run()
    before = shop.tracks()[0]
    tagged: Any = mutagen.File(shop.music / "a.wav")
    tagged.add_tags()
    tagged.tags.add(mutagen.id3.TIT2(encoding=3, text="Été"))
    tagged.save()
    summary = shop.run()
    after = shop.tracks()[0]
    assert summary.by_reason == {Reason.CHANGED: 1}
    assert (after.id, after.digest, after.tags.title) == (before.id, before.digest, "Été")
    assert shop.findings() == []


def test_other_content_under_the_same_name_replaces_the_audio(shop: Workshop) -> None:
    """What no file holds any more leaves index and artefacts; the track keeps its id."""
    write_wav(shop.music / "a.wav", 1)
    shop.run()
    before = shop.tracks()[0]
    write_wav(shop.music / "a.wav", 2, 900)
    shop.run()
    after = shop.tracks()[0]
    assert after.id == before.id
    assert shop.stores.index.digests() == {after.digest} != {before.digest}
    assert shop.findings() == []


def test_a_vanished_file_is_kept_and_comes_back(shop: Workshop) -> None:
    """Absence hides a track; the return of the file shows it again, without listening."""
    write_wav(shop.music / "a.wav", 1)
    write_wav(shop.music / "z.wav", 2, 900)
    shop.run()
    track_id, other_id = (track.id for track in shop.tracks())
    hidden = shop.music.parent / "a.wav"
    (shop.music / "a.wav").rename(hidden)
    assert shop.run().missing == 1
    assert [track.id for track in shop.tracks()] == [other_id]
    assert shop.run().missing == 0
    hidden.rename(shop.music / "a.wav")
    assert shop.run().reappeared == 1
    assert [track.id for track in shop.tracks()] == [track_id, other_id]
    assert shop.analyser.heard() == ["a.wav", "z.wav"]


def test_failures_are_remembered_and_not_repeated(shop: Workshop) -> None:
    """A file that cannot be decoded fails alone, stays failed, and is retried only on demand."""
    write_wav(shop.music / "broken.wav", 1)
    write_wav(shop.music / "bug.wav", 2, 900)
    write_wav(shop.music / "good.wav", 3, 1000)
    first = shop.run()
    assert first.state == SessionState.COMPLETED
    assert {failure.code for failure in first.failures} == {"DECODE_ERROR", "INTERNAL_ERROR"}
    assert len(shop.tracks()) == 1
    second = shop.run()
    assert (second.failed, second.known_failures, second.unchanged) == (0, 2, 1)
    assert shop.run(ImportOptions(retry_failed=True)).by_reason == {Reason.RETRY: 2}
    with shop.stores.catalogue.reading() as rows:
        assert len(rows.sessions.errors(first.session_id)) == 2
        assert rows.stages.count()[(Stage.ANALYSIS, StageStatus.FAILED)] == 2


def test_a_touched_file_is_not_listened_to_again(shop: Workshop) -> None:
    """A new time on the same bytes costs a hash, and nothing changes but the time."""
    write_wav(shop.music / "a.wav", 1)
    shop.run()
    before = shop.tracks()
    os.utime(shop.music / "a.wav", ns=(0, 0))
    summary = shop.run()
    assert (summary.by_reason, summary.listened) == ({Reason.CHANGED: 1}, 0)
    assert shop.run().unchanged == 1
    assert shop.tracks() == before


def test_a_changed_file_that_fails_gives_up_its_audio(shop: Workshop) -> None:
    """What is no longer on disk is no longer named; a repaired file gets its track id back."""
    path = write_wav(shop.music / "a.wav", 1)
    shop.run()
    track_id = shop.tracks()[0].id
    whole = path.read_bytes()
    path.write_bytes(b"no longer music")
    assert shop.run().failed == 1
    assert shop.tracks() == ()
    assert shop.stores.index.digests() == frozenset()
    assert shop.findings() == []
    path.write_bytes(whole)
    assert shop.run().imported == 1
    assert [track.id for track in shop.tracks()] == [track_id]
    assert shop.findings() == []


def test_a_failing_file_with_an_odd_name_is_reported(shop: Workshop) -> None:
    """Bytes that are no UTF-8 reach neither database nor terminal."""
    write_wav(shop.music / "x.wav", 1).rename(shop.music / os.fsdecode(b"broken \xff.wav"))
    summary = shop.run()
    assert summary.failures[0].path.endswith("broken \ufffd.wav")
    with shop.stores.catalogue.reading() as rows:
        (entry,) = rows.sessions.errors(summary.session_id)
    assert "broken \ufffd.wav" in entry.fact


def test_a_file_that_fails_takes_its_copies_along(shop: Workshop) -> None:
    """What is wrong with the bytes is wrong with every copy, and is found out once."""
    write_wav(shop.music / "broken.wav", 1)
    shutil.copy(shop.music / "broken.wav", shop.music / "broken copy.wav")
    assert shop.run().failed == 2
    assert len(shop.analyser.heard()) == 1


def test_a_new_algorithm_version_listens_again(shop: Workshop, tmp_path: Path) -> None:
    """A stale version puts the file on the work list; track and audio stay the same."""
    write_wav(shop.music / "a.wav", 1)
    shop.run()
    before = shop.tracks()
    shop.stores.catalogue.close()
    shop.stores = make_stores(tmp_path / "data", version=2)
    shop.analyser = WavAnalyser(log=tmp_path / "log", version=2)
    assert shop.run().by_reason == {Reason.STALE: 1}
    assert shop.tracks() == before
    assert shop.run().unchanged == 1


def test_what_the_stores_lost_is_made_again(shop: Workshop) -> None:
    """A lost index entry comes back from its artefact, a lost artefact by listening."""
    for seed in (1, 2):
        write_wav(shop.music / f"{seed}.wav", seed, 800 + seed)
    shop.run()
    one, two = sorted(shop.stores.index.digests())
    shop.stores.index.delete(one)
    shop.stores.artefacts.delete(two)
    assert shop.findings() == ["ARTEFACT_MISSING", "NOT_INDEXED"]
    summary = shop.run()
    assert summary.by_reason == {Reason.UNFINISHED: 1}
    assert shop.findings() == []


def test_warnings_are_remembered(shop: Workshop) -> None:
    """A file that was used in part is imported, and what is wrong with it can be read."""
    write_wav(shop.music / "partial.wav", 1)
    summary = shop.run()
    assert (summary.imported, summary.warnings) == (1, 1)
    with shop.stores.catalogue.reading() as rows:
        entry = rows.sessions.errors(summary.session_id)[0]
    assert (entry.code, entry.severity) == ("DECODE_PARTIAL", "warn")


def test_stopping_ends_the_import_and_the_next_one_goes_on(shop: Workshop) -> None:
    """Files that were begun are finished; the rest is done by the next import."""
    for seed in range(12):
        write_wav(shop.music / f"{seed}.wav", seed, 800 + seed)
    seen: list[ImportProgress] = []

    def stop_soon() -> bool:
        return bool(seen) and seen[-1].files_done >= 3

    summary = shop.run(
        ImportOptions(files_at_once=1, progress_interval_s=0),
        on_progress=seen.append,
        should_stop=stop_soon,
    )
    assert summary.state == SessionState.CANCELLED
    assert 3 <= summary.imported < 12
    assert shop.findings() == []
    assert shop.run().imported == 12 - summary.imported
    assert len(shop.analyser.heard()) == 12


def test_progress_only_ever_grows_and_ends_complete(shop: Workshop) -> None:
    """Watchers see every phase, counts that never fall, and all files done at the end."""
    for seed in range(4):
        write_wav(shop.music / f"{seed}.wav", seed)
    seen: list[ImportProgress] = []
    shop.run(ImportOptions(progress_interval_s=0), on_progress=seen.append)
    assert list(dict.fromkeys(progress.phase for progress in seen)) == list(Phase)
    done = [progress.files_done for progress in seen]
    assert done == sorted(done)
    assert (seen[-1].files_done, seen[-1].bytes_done) == (4, seen[-1].bytes_total)


def test_a_full_disk_ends_the_import_and_keeps_what_is_done(shop: Workshop) -> None:
    """The error is raised and remembered; finished files stay; the next import goes on."""

    class FillingArtefacts(FolderArtefacts):
        def put(self, analysis: Analysis) -> None:
            if len(self.digests()) == 2:
                raise DiskFull("no space left")
            super().put(analysis)

    for seed in range(4):
        write_wav(shop.music / f"{seed}.wav", seed, 800 + seed)
    sound = shop.stores
    filling = FillingArtefacts(shop.data / "artefacts")
    shop.stores = dataclasses.replace(sound, artefacts=filling)
    with pytest.raises(DiskFull):
        shop.run()
    shop.stores = sound
    with sound.catalogue.reading() as rows:
        assert [state for _, state in rows.sessions.states()] == [SessionState.FAILED]
        assert rows.stages.count()[(Stage.INDEX, StageStatus.READY)] == 2
    assert shop.run().imported == 2
    assert shop.findings() == []


def test_folders_of_one_library_never_overlap(shop: Workshop) -> None:
    """Importing a folder inside a root, and a folder around it, finds each file once."""
    write_wav(shop.music / "in" / "a.wav", 1)
    write_wav(shop.music / "out.wav", 2, 900)
    tools = make_tools(shop.stores, shop.pool, shop.analyser)
    for folders in ([shop.music / "in"], [shop.music], [shop.music / "in", shop.music]):
        import_folders(folders, tools, ImportOptions())
    (shop.music / "out.wav").unlink()
    assert import_folders([shop.music / "in"], tools, ImportOptions()).missing == 0
    assert import_folders([shop.music], tools, ImportOptions()).missing == 1
    with shop.stores.catalogue.reading() as rows:
        assert rows.files.count() == {FileState.PRESENT: 1, FileState.MISSING: 1}
        assert len(rows.roots.all()) == 2


def test_what_is_no_folder_of_music_is_refused(shop: Workshop) -> None:
    """A missing folder, a file and a system folder are refused before anything is done."""
    tools = make_tools(shop.stores, shop.pool, shop.analyser)
    file = write_wav(shop.music / "a.wav", 1)
    for folder in (shop.music / "none", file, Path("/"), Path("/proc/self")):
        with pytest.raises(BadInput):
            import_folders([folder], tools, ImportOptions())
    with shop.stores.catalogue.reading() as rows:
        assert rows.roots.all() == []
        assert rows.sessions.states() == []


def test_names_that_are_no_utf8_survive(shop: Workshop) -> None:
    """A file is found again by its exact bytes and shown with replacement characters."""
    name = os.fsdecode(b"caf\xe9 \xff.wav")
    write_wav(shop.music / "a.wav", 1).rename(shop.music / name)
    assert shop.run().imported == 1
    track = shop.tracks()[0]
    assert Path(track.path).read_bytes()
    assert Path(track.path).name == name
    assert shop.run().unchanged == 1
    assert shop.tracks("CAF")[0].id == track.id


class Died(BaseException):
    """The process ends here: nothing below may clean up."""


class FatalStore:
    """Does something to a store, and dies just before or just after."""

    def __init__(self, *, is_done: bool) -> None:
        self._is_done = is_done

    def __call__(self, action: Callable[[], None]) -> None:
        """Do it or not, and die."""
        if self._is_done:
            action()
        raise Died


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["put", "add"])
def test_dying_between_two_stores_is_mended(shop: Workshop, step: str, is_done: bool) -> None:
    """Wherever between row, artefact, index and `ready` an import dies, the next one mends it."""
    die = FatalStore(is_done=is_done)

    class Artefacts(FolderArtefacts):
        def put(self, analysis: Analysis) -> None:
            if step == "put":
                die(lambda: FolderArtefacts.put(self, analysis))
            super().put(analysis)

    class Index(FolderIndex):
        def add(self, digest: AudioDigest, landmarks: Landmarks) -> None:
            if step == "add":
                die(lambda: FolderIndex.add(self, digest, landmarks))
            super().add(digest, landmarks)

    write_wav(shop.music / "a.wav", 1)
    sound = shop.stores
    shop.stores = dataclasses.replace(
        sound, artefacts=Artefacts(shop.data / "artefacts"), index=Index(shop.data / "index")
    )
    with pytest.raises(Died):
        shop.run()
    shop.stores = sound
    assert "UNFINISHED" in shop.findings()
    summary = shop.run()
    needs_listening = step == "put" and not is_done
    assert summary.by_reason == ({Reason.UNFINISHED: 1} if needs_listening else {})
    assert shop.findings() == []
    assert len(shop.tracks()) == 1
    with sound.catalogue.reading() as rows:
        states = [state for _, state in rows.sessions.states()]
    assert states == [SessionState.INTERRUPTED, SessionState.COMPLETED]


def test_what_cannot_be_looked_at_is_not_missing(shop: Workshop) -> None:
    """What lay behind a link that is broken now is unknown, not gone."""
    write_wav(shop.music / ".hidden" / "a.wav", 1)
    (shop.music / "link").symlink_to(shop.music / ".hidden")
    assert shop.run().found == 1
    (shop.music / ".hidden").rename(shop.music / ".unplugged")
    summary = shop.run()
    assert (summary.missing, summary.state) == (0, SessionState.COMPLETED)
    assert len(shop.tracks()) == 1
