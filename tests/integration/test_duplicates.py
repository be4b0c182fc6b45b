"""Duplicates through a whole import: real files, real rows, and what people say of them."""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from audio_ident.errors import BadInput
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.kinship import DuplicateVerdict, Kinship
from audio_ident.settings.model import Settings
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.wiring.local import LocalApplication, open_application
from builders.databases import catalogue_setting, copy_library
from builders.encode import KINDS, encode
from builders.kinship import song

SECONDS = 30.0


def write(path: Path, sound: Mono, kind: str) -> None:
    """A file of that kind; the sound is mono at 16 kHz."""
    path.write_bytes(encode(sound[:, None], KINDS[kind], MONO_RATE_HZ))


@contextlib.contextmanager
def opened(data: Path) -> Iterator[LocalApplication]:
    """The application over a library."""
    with open_application(
        Settings(data_dir=data, workers=1, **catalogue_setting(data))
    ) as application:
        yield application


def bring_in(data: Path, folder: Path) -> None:
    """Import a folder; nothing fails."""
    with opened(data) as application:
        summary = application.queue.import_now([folder], lambda: False)
    assert summary.failures == ()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `music` and the library `data` that knows it; tests only read it."""
    home = tmp_path_factory.mktemp("duplicates")
    music = home / "music"
    music.mkdir()
    one, other = song(1, SECONDS), song(2, SECONDS)
    write(music / "one.flac", one, "flac")
    write(music / "one.mp3", one[MONO_RATE_HZ * 2 :], "mp3")
    shutil.copy(music / "one.flac", music / "again.flac")
    write(music / "other.flac", other, "flac")
    album = np.concatenate([song(3, SECONDS), other, song(4, 20.0)])
    write(music / "album.mp3", album.astype(np.float32), "mp3")
    bring_in(home / "data", music)
    return home


@pytest.fixture
def own(imported: Path, tmp_path: Path) -> Path:
    """A copy of the library that a test may change; the music stays where it is."""
    return copy_library(imported / "data", tmp_path / "data")


def names_of_groups(data: Path) -> list[tuple[str, ...]]:
    """Names of the files of every group."""
    with opened(data) as application:
        groups = application.duplicates.groups()
    return [tuple(Path(copy.track.path).name for copy in group.copies) for group in groups]


THE_GROUP = [("again.flac", "one.flac", "one.mp3")]


def paths(imported: Path, *names: str) -> Sequence[str]:
    """Paths of files of the folder."""
    return [str(imported / "music" / name) for name in names]


def test_import_finds_what_is_one_recording(imported: Path) -> None:
    """Copies and re-encodings are one group, with a lossless file to keep; others are not."""
    with opened(imported / "data") as application:
        (group,) = application.duplicates.groups()

    assert names_of_groups(imported / "data") == THE_GROUP
    assert group.kinship is Kinship.SAME_RECORDING
    assert Path(group.copies[0].track.path).name == "again.flac"
    assert group.suggestion.track_id == group.copies[0].track.id
    assert group.suggestion.reasons[0] == "lossless"


def test_import_finds_a_song_inside_an_album_file(imported: Path) -> None:
    """The song is told with its range in the album, and is in no group with it."""
    with opened(imported / "data") as application:
        (found,) = application.duplicates.containments()

    assert [Path(copy.track.path).name for copy in found.contained] == ["other.flac"]
    assert [Path(copy.track.path).name for copy in found.container] == ["album.mp3"]
    start_s = found.relation.spans[0].second_start_ticks / 28_224_000
    assert start_s == pytest.approx(SECONDS, abs=2.5)


def test_not_a_duplicate_survives_rescan_and_rebuild(imported: Path, own: Path) -> None:
    """What a person said holds after the files were scanned again and all was made anew."""
    with opened(own) as application:
        said = application.duplicates.decide(
            paths(imported, "one.flac", "one.mp3"), DuplicateVerdict.NOT_DUPLICATE, "test"
        )
    apart = [("again.flac", "one.flac")]
    assert len(said) == 1
    assert names_of_groups(own) == apart

    bring_in(own, imported / "music")
    with opened(own) as application:
        application.rebuild(on_progress=lambda _done, _total: None)

    assert names_of_groups(own) == apart


def test_undo_brings_the_group_back_and_keeps_the_history(own: Path) -> None:
    """The decisions that were made last are revoked together, not forgotten."""
    with opened(own) as application:
        duplicates = application.duplicates
        (group,) = duplicates.groups()
        said = duplicates.decide([group.id], DuplicateVerdict.NOT_DUPLICATE, "test")
        assert duplicates.groups() == ()
        revoked = duplicates.undo([])

        assert {d.id for d in revoked} == {d.id for d in said}
        assert all(d.revoked_at is not None for d in duplicates.decisions())
        with pytest.raises(BadInput, match="nothing to undo"):
            duplicates.undo([])
    assert names_of_groups(own) == THE_GROUP


def test_later_decision_replaces_an_earlier_one(imported: Path, own: Path) -> None:
    """Of two verdicts on a pair the later one holds."""
    with opened(own) as application:
        duplicates = application.duplicates
        pair = paths(imported, "one.flac", "other.flac")
        duplicates.decide(pair, DuplicateVerdict.DUPLICATE, "test")
        assert len(duplicates.groups()[0].copies) == 4
        duplicates.decide(pair, DuplicateVerdict.NOT_DUPLICATE, "test")

        assert len(duplicates.groups()[0].copies) == 3


def test_chosen_track_is_suggested(imported: Path, own: Path) -> None:
    """Who wants to keep the mp3 keeps the mp3."""
    with opened(own) as application:
        application.duplicates.decide(paths(imported, "one.mp3"), DuplicateVerdict.KEEP, "test")
        (group,) = application.duplicates.groups()

    assert group.suggestion.reasons == ("chosen by a person",)
    assert group.suggestion.track_id == group.copies[2].track.id


@pytest.mark.parametrize(
    ("references", "verdict"),
    [
        (["/nowhere.mp3"], DuplicateVerdict.KEEP),
        (["/nowhere.mp3", "/neither.mp3"], DuplicateVerdict.DUPLICATE),
    ],
)
def test_unknown_files_are_refused(
    references: list[str], verdict: DuplicateVerdict, imported: Path
) -> None:
    """Nothing can be said of what is not in the library."""
    with opened(imported / "data") as application, pytest.raises(BadInput, match="nowhere"):
        application.duplicates.decide(references, verdict, "test")


def test_rebuild_makes_the_same_relations(own: Path) -> None:
    """Relations are derived: made again from the stored analyses they are the same."""
    with opened(own) as application:
        before = application.duplicates.groups(), application.duplicates.containments()
        application.rebuild(on_progress=lambda _done, _total: None)
        after = application.duplicates.groups(), application.duplicates.containments()

    assert [g.relations for g in after[0]] == [g.relations for g in before[0]]
    assert after[1] == before[1]


def test_export_writes_a_plan_and_a_script_and_touches_no_music(
    imported: Path, tmp_path: Path
) -> None:
    """Only what is as close as asked for is in the plan."""
    with opened(imported / "data") as application:
        export = application.duplicates.export
        plan, script, groups = export(tmp_path / "out", tmp_path / "trash", Kinship.SAME_RECORDING)
        nothing = export(tmp_path / "none", tmp_path / "trash", Kinship.SAME_AUDIO)[2]

    assert (len(groups), len(plan.read_text().splitlines()), nothing) == (1, 3, ())
    assert script.read_text().count("\ntake_away ") == 2
    assert len(list((imported / "music").iterdir())) == 5


def test_relations_of_forgotten_audio_go(imported: Path, tmp_path: Path) -> None:
    """When no file holds a recording any more its relations are gone, decisions stay."""
    music, data = tmp_path / "music", tmp_path / "data"
    shutil.copytree(imported / "music", music)
    (music / "again.flac").unlink()
    bring_in(data, music)
    with opened(data) as application:
        said = application.duplicates.decide(
            [str(music / "one.mp3"), str(music / "other.flac")],
            DuplicateVerdict.NOT_DUPLICATE,
            "test",
        )
    shutil.copy(music / "album.mp3", music / "one.mp3")
    bring_in(data, music)

    assert names_of_groups(data) == [("album.mp3", "one.mp3")]
    with opened(data) as application:
        assert application.duplicates.decisions() == said


def test_indexed_recordings_of_the_running_import_are_known(imported: Path) -> None:
    """Everything was one import, so that relations were found before the index was published."""
    with contextlib.closing(SegmentIndexReader(imported / "data" / "index")) as reader:
        assert sum(int(alive.sum()) for alive in reader.snapshot().alive) == 4
