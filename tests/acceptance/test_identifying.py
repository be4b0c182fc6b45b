"""Naming clips with the real command line."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.demo.instruments import RATE_HZ

from audio_ident.core.degrade import phone_band
from audio_ident.stores.lock import WriterLock
from builders.collection import Collection, sound_of, with_noise, write_clip
from builders.command import run

CLIP_S = 5.0
TOLERANCE_MS = 100


def identified(library: Path, *clips: Path) -> list[dict[str, Any]]:
    """Answers about clips, in their order."""
    clips_found: list[dict[str, Any]] = run(library, "identify", "--json", *clips).document["clips"]
    return clips_found


def assert_is(answer: dict[str, Any], origin: Path, start_s: float) -> None:
    """The best match is this file at this time."""
    best = answer["matches"][0]
    assert str(origin) in {track["path"] for track in best["tracks"]}
    assert best["offset_ms"] == pytest.approx(start_s * 1000, abs=TOLERANCE_MS)
    assert answer["status"] == "match"
    assert best["confidence"] > 0.9


def test_clips_of_every_container_are_named(
    collection: Collection, library: Path, tmp_path: Path
) -> None:
    """A clip cut from a file of any container is named, with its place, and exit code 0."""
    starts_s = [1.5 + 2 * number for number in range(len(collection.pieces))]
    clips = [
        write_clip(tmp_path / f"{number}.wav", sound_of(path, start_s, CLIP_S))
        for number, (path, start_s) in enumerate(zip(collection.pieces, starts_s, strict=True))
    ]
    ending = run(library, "identify", "--json", *clips)

    assert ending.code == 0
    answers = ending.document["clips"]
    for answer, path, start_s in zip(answers, collection.pieces, starts_s, strict=True):
        assert_is(answer, path, start_s)


def test_a_clip_cut_at_any_offset_is_found_at_that_offset(
    collection: Collection, library: Path, tmp_path: Path
) -> None:
    """Wherever a clip is cut and however it is encoded again, that is where it is found."""
    rng = np.random.default_rng()
    cases = []
    for number in range(12):
        path = collection.pieces[number % len(collection.pieces)]
        start_s = float(rng.uniform(0, 14))
        ending = ("mp3", "opus", "m4a", "flac")[number % 4]
        clip = tmp_path / f"{number} at {start_s:.4f}.{ending}"
        cases.append((write_clip(clip, sound_of(path, start_s, CLIP_S)), path, start_s))
    answers = identified(library, *(clip for clip, _, _ in cases))

    for answer, (_, path, start_s) in zip(answers, cases, strict=True):
        assert_is(answer, path, start_s)


def test_degraded_clips_are_named(collection: Collection, library: Path, tmp_path: Path) -> None:
    """Noise, a telephone and strong compression do not hide a piece."""
    rng = np.random.default_rng(3)
    path = collection.pieces[1]
    sound = sound_of(path, 6.0, CLIP_S)
    clips = [
        write_clip(tmp_path / "noisy.wav", with_noise(sound, 3.0, rng)),
        write_clip(tmp_path / "phone.wav", phone_band(sound, RATE_HZ, rng)),
        write_clip(tmp_path / "small.mp3", sound, 32_000),
        write_clip(tmp_path / "small.opus", sound, 24_000),
        write_clip(tmp_path / "small.m4a", sound, 48_000),
    ]
    for answer in identified(library, *clips):
        assert_is(answer, path, 6.0)


def test_every_copy_is_told(collection: Collection, library: Path, tmp_path: Path) -> None:
    """A clip of a file that lies there twice names both files in one match."""
    clip = write_clip(tmp_path / "clip.wav", sound_of(collection.copy, 3.0, CLIP_S))
    (answer,) = identified(library, clip)
    paths = {track["path"] for track in answer["matches"][0]["tracks"]}

    assert paths == {str(collection.copy), str(collection.pieces[0])}


def test_what_is_not_there_is_not_named(
    collection: Collection, library: Path, tmp_path: Path
) -> None:
    """Foreign music, silence and a blink of sound get no answer, and exit code 4."""
    rng = np.random.default_rng(4)
    clips = [
        write_clip(tmp_path / "foreign.wav", sound_of(collection.foreign, 4.0, CLIP_S)),
        write_clip(tmp_path / "silent.wav", np.zeros(5 * 44_100, np.float32)),
        write_clip(tmp_path / "short.wav", 0.1 * rng.standard_normal(4_000).astype(np.float32)),
    ]
    ending = run(library, "identify", "--json", *clips)
    answers = ending.document["clips"]

    assert ending.code == 4
    assert [answer["status"] for answer in answers] == ["no_match", "silence", "too_short"]
    assert [answer["matches"] for answer in answers] == [[], [], []]


def test_standard_input_is_heard(collection: Collection, library: Path, tmp_path: Path) -> None:
    """An m4a through a pipe is named, though its container cannot be read from one."""
    path = collection.pieces[4]
    clip = write_clip(tmp_path / "clip.m4a", sound_of(path, 5.0, CLIP_S))
    ending = run(library, "identify", "--jsonl", "-", stdin=clip.read_bytes())

    assert ending.code == 0
    assert_is(json.loads(ending.stdout), path, 5.0)


def test_a_long_recording_gives_its_tracks_in_order(
    collection: Collection, library: Path, tmp_path: Path
) -> None:
    """`--tracklist` names each piece of a mix, with where it lies in the mix."""
    origins = [collection.pieces[number] for number in (3, 1, 2)]
    mix = np.concatenate([sound_of(path, 2.0, 15.0) for path in origins])
    clip = write_clip(tmp_path / "mix.mp3", mix)
    ending = run(library, "identify", "--tracklist", "--json", clip)
    matches = ending.document["clips"][0]["matches"]

    assert ending.code == 0
    assert [match["tracks"][0]["path"] for match in matches] == [str(p) for p in origins]
    for number, match in enumerate(matches):
        assert match["query"]["start_ms"] == pytest.approx(number * 15_000, abs=3000)
        assert match["recording"]["start_ms"] == pytest.approx(2000, abs=3000)


def test_an_unusable_clip_fails_alone(
    collection: Collection, library: Path, tmp_path: Path
) -> None:
    """A clip that is no audio fails with exit code 3 while the others are named."""
    clip = write_clip(tmp_path / "clip.wav", sound_of(collection.pieces[1], 5.0, CLIP_S))
    (tmp_path / "text.wav").write_text("this is no audio at all")
    ending = run(library, "identify", "--json", clip, tmp_path / "text.wav")
    answers = ending.document["clips"]

    assert (ending.code, [a["status"] for a in answers]) == (3, ["match", "failed"])
    assert answers[1]["error"]["code"] == "UNSUPPORTED_FORMAT"


def test_clips_are_named_while_another_process_writes(
    collection: Collection, own_library: Path, tmp_path: Path
) -> None:
    """Identifying asks for no lock."""
    clip = write_clip(tmp_path / "clip.wav", sound_of(collection.pieces[2], 5.0, CLIP_S))
    with WriterLock(own_library):
        (answer,) = identified(own_library, clip)

    assert_is(answer, collection.pieces[2], 5.0)


def test_an_empty_library_knows_nothing(collection: Collection, tmp_path: Path) -> None:
    """A library that was just made answers, and says no."""
    clip = write_clip(tmp_path / "clip.wav", sound_of(collection.pieces[1], 5.0, CLIP_S))
    ending = run(tmp_path / "data", "identify", "--json", clip)

    assert (ending.code, ending.document["clips"][0]["status"]) == (4, "no_match")
