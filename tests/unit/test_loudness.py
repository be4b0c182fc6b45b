"""Loudness meets EBU Tech 3341 and 3342; the signals are made from their definitions."""

import numpy as np
import pytest

from audio_ident.core.listeners.loudness import Loudness
from audio_ident.core.loudness import (
    MOMENTARY_BLOCKS,
    SHORT_TERM_BLOCKS,
    loudness_curve,
)
from audio_ident.core.weighting import (
    channel_weights,
    high_pass_filter,
    recursions_at,
    shelf_filter,
)
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import NativeBlock
from builders.native import blocks_of
from builders.signals import Channels

RATE_HZ = 48_000
STEREO = ("FL", "FR")
SURROUND = ("FL", "FR", "FC", "BL", "BR")


def _tones(
    parts: list[tuple[float | None, float]], rate_hz: int = RATE_HZ, channels: int = 2
) -> Channels:
    """1 kHz on all channels alike: levels in dBFS (None is silence) and seconds, in order."""
    counts = [round(seconds * rate_hz) for _, seconds in parts]
    levels = [0.0 if level is None else 10 ** (level / 20) for level, _ in parts]
    phase = 2 * np.pi * 1000 / rate_hz * np.arange(sum(counts))
    wave = (np.repeat(levels, counts) * np.sin(phase)).astype(np.float32)
    return np.repeat(wave[:, None], channels, axis=1)


def _measure(samples: Channels, names: tuple[str, ...] = STEREO, rate_hz: int = RATE_HZ) -> Fields:
    listener = Loudness()
    for block in blocks_of(samples, rate_hz, names):
        listener.feed(block)
    return listener.finish()


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_cases_1_and_2_a_steady_tone_at_any_rate(level: float, rate_hz: int) -> None:
    """A tone of -23 or -33 dBFS has that loudness by every measure (Tech 3341, cases 1 and 2)."""
    answer = _measure(_tones([(level, 20.0)], rate_hz), rate_hz=rate_hz)
    for name in ("integrated_lufs", "max_momentary_lufs", "max_short_term_lufs"):
        assert answer[name] == pytest.approx(level, abs=0.1)
    assert answer["range_lu"] == pytest.approx(0, abs=0.01)
    for window in (MOMENTARY_BLOCKS, SHORT_TERM_BLOCKS):
        curve = loudness_curve(answer["block_steps"], window)  # type: ignore[arg-type]
        assert len(curve) == 20 * 50 - window + 1
        np.testing.assert_allclose(curve[50:], level, atol=0.35)


@pytest.mark.parametrize(
    "parts",
    [
        [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)],
        [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)],
        [(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)],
    ],
    ids=["case 3", "case 4", "case 5"],
)
def test_cases_3_to_5_the_gates(parts: list[tuple[float | None, float]]) -> None:
    """Soft stretches are gated out, moderate ones are not (Tech 3341, cases 3 to 5)."""
    assert _measure(_tones(parts))["integrated_lufs"] == pytest.approx(-23, abs=0.1)


def test_case_6_five_channels() -> None:
    """Channels behind and beside count 1.41 times (Tech 3341, case 6)."""
    gains = 10 ** (np.array([-28, -28, -24, -30, -30]) / 20)
    samples = (_tones([(0.0, 20.0)], channels=5) * gains).astype(np.float32)
    assert _measure(samples, SURROUND)["integrated_lufs"] == pytest.approx(-23, abs=0.1)


def test_case_9_short_term_loudness_is_steady() -> None:
    """Tones that alternate within 3 s give a steady short-term loudness (Tech 3341, case 9)."""
    answer = _measure(_tones([(-20.0, 1.34), (-30.0, 1.66)] * 5))
    curve = loudness_curve(answer["block_steps"], SHORT_TERM_BLOCKS)  # type: ignore[arg-type]
    assert answer["max_short_term_lufs"] == pytest.approx(-23, abs=0.1)
    np.testing.assert_allclose(curve, -23, atol=0.2)


@pytest.mark.parametrize("number", range(20))
def test_case_10_greatest_short_term_loudness(number: int) -> None:
    """Three seconds of tone are caught wherever they begin (Tech 3341, case 10)."""
    answer = _measure(_tones([(None, 0.15 * number), (-23.0, 3.0), (None, 1.0)]))
    assert answer["max_short_term_lufs"] == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("number", [0, 10, 19])
