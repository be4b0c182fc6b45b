"""Groups of duplicates, the file to keep of each, and the script a person may run."""

import dataclasses
import os
import subprocess
from pathlib import Path

import pytest

from audio_ident.core.grouping import group_recordings
from audio_ident.core.keeper import Criterion, suggest_keeper
from audio_ident.library.duplicate_plan import plan_lines, shell_script
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Copy, DuplicateGroup, DuplicateVerdict, Kinship, Suggestion
from audio_ident.model.library import TrackId, whole_file_points
from audio_ident.model.tags import Tags
from audio_ident.units import seconds_to_ticks
from builders.duplicates import a_copy, a_decision, a_group, a_relation
from builders.reports import a_track

A, B, C = (AudioDigest(letter * 32) for letter in "abc")


def test_recordings_are_joined_by_chains_of_relations() -> None:
    """What is the same as the same is in one group; what stands alone stays alone."""
    relations = [a_relation(first=A, second=B), a_relation(first=B, second=C)]

    assert group_recordings([C, B, A], relations, []) == [(A, B, C)]
    assert group_recordings([A, C], relations, []) == [(A,), (C,)]


def test_contained_recordings_are_not_grouped() -> None:
    """A song and the mix that contains it are two recordings."""
    relation = a_relation(first=A, second=B, kinship=Kinship.CONTAINED_IN)

    assert group_recordings([A, B], [relation], []) == [(A,), (B,)]


def test_word_of_a_person_keeps_apart_also_by_way_of_others() -> None:
    """Two that are no duplicates are never in one group; the closer tie to a third holds."""
    relations = [
        a_relation(first=A, second=B, agreement=0.99),
        a_relation(first=B, second=C, agreement=0.95),
        a_relation(first=A, second=C, agreement=0.98),
    ]
    apart = a_decision(first=A, second=C)

    assert group_recordings([A, B, C], relations, [apart]) == [(A, B), (C,)]


def test_word_of_a_person_joins() -> None:
    """Duplicates that were missed are joined by a decision."""
    said = a_decision(first=A, second=B, verdict=DuplicateVerdict.DUPLICATE)

    assert group_recordings([A, B], [], [said]) == [(A, B)]


def of_length(copy: Copy, seconds: float) -> Copy:
    """The copy with another length."""
    points = whole_file_points(seconds_to_ticks(seconds))
    return dataclasses.replace(copy, track=dataclasses.replace(copy.track, points=points))


LOSSLESS = a_copy("lossless", "/music/z.flac", size_bytes=20_000_000)
LOSSY = a_copy("lossy", "/best/a.mp3", is_lossless=False, size_bytes=7_000_000, tag_count=9)


@pytest.mark.parametrize(
    ("order", "kept", "reason"),
    [
        (tuple(Criterion), "lossless", "lossless"),
        ((Criterion.TAGS, Criterion.LOSSLESS), "lossy", "tags: 9 fields are filled"),
        ((Criterion.FOLDER,), "lossy", "in a preferred folder"),
        ((Criterion.BIT_RATE,), "lossless", "bit rate: 886 kbit/s"),
        ((Criterion.BANDWIDTH,), "lossy", "all are alike; it is the first by name"),
        ((), "lossy", "all are alike; it is the first by name"),
    ],
)
def test_keeper_follows_the_order_that_was_set(
    order: tuple[Criterion, ...], kept: str, reason: str
) -> None:
    """The first criterion that tells the copies apart decides, and says so."""
    suggestion = suggest_keeper([LOSSLESS, LOSSY], order, ["/nowhere", "/best/"])

    assert suggestion == Suggestion(track_id=TrackId(kept), reasons=(reason,))


def test_complete_copy_is_kept_and_codec_padding_is_no_reason() -> None:
    """Ten seconds less is a reason, a tenth of a second is not."""
    whole, shorter = of_length(LOSSY, 180.0), of_length(LOSSLESS, 170.0)
    padded = of_length(LOSSLESS, 179.9)

    cut = suggest_keeper([whole, shorter], [Criterion.COMPLETE])
    same = suggest_keeper([whole, padded], [Criterion.COMPLETE, Criterion.LOSSLESS])

    assert (cut.track_id, cut.reasons) == ("lossy", ("complete: 180.0 s, others 170.0 s",))
    assert (same.track_id, same.reasons) == ("lossless", ("lossless",))


def test_bandwidth_tells_a_lossless_file_made_of_a_lossy_one() -> None:
    """The wider one is kept when bandwidth is known of all."""
    faked = a_copy("faked", digest=A)
    real = a_copy("real", "/music/real.mp3", digest=B)
    heard_hz = {A: 16_000.0, B: 20_000.0}

    suggestion = suggest_keeper([faked, real], tuple(Criterion), (), heard_hz.get)

    assert (suggestion.track_id, suggestion.reasons) == ("real", ("bandwidth: 20.0 kHz",))


