"""Silence is found where it is, to the sample."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.listeners.silence import SHORTEST_SAMPLES, Silence

STRETCHES = st.lists(st.integers(1, 20_000), min_size=1, max_size=8)
"""Lengths in samples, loud and silent by turns."""


@given(lengths=STRETCHES, starts_loud=st.booleans())
def test_every_long_pause_is_found_to_the_sample(lengths: list[int], starts_loud: bool) -> None:
    """Stretches of half a second and more are told, shorter ones are part of the music."""
    is_loud = [(number % 2 == 0) == starts_loud for number in range(len(lengths))]
    samples = np.repeat(np.where(is_loud, 0.1, 0.0002), lengths).astype(np.float32)
    ends = np.cumsum(lengths)
    expected = [
        (int(end) - length, int(end))
        for end, length, loud in zip(ends, lengths, is_loud, strict=True)
        if not loud and length >= SHORTEST_SAMPLES
    ]
    silence = Silence()
    silence.feed(samples)
    answer = silence.finish()
    found = list(zip(answer["start_samples"].tolist(), answer["end_samples"].tolist(), strict=True))
    assert found == expected
    silent_samples = sum(end - start for start, end in expected)
    assert answer["audible_samples"] == len(samples) - silent_samples
    assert answer["total_samples"] == len(samples)
    assert answer["leading_samples"] == (expected[0][1] if expected and expected[0][0] == 0 else 0)
    ends_silent = bool(expected) and expected[-1][1] == len(samples)
    assert answer["trailing_samples"] == (expected[-1][1] - expected[-1][0] if ends_silent else 0)


def test_nothing_but_silence_is_leading_and_trailing() -> None:
    """A silent file has one stretch, and nothing to be heard."""
    silence = Silence()
    silence.feed(np.zeros(16_000, np.float32))
    answer = silence.finish()
    assert answer["leading_samples"] == answer["trailing_samples"] == 16_000
    assert answer["audible_samples"] == 0
