"""Analyses made up for tests of what keeps them."""

import numpy as np

from audio_ident.model.analysis import Analysis, AudioDigest, Fields, Section
from audio_ident.model.audio import AudioFacts, AudioWarning
from audio_ident.units import Ticks

FACTS = AudioFacts(
    container="mp3",
    codec="mp3",
    rate_hz=44_100,
    channels=2,
    bits_per_sample=None,
    duration_ticks=Ticks(28_224_000),
    declared_duration_ticks=None,
)


def new_analysis(number: int = 1, **sections: Fields) -> Analysis:
    """An analysis with the digest of that number and the given fields per listener."""
    return Analysis(
        digest=AudioDigest(f"{number:032x}"),
        facts=FACTS,
        warnings=(AudioWarning(code="DECODE_PARTIAL", message="decoded 1.0 of 2.0 seconds"),),
        sections={
            name: Section(version=number, fields=fields) for name, fields in sections.items()
        },
    )


def landmark_fields(seconds: float, seed: int = 1, peaks_per_s: int = 30) -> Fields:
    """Arrays like those of real landmarks: sorted in time, then in frequency, dense in the bass."""
    rng = np.random.default_rng(seed)
    count = round(seconds * peaks_per_s)
    frame = rng.integers(0, round(seconds * 62.5), count)
    bins = np.minimum(rng.exponential(110, count), 511).astype(int)
    order = np.lexsort([bins, frame])
    strength = np.clip(rng.normal(60, 25, count), 0, 255)
    return {
        "frame": frame[order].astype(np.uint32),
        "bin": bins[order].astype(np.uint16),
        "strength": strength.astype(np.uint8),
        "frame_count": round(seconds * 62.5),
    }


def assert_same_analysis(first: Analysis, second: Analysis) -> None:
    """Every fact, number and array is equal, types included."""
    assert (first.digest, first.facts, first.warnings) == (
        second.digest,
        second.facts,
        second.warnings,
    )
    assert first.sections.keys() == second.sections.keys()
    for name, section in first.sections.items():
        other = second.sections[name]
        assert section.version == other.version
        assert section.fields.keys() == other.fields.keys()
        for key, value in section.fields.items():
            np.testing.assert_array_equal(value, other.fields[key])
            if isinstance(value, np.ndarray):
                assert value.dtype == other.fields[key].dtype  # type: ignore[union-attr]
                assert value.shape == other.fields[key].shape  # type: ignore[union-attr]
            else:
                assert type(value) is type(other.fields[key])
