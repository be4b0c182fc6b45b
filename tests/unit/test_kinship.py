"""How two recordings are related: what is one recording, and what only resembles it."""

import dataclasses

import numpy as np
import pytest

from audio_ident.core.alignment import Sound
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.kinship import Kinship, Relation
from audio_ident.model.landmarks import Landmarks
from audio_ident.units import ticks_to_seconds
from builders.kinship import NEW, mixed, relations_to, singing, song, sound_of
from builders.music import digest_of, music, noise_at, played_at

LENGTH_S = 45.0
KNOWN = digest_of(1)


@pytest.fixture(scope="module")
def known() -> dict[AudioDigest, Sound]:
    """A small library; the first is what most tests are about."""
    return {digest_of(seed): sound_of(song(seed, LENGTH_S)) for seed in (1, 2, 3)}


def samples(seconds: float) -> int:
    """Samples in some seconds."""
    return round(seconds * MONO_RATE_HZ)


def the_only(relations: tuple[Relation, ...]) -> Relation:
    """The one relation that there is."""
    assert len(relations) == 1, relations
    return relations[0]


def faded(sound: Mono) -> Mono:
    """Eight seconds of fade at both ends."""
    gain = np.minimum(
        1, np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / (8 * 16e3)
    )
    return (sound * gain).astype(np.float32)


def with_lead(sound: Mono) -> Mono:
    """Three seconds of silence before."""
    return np.concatenate([np.zeros(samples(3), np.float32), sound])


@pytest.mark.parametrize(
    "change",
    [
        lambda sound: sound,
        lambda sound: noise_at(sound, 25),
        lambda sound: (0.25 * sound).astype(np.float32),
        lambda sound: np.clip(4 * sound, -1, 1),
        with_lead,
        lambda sound: sound[samples(10) :],
        lambda sound: sound[: -samples(10)],
        faded,
        lambda sound: played_at(sound, 1.01),
        lambda sound: played_at(sound, 0.985),
    ],
    ids=["as it is", "noise", "-12 dB", "+12 dB", "lead", "trim", "cut", "fade", "fast", "slow"],
)
def test_one_recording_is_recognised(change: object, known: dict[AudioDigest, Sound]) -> None:
    """Level, lead-in, trim, fade, a little noise and slight speed leave it the same recording."""
    relation = the_only(relations_to(sound_of(change(song(1, LENGTH_S))), known))  # type: ignore[operator]

    assert relation.kinship is Kinship.SAME_RECORDING
    assert {relation.first, relation.second} == {KNOWN, NEW}
    assert relation.evidence["share_of_shorter"] > 0.9


def test_level_is_the_witness_of_music_driven_into_clipping(
    known: dict[AudioDigest, Sound],
) -> None:
    """Hard clipping is told from another version by how much louder, and how full, it is."""
    driven = sound_of(np.clip(8 * song(1, LENGTH_S), -1, 1))
    unmeasured = dataclasses.replace(driven, level=None)

    assert the_only(relations_to(driven, known)).kinship is Kinship.SAME_RECORDING
    assert all(r.kinship is not Kinship.SAME_RECORDING for r in relations_to(unmeasured, known))


def test_a_soft_karaoke_version_of_a_loud_song_stays_apart() -> None:
    """A difference of level alone makes no recording of two."""
    loud = song(1, LENGTH_S) / np.abs(song(1, LENGTH_S)).max()
    relations = relations_to(sound_of(0.1 * song(1, LENGTH_S, 0.0)), {KNOWN: sound_of(loud)})

    assert all(relation.kinship is not Kinship.SAME_RECORDING for relation in relations)


def test_relation_tells_offset_and_speed(known: dict[AudioDigest, Sound]) -> None:
    """The shorter recording is the first; offset and speed lead from it to the second."""
    late = the_only(relations_to(sound_of(with_lead(song(1, LENGTH_S))), known))
    fast = the_only(relations_to(sound_of(played_at(song(1, LENGTH_S), 1.01)), known))

    assert (late.first, late.second) == (KNOWN, NEW)
    assert ticks_to_seconds(late.spans[0].second_start_ticks) == pytest.approx(3, abs=1.5)
    assert late.offset_ticks / 28_224_000 == pytest.approx(3, abs=0.05)
    assert (fast.first, fast.speed) == (NEW, pytest.approx(1.01, abs=0.0005))