def test_cases_11_and_14_maxima_of_louder_tones(number: int) -> None:
    """The last and loudest of several tones sets the maxima (Tech 3341, cases 11 and 14)."""
    tones = [
        part
        for n in range(number + 1)
        for part in ((None, 0.15 * n), (-38.0 + n, 3.0), (None, 3 - 0.15 * n))
    ]
    answer = _measure(_tones(tones))
    assert answer["max_short_term_lufs"] == pytest.approx(-38 + number, abs=0.1)
    assert answer["max_momentary_lufs"] == pytest.approx(-38 + number, abs=0.1)


def test_case_12_momentary_loudness_is_steady() -> None:
    """Tones that alternate within 400 ms give a steady momentary loudness (Tech 3341, case 12)."""
    answer = _measure(_tones([(-20.0, 0.18), (-30.0, 0.22)] * 25))
    curve = loudness_curve(answer["block_steps"])  # type: ignore[arg-type]
    assert answer["max_momentary_lufs"] == pytest.approx(-23, abs=0.1)
    np.testing.assert_allclose(curve[30:], -23, atol=0.35)


@pytest.mark.parametrize("number", range(20))
def test_case_13_greatest_momentary_loudness(number: int) -> None:
    """400 ms of tone are caught wherever they begin (Tech 3341, case 13)."""
    answer = _measure(_tones([(None, 0.02 * number), (-23.0, 0.4), (None, 1.0)]))
    assert answer["max_momentary_lufs"] == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(
    ("part_of_rate", "phase_degrees", "amplitude", "expected_dbtp"),
    [
        (4, 0.0, 0.5, -6.0),
        (4, 45.0, 0.5, -6.0),
        (6, 60.0, 0.5, -6.0),
        (8, 67.5, 0.5, -6.0),
        (4, 45.0, 1.41, 3.0),
    ],
    ids=["case 15", "case 16", "case 17", "case 18", "case 19"],
)
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_cases_15_to_19_true_peak_of_a_tone(
    part_of_rate: int, phase_degrees: float, amplitude: float, expected_dbtp: float, rate_hz: int
) -> None:
    """Peaks between the samples are found (Tech 3341, cases 15 to 19)."""
    phase = 2 * np.pi * np.arange(rate_hz) / part_of_rate + np.radians(phase_degrees)
    fade = np.minimum(1, np.minimum(np.arange(rate_hz), np.arange(rate_hz)[::-1]) / 1000)
    wave = (amplitude * fade * np.sin(phase)).astype(np.float32)
    answer = _measure(np.stack([wave, wave], axis=1), rate_hz=rate_hz)
    assert -0.4 <= answer["true_peak_dbtp"] - expected_dbtp <= 0.2  # type: ignore[operator]
    assert answer["sample_peak_dbfs"] == pytest.approx(20 * np.log10(np.abs(wave).max()), abs=1e-3)


@pytest.mark.parametrize("offset", range(4))
def test_cases_20_to_23_true_peak_between_samples(offset: int) -> None:
    """One louder period is found wherever the samples fall (Tech 3341, cases 20 to 23)."""
    count = 4 * RATE_HZ
    wave = 0.5 * np.sin(2 * np.pi * np.arange(count) / 24)
    wave[count // 2 : count // 2 + 24] *= 2
    spectrum = np.fft.rfft(wave)
    spectrum[np.fft.rfftfreq(count) * 4 * RATE_HZ > 20_000] = 0
    wave = np.fft.irfft(spectrum)[offset::4].astype(np.float32)
    answer = _measure(np.stack([wave, wave], axis=1))
    assert -0.4 <= answer["true_peak_dbtp"] <= 0.2  # type: ignore[operator]


@pytest.mark.parametrize("rate_hz", [44_100, 96_000, 192_000])
def test_pruning_never_loses_a_peak(rate_hz: int) -> None:
    """The true peak of noise that swells and fades is that of oversampling all of it."""
    rng = np.random.default_rng(3)
    swell = np.sin(np.linspace(0, 40, 20_000)) ** 2
    wave = (rng.normal(0, 0.3, 20_000) * swell).astype(np.float32)
    answer = _measure(wave[:, None], ("FC",), rate_hz)
    exact = _oversampled_peak(wave, 4 if rate_hz < 96_000 else 2 if rate_hz < 192_000 else 1)
    assert answer["true_peak_dbtp"] == pytest.approx(20 * np.log10(exact), abs=1e-4)


def _oversampled_peak(wave: np.ndarray, factor: int) -> float:
    """By the plain formula: six samples on either side under a Kaiser window."""
    peak = float(np.abs(wave).max())
    padded = np.concatenate([np.zeros(12), wave, np.zeros(12)])
    for part in np.arange(1, factor) / factor:
        distance = np.arange(-5, 7) - part
        window = np.i0(4.0 * np.sqrt(1 - (distance / 6) ** 2))
        taps = np.sinc(distance) * window
        between = np.convolve(padded, (taps / taps.sum())[::-1], "valid")
        peak = max(peak, float(np.abs(between).max()))
    return peak


@pytest.mark.parametrize(
    ("levels", "expected_lu"),
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_loudness_range(levels: tuple[float, ...], expected_lu: float) -> None:
    """Steps in level of 20 s each have their distance as range (Tech 3342, cases 1 to 4)."""
    answer = _measure(_tones([(level, 20.0) for level in levels]))
    assert answer["range_lu"] == pytest.approx(expected_lu, abs=1)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.39])
