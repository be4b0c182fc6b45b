"""Long recordings are taken apart into the tracks that they play."""

import numpy as np
import pytest

from audio_ident.identify.tracklist import TracklistFinder
from audio_ident.model.answer import Answer, Verdict
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from builders.music import cut, digest_of, library, music

SEEDS = tuple(range(1, 9))


def _tracklist(samples: Mono, block_samples: int = MONO_RATE_HZ) -> Answer:
    finder = TracklistFinder(library(SEEDS))
    for first in range(0, len(samples), block_samples):
        finder.feed(samples[first : first + block_samples])
    return finder.finish()


def test_a_mix_is_answered_in_order_with_ranges() -> None:
    """Three pieces and a foreign one between: each known part once, where it begins and ends."""
    parts = (cut(music(1), 4, 20), cut(music(300), 0, 12), cut(music(7), 0, 25), music(2))
    answer = _tracklist(np.concatenate(parts))
    assert [match.digest for match in answer.matches] == [digest_of(n) for n in (1, 7, 2)]
    first, second, third = answer.matches
    assert (first.query_span.start_s, first.query_span.end_s) == pytest.approx((0, 20), abs=1)
    assert first.recording_span.start_s == pytest.approx(4, abs=1)
    assert (second.query_span.start_s, second.query_span.end_s) == pytest.approx((32, 57), abs=1)
    assert (third.query_span.start_s, third.query_span.end_s) == pytest.approx((57, 87), abs=1)


def test_talk_over_a_track_is_a_gap_inside_it() -> None:
    """A track that goes on after ten seconds of noise is one part with a gap."""
    rng = np.random.default_rng(4)
    mix = music(3).copy()
    mix[10 * MONO_RATE_HZ : 20 * MONO_RATE_HZ] = rng.normal(0, 0.2, 10 * MONO_RATE_HZ)
    answer = _tracklist(mix)
    (match,) = answer.matches
    (gap,) = match.gaps
    assert (gap.start_s, gap.end_s) == pytest.approx((10, 20), abs=1.5)
    assert match.coverage == pytest.approx(2 / 3, abs=0.1)


def test_the_way_the_sound_is_cut_into_blocks_does_not_matter() -> None:
    """Blocks of any size give the same tracklist."""
    mix = np.concatenate([cut(music(5), 3, 14), cut(music(6), 8, 14)])
    assert _tracklist(mix, 7919) == _tracklist(mix, len(mix))


def test_a_recording_of_nothing_known_has_no_tracks() -> None:
    """Foreign music and silence give no match."""
    assert _tracklist(music(301)).verdict is Verdict.NO_MATCH
    assert _tracklist(np.zeros(40 * MONO_RATE_HZ, np.float32)).matches == ()
