"""The envelope says how loud the audio is."""

import numpy as np
import pytest

from audio_ident.core.listeners.levels import Levels, amplitudes_to_steps, steps_to_dbfs
from builders.signals import tone


def test_a_sine_has_its_level_and_its_peak() -> None:
    """A sine of amplitude 0.5 peaks at -6 dBFS and averages -9 dBFS in every frame."""
    levels = Levels()
    levels.feed(tone(2.0, 16_000, level=0.5, frequency_hz=400))
    answer = levels.finish()
    assert steps_to_dbfs(answer["rms_steps"]).tolist() == [-9.0] * 20
    assert steps_to_dbfs(answer["peak_steps"]).tolist() == [-6.0] * 20


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
    """A quarter of a second has three frames, the last of them half as long."""
    levels = Levels()
    levels.feed(np.full(4000, 0.1, np.float32))
    assert steps_to_dbfs(levels.finish()["rms_steps"]).tolist() == [-20.0] * 3
