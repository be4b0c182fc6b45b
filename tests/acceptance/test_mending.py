"""Damage is told and mended with the real command line."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from builders.collection import PIECES, Collection, sound_of, write_clip
from builders.command import ROOT, run, run_afresh
from builders.databases import sqlite_only


@pytest.fixture
def clip(collection: Collection, tmp_path: Path) -> Path:
    """Clip of the second piece."""
    return write_clip(tmp_path / "clip.wav", sound_of(collection.pieces[1], 5.0, 5.0))


def findings_of(library: Path, *options: str) -> dict[str, dict[str, str]]:
    """What `check` finds, by subject."""
    ending = run(library, "check", "--json", *options)
    assert ending.code == (1 if ending.document["findings"] else 0)
    return {finding["subject"]: finding for finding in ending.document["findings"]}


def flip_bit(path: Path, place: float) -> None:
    """Damage a file near a place from 0 (start) to 1 (end), but not the padding between arrays."""
    content = bytearray(path.read_bytes())
    start = int(place * (len(content) - 1))
    around = [*range(start, len(content)), *reversed(range(start))]
    content[next(number for number in around if content[number])] ^= 0x20
    path.write_bytes(content)


def segment_of(library: Path) -> Path:
    """The only segment file of a small index."""
    (path,) = (library / "index").glob("*.seg")
    return path


def test_a_sound_library_agrees_with_itself(library: Path) -> None:
    """`check` of what was imported finds nothing and gives exit code 0."""
    assert findings_of(library, "--deep") == {}


def test_a_lost_analysis_is_named_and_made_again(collection: Collection, own_library: Path) -> None:
    """`check` names the analysis that was deleted; what it advises makes it again."""
    lost = min((own_library / "analyses").rglob("*.analysis"))
    lost.unlink()
    finding = findings_of(own_library)[lost.stem]
    assert finding["code"] == "ARTEFACT_MISSING"
    assert "audio-ident import" in finding["remedy"]

    assert run(own_library, "import", collection.music, "--json").document["listened"] == 1
    assert findings_of(own_library, "--deep") == {}


def test_a_damaged_analysis_is_named(own_library: Path) -> None:
    """`check --deep` names the analysis of which a bit has flipped."""
    damaged = max((own_library / "analyses").rglob("*.analysis"))
    flip_bit(damaged, 0.6)

    assert findings_of(own_library, "--deep")[damaged.stem]["code"] == "ARTEFACT_CORRUPT"


@pytest.mark.parametrize("place", [0.0, 0.4, 1.0])
def test_a_flipped_bit_of_the_index_is_found(own_library: Path, place: float) -> None:
    """`check` names the segment, wherever in it the damage is."""
    segment = segment_of(own_library)
    flip_bit(segment, place)
    finding = findings_of(own_library)["index"]

    assert finding["code"] == "INDEX_CORRUPT"
    assert segment.name in finding["fact"]


def test_a_damaged_index_is_made_again(own_library: Path, clip: Path) -> None:
    """`rebuild` needs no decoding to mend the index, and clips are named again."""
    flip_bit(segment_of(own_library), 0.5)
    rebuilt = run(own_library, "rebuild", "--json")

    assert (rebuilt.code, rebuilt.document) == (0, {"indexed": len(PIECES), "lost": []})
    assert findings_of(own_library, "--deep") == {}
    assert run(own_library, "identify", clip).code == 0


@pytest.mark.parametrize("is_lost", [True, False])
def test_an_index_that_cannot_be_asked_is_no_empty_answer(
    own_library: Path, clip: Path, is_lost: bool
) -> None:
    """Without its index a library fails, and says so, instead of knowing no clip."""
    if is_lost:
        shutil.rmtree(own_library / "index")
    else:
        flip_bit(own_library / "index" / "manifest.json", 0.5)
    ending = run(own_library, "identify", "--json", clip)

    assert (ending.code, ending.document["error"]["code"]) == (1, "INDEX_CORRUPT")


def test_the_doctor_sees_a_sound_library(library: Path) -> None:
    """Every part is well, and the index tells its size."""
    ending = run(library, "doctor", "--json")
    facts = {found["part"]: found for found in ending.document["diagnoses"]}

    assert ending.code == 0
    assert {found["health"] for found in facts.values()} == {"ok"}
    assert f"{len(PIECES)} recordings" in facts["index"]["fact"]


@sqlite_only
def test_the_doctor_survives_a_broken_library(own_library: Path) -> None:
    """A damaged manifest and a catalogue of garbage are told part by part, with exit code 5."""
    flip_bit(own_library / "index" / "manifest.json", 0.5)
    (own_library / "catalogue.sqlite").write_bytes(b"garbage" * 1000)
    ending = run(own_library, "doctor", "--json")
    health = {found["part"]: found["health"] for found in ending.document["diagnoses"]}

    assert ending.code == 5
    assert (health["index"], health["catalogue"], health["FFmpeg"]) == ("failed", "failed", "ok")


def test_settings_are_checked_before_anything_else(tmp_path: Path) -> None:
    """A setting out of its range is named, with where to read about it."""
    ending = run(tmp_path / "data", "tracks", AUDIO_IDENT_WORKERS="0")

    assert ending.code == 1
    assert "AUDIO_IDENT_WORKERS" in ending.stderr
    assert "docs/reference/settings.md" in ending.stderr
    assert not (tmp_path / "data").exists()


def test_a_program_without_its_kernels_says_so(tmp_path: Path) -> None:
    """Where the C part was not compiled, a command names that and the remedy."""
    shutil.copytree(
        ROOT / "src" / "audio_ident",
        tmp_path / "audio_ident",
        ignore=shutil.ignore_patterns("*.so", "__pycache__"),
    )
    search = os.pathsep.join([str(tmp_path), *sys.path])
    ending = run_afresh(tmp_path / "data", "doctor", "--json", PYTHONPATH=search)
    error = ending.document["error"]

    assert (ending.code, error["code"], ending.stderr) == (1, "KERNELS_MISSING", "")
    assert "make setup" in error["remedy"]
