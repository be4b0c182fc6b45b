"""The demo's music is sound and its judgement is right."""

import dataclasses
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
from benchmarks.demo.__main__ import ELSEWHERE, RIGHT, WRONG, judge
from benchmarks.demo.clips import Clip, cut_clips
from benchmarks.demo.degrade import DEGRADATIONS
from benchmarks.demo.files import CODECS, decode, encode, tag
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.demo.pieces import LIBRARY, STYLES
from benchmarks.demo.synthesise import synthesise

SHORT = [dataclasses.replace(piece, length_s=6) for piece in LIBRARY]


@pytest.mark.parametrize("style", STYLES)
def test_music_is_audible_stereo_without_clipping(style: str) -> None:
    """Every style gives finite sound below full scale, with some width and hardly any silence."""
    piece = next(piece for piece in SHORT if piece.style == style)

    sound = synthesise(piece)

    assert np.isfinite(sound).all()
    assert 0.85 < np.max(np.abs(sound)) < 0.9
    assert 0.1 < np.sqrt(np.mean(sound**2)) < 0.4
    assert not np.array_equal(sound[:, 0], sound[:, 1])


def test_music_is_the_same_for_the_same_seed() -> None:
    """A piece is a function of its description."""
    assert np.array_equal(synthesise(SHORT[0]), synthesise(SHORT[0]))


@pytest.mark.parametrize("extension", ["mp3", "flac", "ogg", "opus", "m4a"])
def test_files_keep_the_time_and_carry_tags(tmp_path: Path, extension: str) -> None:
    """An encoded and tagged piece decodes to the same sound at the same place."""
    piece = dataclasses.replace(SHORT[0], extension=extension)
    path = tmp_path / piece.file_name
    sound = synthesise(piece)

    encode(path, sound, RATE_HZ)
    tag(path, piece, 3)

    decoded = decode(path, RATE_HZ)[RATE_HZ : 4 * RATE_HZ]
    original = sound.mean(axis=1)[RATE_HZ : 4 * RATE_HZ]
    assert np.corrcoef(decoded, original)[0, 1] > 0.99
    file = mutagen.File(path, easy=True)
    assert file["title"] == [piece.title]
    assert file.info.length == pytest.approx(len(sound) / RATE_HZ, abs=0.1)


def test_clips_are_cut_in_every_degradation(tmp_path: Path) -> None:
    """A file outside the library gives one readable clip of 5 s for each degradation."""
    origin = tmp_path / "piece.flac"
    encode(origin, synthesise(SHORT[0]), RATE_HZ)
    (tmp_path / "clips").mkdir()

    clips = list(cut_clips([(origin, False)], tmp_path / "clips", np.random.default_rng(1)))

    assert [clip.degradation for clip in clips] == list(DEGRADATIONS)
    for clip in clips:
        sound = decode(clip.path, RATE_HZ)
        assert len(sound) / RATE_HZ == pytest.approx(5, abs=0.05)
        assert 0.02 < np.max(np.abs(sound)) <= 1.01
    assert {clip.path.name.split(".", 1)[1] for clip in clips} <= set(CODECS)


def an_answer(path: str, offset_ms: int, status: str = "match") -> dict[str, Any]:
    """Answer that names one track."""
    return {"status": status, "matches": [{"tracks": [{"path": path}], "offset_ms": offset_ms}]}


@pytest.mark.parametrize(
    ("is_in_library", "answer", "verdict"),
    [
        (True, an_answer("/a.mp3", 10_100), RIGHT),
        (True, an_answer("/a.mp3", 12_000), ELSEWHERE),
        (True, an_answer("/b.mp3", 10_000), WRONG),
        (True, {"status": "no_match", "matches": []}, WRONG),
        (False, {"status": "no_match", "matches": []}, RIGHT),
        (False, {"status": "failed", "matches": []}, WRONG),
        (False, an_answer("/a.mp3", 10_000), WRONG),
    ],
)
def test_answers_are_judged(is_in_library: bool, answer: dict[str, Any], verdict: str) -> None:
    """Right is the track at its place, or no match for what is not in the library."""
    clip = Clip(
        path=Path("clip.wav"),
        degradation="clean",
        origin=Path("/a.mp3"),
        is_in_library=is_in_library,
        offset_s=10.0,
    )

    assert judge(clip, answer) == verdict