def test_what_is_too_short_is_as_soft_as_can_be(seconds: float) -> None:
    """Less than 400 ms has peaks and no loudness: -120 stands for it, and a range of 0."""
    answer = _measure(_tones([(-6.0, seconds)]))
    for name in ("integrated_lufs", "max_momentary_lufs", "max_short_term_lufs"):
        assert answer[name] == -120
    assert answer["range_lu"] == 0
    assert answer["true_peak_dbtp"] == (-120 if seconds == 0 else pytest.approx(-6, abs=0.2))


def test_silence_has_finite_answers() -> None:
    """Digital silence is -120 by every measure."""
    answer = _measure(np.zeros((10 * RATE_HZ, 2), np.float32))
    assert {value for name, value in answer.items() if name.endswith(("lufs", "dbtp", "dbfs"))} == {
        -120.0
    }
    assert not np.any(answer["block_steps"])


def test_the_weighting_at_48_khz_is_that_of_the_standard() -> None:
    """The coefficients printed in BS.1770-4, tables 1 and 2."""
    shelf, high_pass = shelf_filter(48_000), high_pass_filter(48_000)
    numerator = (1.53512485958697, -2.69169618940638, 1.19839281085285)
    np.testing.assert_allclose(shelf[0], numerator, rtol=1e-9)
    np.testing.assert_allclose(shelf[1], (1, -1.69065929318241, 0.73248077421585), rtol=1e-9)
    np.testing.assert_allclose(high_pass[1], (1, -1.99004745483398, 0.99007225036621), rtol=1e-9)


@pytest.mark.parametrize("rate_hz", [1000, 8000, 44_100, 192_000, 352_800])
def test_the_fast_recursions_are_the_same_filter(rate_hz: int) -> None:
    """Their response is that of the two filters in a row, and they are stable at any rate."""
    fast = recursions_at(rate_hz)
    z = np.exp(-2j * np.pi * np.linspace(0.001, 0.499, 100))
    expected = np.ones(len(z), complex)
    for numerator, denominator in (shelf_filter(rate_hz), high_pass_filter(rate_hz)):
        expected *= np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z)
        assert np.abs(np.roots(denominator)).max() < 1
    response = np.polyval(fast.taps[::-1], z)
    for second, fourth in (fast.shelf, fast.high_pass):
        response = response / (1 + second * z**2 + fourth * z**4)
    np.testing.assert_allclose(response, expected, rtol=1e-6)


def test_channels_count_by_where_they_stand() -> None:
    """Low-frequency channels are left out; side channels count more, and back ones without them."""
    assert channel_weights(("FL", "FR", "FC", "LFE", "BL", "BR")) == [1, 1, 1, 0, 1.41, 1.41]
    seven = ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR")
    assert channel_weights(seven) == [1, 1, 1, 0, 1, 1, 1.41, 1.41]
    assert channel_weights(("LFE",)) == [1]


def test_a_change_of_rate_and_layout_is_measured_through() -> None:
    """A stream that goes from 44.1 kHz stereo to 48 kHz mono keeps the loudness of its halves."""
    listener = Loudness()
    stereo, mono = _tones([(-23.0, 10.0)], 44_100), _tones([(-20.0, 10.0)], channels=1)
    blocks: list[NativeBlock] = [
        *blocks_of(stereo, 44_100, STEREO),
        *blocks_of(mono, 48_000, ("FC",)),
    ]
    for block in blocks:
        listener.feed(block)
    answer = listener.finish()
    assert answer["integrated_lufs"] == pytest.approx(-23, abs=0.1)
    assert len(answer["block_steps"]) == 1000  # type: ignore[arg-type]