def test_choice_of_a_person_beats_every_criterion() -> None:
    """Whoever chose a track sees it suggested."""
    suggestion = suggest_keeper([LOSSLESS, LOSSY], tuple(Criterion), kept=TrackId("lossy"))

    assert (suggestion.track_id, suggestion.reasons) == ("lossy", ("chosen by a person",))


AWKWARD = ['a\'b "c" $HOME `id`.mp3', "new\nline.mp3", "-rf.mp3", os.fsdecode(b"odd\xff\xfe.mp3")]


def group_of_files(folder: Path) -> DuplicateGroup:
    """A keeper and one copy of every awkward name, on disk."""
    copies = []
    for number, name in enumerate(["keeper.flac", *AWKWARD]):
        path = folder / name
        path.write_bytes(bytes(10 + number))
        status = path.stat()
        track = a_track(id=TrackId(f"t{number}"), path=str(path), tags=Tags())
        copy = a_copy(size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)
        copies.append(dataclasses.replace(copy, track=track))
    suggestion = Suggestion(track_id=TrackId("t0"), reasons=("lossless",))
    return a_group(copies=tuple(copies), suggestion=suggestion)


def run_script(group: DuplicateGroup, folder: Path, *options: str) -> str:
    """Write the script, run it, give what it said."""
    script = folder / "duplicates.sh"
    script.write_bytes(shell_script([group], str(folder / "my 'trash'")))
    done = subprocess.run(["sh", str(script), *options], capture_output=True, check=True)
    return os.fsdecode(done.stdout)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder for files of a group."""
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def names_in(folder: Path) -> set[str]:
    """Names of all files below a folder."""
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_script_only_tells_until_it_is_applied(music: Path, tmp_path: Path) -> None:
    """Without an option nothing changes, and every step is told."""
    said = run_script(group_of_files(music), tmp_path)

    assert names_in(music) == {"keeper.flac", *AWKWARD}
    assert said.count("move ") == len(AWKWARD)
    assert "nothing was changed" in said


def test_script_moves_copies_of_any_name_to_the_trash(music: Path, tmp_path: Path) -> None:
    """Quotes, newlines, dashes and odd bytes in names do no harm; the keeper stays."""
    run_script(group_of_files(music), tmp_path, "--apply")

    assert names_in(music) == {"keeper.flac"}
    assert names_in(tmp_path / "my 'trash'") == set(AWKWARD)


def test_script_deletes_only_when_told_twice(music: Path, tmp_path: Path) -> None:
    """`--delete` alone tells; with `--apply` the copies are gone."""
    group = group_of_files(music)
    run_script(group, tmp_path, "--delete")
    assert names_in(music) == {"keeper.flac", *AWKWARD}

    run_script(group, tmp_path, "--apply", "--delete")
    assert names_in(music) == {"keeper.flac"}
    assert not (tmp_path / "my 'trash'").exists()


def test_script_leaves_changed_files_alone(music: Path, tmp_path: Path) -> None:
    """A file of another size or time than it was heard with is not touched."""
    group = group_of_files(music)
    (music / AWKWARD[0]).write_bytes(b"another song")
    os.utime(music / AWKWARD[1], (1, 1))

    said = run_script(group, tmp_path, "--apply")

    assert names_in(music) == {"keeper.flac", *AWKWARD[:2]}
    assert said.count("not as it was") == 2


@pytest.mark.parametrize("is_gone", [True, False])
def test_script_leaves_copies_of_a_lost_keeper_alone(
    is_gone: bool, music: Path, tmp_path: Path
) -> None:
    """Nothing is moved for the sake of a file that is gone or changed."""
    group = group_of_files(music)
    (music / "keeper.flac").unlink()
    if not is_gone:
        (music / "keeper.flac").write_bytes(b"something else")

    said = run_script(group, tmp_path, "--apply")

    assert set(AWKWARD) <= names_in(music)
    assert said.count("its keeper is not as it was") == len(AWKWARD)


def test_script_overwrites_nothing_in_the_trash(music: Path, tmp_path: Path) -> None:
    """A file that lies in the trash under that name already stays."""
    group = group_of_files(music)
    target = Path(f"{tmp_path / chr(109)}y 'trash'{music}") / AWKWARD[0]
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")

    run_script(group, tmp_path, "--apply")

    assert target.read_bytes() == b"older"
    assert (music / AWKWARD[0]).exists()


def test_plan_names_every_file_and_what_becomes_of_it(music: Path) -> None:
    """One line for each file; names that are no UTF-8 survive."""
    lines = plan_lines([group_of_files(music)]).decode("ascii").splitlines()

    assert len(lines) == 1 + len(AWKWARD)
    assert '"action": "keep"' in lines[0]
    assert all('"action": "move"' in line for line in lines[1:])
    assert "\\udcff" in lines[-1]