def other_take(seed: int) -> Mono:
    """The same kind of music, played anew in every note."""
    return song(seed + 100, LENGTH_S)


def remix() -> Mono:
    """The same voice over another band."""
    return mixed((music(55, LENGTH_S), 0.1), (singing(1, LENGTH_S), 0.1))


def live() -> Mono:
    """Half the tempo's difference that two performances have, at the same pitch."""
    sound = song(1, LENGTH_S)
    grain, step = 2048, 512
    starts = np.arange(0, len(sound) - grain, step * 1.06)
    out = np.zeros(len(starts) * step + grain, np.float32)
    for number, start in enumerate(starts):
        piece = sound[int(start) : int(start) + grain] * np.hanning(grain)
        out[number * step : number * step + grain] += piece.astype(np.float32)
    return out


def cover() -> Mono:
    """The same tune a fourth lower, at another speed."""
    return played_at(song(1, LENGTH_S), 0.75)


@pytest.mark.parametrize(
    "other",
    [
        lambda: song(1, LENGTH_S, voice_level=0),
        lambda: song(1, LENGTH_S, voice_level=0.02),
        remix,
        live,
        cover,
        lambda: other_take(1),
        lambda: np.zeros(samples(30), np.float32),
    ],
    ids=["karaoke", "soft voice", "remix", "live", "cover", "other take", "silence"],
)
def test_what_only_resembles_stays_apart(other: object, known: dict[AudioDigest, Sound]) -> None:
    """A karaoke version, a remix, a live version, a cover and another take are not merged."""
    relations = relations_to(sound_of(other()), known)  # type: ignore[operator]

    assert [r for r in relations if r.kinship is Kinship.SAME_RECORDING] == []


@pytest.mark.parametrize("length_s", [20.0, 28.0])
def test_stretch_in_a_mix_is_found_both_ways(
    length_s: float, known: dict[AudioDigest, Sound]
) -> None:
    """A stretch of a song inside a mix is told with its range in both, whichever came first."""
    stretch = song(1, LENGTH_S)[samples(15) : samples(15 + length_s)]
    mix = np.concatenate([song(71, 40.0), stretch, song(72, 40.0)])
    mix_sound = sound_of(noise_at(mix, 25))
    found = [
        the_only(relations_to(mix_sound, known)),
        the_only(relations_to(known[KNOWN], {digest_of(9): mix_sound})),
    ]

    assert [r.kinship for r in found] == [Kinship.CONTAINED_IN] * 2
    assert (found[0].first, found[1].second) == (KNOWN, digest_of(9))
    for relation in found:
        span = relation.spans[0]
        assert ticks_to_seconds(span.first_start_ticks) == pytest.approx(15, abs=2.5)
        assert ticks_to_seconds(span.first_end_ticks) == pytest.approx(15 + length_s, abs=2.5)
        assert ticks_to_seconds(span.second_start_ticks) == pytest.approx(40, abs=2.5)


def test_every_song_of_an_album_file_is_contained(known: dict[AudioDigest, Sound]) -> None:
    """An album in one file contains each of its songs whole."""
    album = np.concatenate([song(seed, LENGTH_S) for seed in (2, 1, 3)])
    relations = relations_to(sound_of(album), known)

    assert {r.kinship for r in relations} == {Kinship.CONTAINED_IN}
    assert {r.first for r in relations} == set(known)
    assert all(r.evidence["share_of_shorter"] > 0.9 for r in relations)


def test_recording_is_not_related_to_itself(known: dict[AudioDigest, Sound]) -> None:
    """A recording that is analysed again is passed over in the index."""
    again = {**known, NEW: known[KNOWN]}

    assert the_only(relations_to(known[KNOWN], again)).first == KNOWN


def test_recording_that_is_lost_is_passed_over(known: dict[AudioDigest, Sound]) -> None:
    """What the index knows and no analysis is stored of cannot be judged."""
    silent = Landmarks(
        frame=np.zeros(0, np.uint32),
        bin=np.zeros(0, np.uint16),
        strength=np.zeros(0, np.uint8),
        frame_count=0,
    )
    nothing = Sound(chroma=np.zeros(0, np.uint32), landmarks=silent, duration_s=0.0)

    assert relations_to(nothing, known) == ()
