"""The envelope says how loud the audio is."""

import numpy as np
import pytest

from audio_ident.core.listeners.levels import (
    Levels,
    amplitudes_to_steps,
    quiet_spans,
    steps_to_dbfs,
)
from builders.signals import tone


def test_a_sine_has_its_level() -> None:
    """A sine of amplitude 0.5 averages -9 dBFS in every frame."""
    levels = Levels()
    levels.feed(tone(2.0, 16_000, level=0.5, frequency_hz=400))
    answer = levels.finish()
    assert steps_to_dbfs(answer["rms_steps"]).tolist() == [-9.0] * 100


def test_silence_is_the_floor_and_full_scale_the_ceiling() -> None:
    """-120 dBFS is step 0, 0 dBFS is step 240."""
    steps = amplitudes_to_steps(np.array([0.0, 1e-9, 1e-6, 1.0, 1.5]))
    assert steps.tolist() == [0, 0, 0, 240, 240]


@pytest.mark.parametrize("level_dbfs", [-60.0, -20.5, -0.5])
def test_a_level_survives_storing(level_dbfs: float) -> None:
    """Every multiple of half a decibel comes back exactly."""
    steps = amplitudes_to_steps(np.array([10 ** (level_dbfs / 20)]))
    assert steps_to_dbfs(steps)[0] == level_dbfs


def test_the_last_short_frame_counts() -> None:
    """Fifty milliseconds have three frames, the last of them half as long."""
    levels = Levels()
    levels.feed(np.full(800, 0.1, np.float32))
    assert steps_to_dbfs(levels.finish()["rms_steps"]).tolist() == [-20.0] * 3


def _levels_of(samples: np.ndarray) -> dict:
    levels = Levels()
    levels.feed(samples.astype(np.float32))
    return dict(levels.finish())


@pytest.mark.parametrize("threshold_dbfs", [-80.0, -60.0, -45.0, -30.0])
def test_gaps_are_found_at_any_threshold(threshold_dbfs: float) -> None:
    """Pauses of several depths are found by the thresholds above them, to 20 ms."""
    rng = np.random.default_rng(4)
    gains_db = np.repeat([-15.0, -50, -15, -70, -15, -90, -15], 16_000)
    samples = rng.normal(0, 1, len(gains_db)) * 10 ** (gains_db / 20)
    spans = quiet_spans(_levels_of(samples)["rms_steps"], threshold_dbfs, least_frames=25)
    expected = [
        n for n, level in enumerate((-15, -50, -15, -70, -15, -90, -15)) if level < threshold_dbfs
    ]
    assert spans.tolist() == [[50 * n, 50 * n + 50] for n in expected]


def test_short_gaps_are_passed_over() -> None:
    """Stretches shorter than asked for are no gaps, nor is anything in an empty file."""
    steps = np.array([200, 10, 10, 200, 10], np.uint8)
    assert quiet_spans(steps, -60, least_frames=2).tolist() == [[1, 3]]
    assert quiet_spans(steps[:0], -60, least_frames=1).shape == (0, 2)


@pytest.mark.parametrize("floor_dbfs", [-95.0, -70.0, -50.0])
def test_the_noise_floor_is_that_of_the_pauses(floor_dbfs: float) -> None:
    """Hiss under music and in its pauses is measured, and digital silence around it is not."""
    rng = np.random.default_rng(5)
    hiss = rng.normal(0, 10 ** (floor_dbfs / 20), 30 * 16_000)
    music = tone(30.0, 16_000, level=0.3) * (np.arange(30 * 16_000) % 48_000 < 45_000)
    quiet = np.zeros(20 * 16_000)
    found = _levels_of(np.concatenate([quiet, hiss + music, quiet]))
    assert found["noise_floor_dbfs"] == pytest.approx(floor_dbfs, abs=1)


def test_silence_has_the_lowest_floor() -> None:
    """Where nothing is audible the floor is -120 dBFS."""
    assert _levels_of(np.zeros(16_000))["noise_floor_dbfs"] == -120
    assert _levels_of(np.zeros(0))["noise_floor_dbfs"] == -120
