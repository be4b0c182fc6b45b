"""Spans and the compressed form of a fingerprint."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.acoustid import compress, decompress
from audio_ident.core.chromaprint import (
    STEP_SAMPLES,
    SUPPORT_SAMPLES,
    count_of,
    span_of,
    start_s_of,
    sub_fingerprints,
)
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.errors import BadInput
from audio_ident.model.audio import CHROMA_RATE_HZ

WORDS = st.lists(st.integers(0, 2**32 - 1), max_size=40)

PUBLISHED = "AQAAEwkjrUmSJQpUHflR9mjSJMdZpcO_Imdw9dCO9Clu4_wQPvhCB01w6xAtXNcAp5RASgDBhDSCGGIAcwA"
"""A text of 19 words that others made."""


def _sound(seconds: float) -> np.ndarray:
    time_s = np.arange(round(seconds * CHROMA_RATE_HZ)) / CHROMA_RATE_HZ
    notes = 220 * 2 ** (np.floor(time_s * 3) % 7 / 12)
    noise = np.random.default_rng(3).normal(0, 300, len(time_s))
    return (8000 * np.sin(2 * np.pi * np.cumsum(notes) / CHROMA_RATE_HZ) + noise).astype(np.int16)


def _heard(samples: np.ndarray) -> np.ndarray:
    listener = Chromaprint()
    listener.feed(samples)
    return np.asarray(listener.finish()["sub_fingerprints"])


@given(words=WORDS)
def test_compressing_loses_nothing(words: list[int]) -> None:
    """Every list of 32-bit words comes back, those with long distances among them."""
    subs = np.array(words, np.uint32)
    np.testing.assert_array_equal(decompress(compress(subs)), subs)


@pytest.mark.parametrize("text", ["", "AQ", "AAAAAA", "AQAAEw", "AQAAAf_____", "not base64!"])
def test_other_texts_are_refused(text: str) -> None:
    """A text that is cut off, of another algorithm or no base64 is bad input."""
    with pytest.raises(BadInput):
        decompress(text)


@given(cut_at=st.integers(0, len(PUBLISHED) - 1))
def test_a_cut_text_is_refused(cut_at: int) -> None:
    """A fingerprint that lost its end is never taken for a shorter one."""
    with pytest.raises(BadInput):
        decompress(PUBLISHED[:cut_at])


def test_the_published_example_is_read_and_written_alike() -> None:
    """A text that others made comes out again letter for letter."""
    subs = decompress(PUBLISHED)
    assert len(subs) == 19
    assert compress(subs) == PUBLISHED


def test_a_span_is_what_the_cut_sound_gives() -> None:
    """Cutting the fingerprint equals fingerprinting the sound cut at the same frame."""
    samples = _sound(40)
    start = 65 * STEP_SAMPLES
    cut = samples[start : start + 12 * CHROMA_RATE_HZ]
    start_s = start / CHROMA_RATE_HZ
    found = span_of(_heard(samples), start_s, start_s + 12)
    np.testing.assert_array_equal(found, _heard(cut))
    assert start_s_of(65) == pytest.approx(start_s)


def test_a_span_past_the_end_ends_with_the_sound() -> None:
    """A span may be longer than the file, or lie behind it."""
    subs = _heard(_sound(10))
    np.testing.assert_array_equal(span_of(subs, 0, 120), subs)
    assert len(span_of(subs, 60, 70)) == 0


@pytest.mark.parametrize("samples", [0, 1, SUPPORT_SAMPLES - 1, SUPPORT_SAMPLES, 50_000])
def test_the_count_follows_from_the_length(samples: int) -> None:
    """Sound of a known length gives a known number of sub-fingerprints."""
    subs = _heard(_sound(5)[:samples])
    assert len(subs) == count_of(samples)


def test_silence_is_one_word_repeated() -> None:
    """Silence is below the norm at which frames are scaled, so nothing in it varies."""
    subs = sub_fingerprints(np.zeros((40, 12)))
    assert len(subs) == 21
    assert set(subs.tolist()) == {627964279}
