"""Estimates of tempo and key on songs of which both are known."""

import numpy as np
import pytest

from audio_ident.core.listeners.key import NAMES, Key
from audio_ident.core.listeners.tempo import TEMPI_BPM, Tempo
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from builders.songs import heard_by, song

SONGS = [
    (tempo_bpm, tonic, is_major)
    for tempo_bpm, tonic, is_major in zip(
        (60, 72, 85, 90, 97, 104, 110, 118, 124, 128, 133, 140, 150, 160, 174, 185),
        (0, 7, 2, 9, 4, 11, 6, 1, 8, 3, 10, 5, 0, 9, 4, 7),
        (True, False) * 8,
        strict=True,
    )
]

NOTHING = [
    np.zeros(0, np.float32),
    np.zeros(3 * MONO_RATE_HZ, np.float32),
    np.zeros(40 * MONO_RATE_HZ, np.float32),
]


@pytest.fixture(scope="module")
def songs() -> list[Mono]:
    """All songs, each with its own melody."""
    return [
        song(tempo_bpm, tonic, is_major=is_major, seed=seed)
        for seed, (tempo_bpm, tonic, is_major) in enumerate(SONGS)
    ]


def test_tempi_are_right_but_for_octaves(songs: list[Mono]) -> None:
    """Half, twice or the tempo itself, within 4 %, for all songs; the tempo itself for most."""
    ratios = [
        heard_by(Tempo(), sound)["tempo_estimate_bpm"] / tempo_bpm
        for sound, (tempo_bpm, _, _) in zip(songs, SONGS, strict=True)
    ]
    octaves = np.log2(ratios)
    assert np.all(np.abs(octaves - np.rint(octaves)) < 0.06)
    assert np.mean(np.abs(octaves) < 0.06) >= 0.6


def test_a_steady_tempo_is_sure_of_itself(songs: list[Mono]) -> None:
    """Stretches of a song that keeps its tempo agree; noise has no such agreement."""
    noise = np.random.default_rng(1).normal(0, 0.1, 60 * MONO_RATE_HZ).astype(np.float32)
    assert heard_by(Tempo(), songs[8])["tempo_confidence"] > 0.9
    assert heard_by(Tempo(), noise)["tempo_confidence"] < 0.5


def test_most_keys_are_right(songs: list[Mono]) -> None:
    """The exact key for most songs, and one with the same notes or a fifth away for the rest."""
    right = 0
    for sound, (_, tonic, is_major) in zip(songs, SONGS, strict=True):
        name = f"{NAMES[tonic]} {'major' if is_major else 'minor'}"
        found = heard_by(Key(), sound)
        right += found["key_estimate"] == name
    assert right / len(songs) >= 0.75


@pytest.mark.parametrize("samples", NOTHING, ids=len)
def test_silence_has_neither(samples: Mono) -> None:
    """Where there is nothing to estimate, both say so in values of the same types."""
    assert heard_by(Tempo(), samples) == {"tempo_estimate_bpm": 0.0, "tempo_confidence": 0.0}
    assert heard_by(Key(), samples) == {"key_estimate": "", "key_confidence": 0.0}


def test_a_tempo_needs_five_seconds(songs: list[Mono]) -> None:
    """A few beats are no tempo, a short song has one."""
    assert heard_by(Tempo(), songs[8][: 4 * MONO_RATE_HZ])["tempo_confidence"] == 0
    short = heard_by(Tempo(), songs[8][: 8 * MONO_RATE_HZ])
    assert TEMPI_BPM[0] <= short["tempo_estimate_bpm"] <= TEMPI_BPM[-1]


def test_the_level_does_not_matter(songs: list[Mono]) -> None:
    """20 dB less changes neither estimate."""
    quiet = songs[3] * np.float32(0.1)
    for listener in (Tempo, Key):
        loud_answer, quiet_answer = heard_by(listener(), songs[3]), heard_by(listener(), quiet)
        name = next(iter(loud_answer))
        assert loud_answer[name] == quiet_answer[name]
