"""The exact engine names clips of music that it made itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.segments import build_segment
from audio_ident.identify.exact import identify
from audio_ident.model.answer import Match, Verdict
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.segment import Snapshot
from builders.music import cut, digest_of, landmarks_of, library, music, noise_at, played_at

SEEDS = tuple(range(1, 9))


def _only_match(snapshot: Snapshot, clip: Mono) -> Match:
    answer = identify(snapshot, clip)
    assert answer.verdict is Verdict.MATCH
    return answer.matches[0]


@given(st.sampled_from(SEEDS), st.floats(0, 24.9))
@settings(max_examples=25, deadline=None)
def test_a_clip_cut_at_any_offset_is_found_at_that_offset(seed: int, start_s: float) -> None:
    """Recording and offset are right to 30 ms wherever the clip was cut."""
    match = _only_match(library(SEEDS), cut(music(seed), start_s, 5))
    assert match.digest == digest_of(seed)
    assert match.offset_s == pytest.approx(start_s, abs=0.03)
    assert match.confidence > 0.95
    assert match.speed_factor == pytest.approx(1.0, abs=0.006)  # half a step of those tried
    assert match.pitch_factor == 1.0


@pytest.mark.parametrize("signal_to_noise_db", [10, 0])
def test_a_clip_under_noise_is_named(signal_to_noise_db: float) -> None:
    """White noise as loud as the music does not hide it."""
    match = _only_match(library(SEEDS), noise_at(cut(music(3), 11.3, 5), signal_to_noise_db))
    assert match.digest == digest_of(3)
    assert match.offset_s == pytest.approx(11.3, abs=0.06)


@pytest.mark.parametrize("speed", [0.95, 0.97, 0.985, 1.01, 1.03, 1.05])
def test_a_clip_at_another_speed_is_named_and_its_speed_told(speed: float) -> None:
    """Pitch and tempo changed together are both reported, to half a percent."""
    match = _only_match(library(SEEDS), played_at(cut(music(5), 7, 6), speed))
    assert match.digest == digest_of(5)
    assert match.speed_factor == pytest.approx(speed, abs=0.006)
    assert match.pitch_factor == pytest.approx(speed, abs=0.006)
    assert match.offset_s == pytest.approx(7, abs=0.1)


@pytest.mark.parametrize("seed", range(100, 112))
def test_music_that_is_not_in_the_library_is_not_named(seed: int) -> None:
    """A foreign clip gets no answer, at its own or any other speed."""
    answer = identify(library(SEEDS), cut(music(seed), 3, 6))
    assert answer.verdict is Verdict.NO_MATCH
    assert answer.matches == ()
    assert answer.hypotheses_tried > 1


def test_a_recording_that_is_there_twice_is_ambiguous() -> None:
    """Two recordings that explain the clip equally well are both told."""
    twice = [(digest_of(n), landmarks_of(music(1))) for n in (1, 2)]
    snapshot = Snapshot(
        generation=1, segments=(build_segment(twice),), alive=(np.ones(2, np.bool_),)
    )
    answer = identify(snapshot, cut(music(1), 4, 5))
    assert answer.verdict is Verdict.AMBIGUOUS
    assert {match.digest for match in answer.matches} == {digest_of(1), digest_of(2)}


def test_a_deleted_recording_is_not_named() -> None:
    """What is dead in a snapshot is never an answer."""
    whole = library(SEEDS)
    alive = np.array([seed != 4 for seed in SEEDS])
    snapshot = Snapshot(generation=2, segments=whole.segments, alive=(alive,))
    assert identify(snapshot, cut(music(4), 9, 5)).verdict is Verdict.NO_MATCH


def test_the_part_of_the_clip_that_matched_is_told() -> None:
    """Five seconds of silence before five of music: the span begins with the music."""
    clip = np.concatenate([np.zeros(5 * MONO_RATE_HZ, np.float32), cut(music(2), 8, 5)])
    match = _only_match(library(SEEDS), clip)
    assert match.query_span.start_s == pytest.approx(5, abs=0.6)
    assert match.query_span.end_s == pytest.approx(10, abs=0.1)
    assert match.recording_span.start_s == pytest.approx(8, abs=0.6)
    assert 0.4 <= match.coverage <= 0.6
    assert match.aligned_landmarks > 2 * match.expected_by_chance


def test_a_clip_that_begins_before_the_recording_has_a_negative_offset() -> None:
    """The beginning of a recording is found in the middle of a clip."""
    clip = np.concatenate([cut(music(200), 0, 3), cut(music(6), 0, 5)])
    match = _only_match(library(SEEDS), clip)
    assert match.offset_s == pytest.approx(-3, abs=0.05)
    assert match.recording_span.start_s >= 0


def test_silence_and_snippets_are_told_apart_from_no_match() -> None:
    """A clip with nothing to hear is not 'not in the library'."""
    assert identify(library(SEEDS), np.zeros(80_000, np.float32)).verdict is Verdict.SILENCE
    assert identify(library(SEEDS), music(1)[:8000]).verdict is Verdict.TOO_SHORT
    assert identify(library(SEEDS), np.zeros(0, np.float32)).verdict is Verdict.TOO_SHORT


def test_an_empty_library_names_nothing() -> None:
    """No segments, or segments without recordings, are no error."""
    nothing = Snapshot(generation=0, segments=(), alive=())
    assert identify(nothing, music(1)[:80_000]).verdict is Verdict.NO_MATCH
    empty = Snapshot(generation=1, segments=(build_segment([]),), alive=(np.zeros(0, np.bool_),))
    assert identify(empty, music(1)[:80_000]).verdict is Verdict.NO_MATCH


def test_only_the_first_half_minute_of_a_clip_is_heard() -> None:
    """A longer clip is answered by its beginning and says how much was heard."""
    answer = identify(library(SEEDS), np.concatenate([music(1), music(2)]))
    assert answer.clip_duration_s == 30.0
    assert answer.matches[0].digest == digest_of(1)
