"""How loud the audio is to people, and how high its wave rises: EBU R 128."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.core.loudness import powers_to_steps, programme_loudness
from audio_ident.core.sound_kernels import PeakMeter, Weigher
from audio_ident.core.true_peak import interpolation_at
from audio_ident.core.weighting import channel_weights, recursions_at
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Feed, NativeBlock
from audio_ident.units import amplitude_to_dbfs


class Loudness:
    """Integrated loudness, range, maxima and peaks, and a curve of 20 ms.

    Measured at the rate of the file, all channels apart, as the standards want it. Where rate or
    layout change within a stream, filters start anew, and the rest of a block that the change cuts
    off, less than 20 ms, is not counted; nor is the rest at the end.
    """

    name: ClassVar[str] = "loudness"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.NATIVE

    def __init__(self) -> None:
        self._shape: tuple[int, tuple[str, ...]] | None = None
        self._weigher = Weigher(recursions_at(MONO_RATE_HZ), MONO_RATE_HZ, [1.0])
        self._meter = PeakMeter(interpolation_at(MONO_RATE_HZ), channels=1)
        self._powers: list[npt.NDArray[np.float32]] = []
        self._sample_peak = 0.0
        self._true_peak = 0.0

    def feed(self, block: NativeBlock) -> None:
        """Hear the next block."""
        if self._shape != (block.rate_hz, block.channel_names):
            self._begin(block)
        self._powers.append(self._weigher.weigh(block.planes))
        self._meter.hear(block.planes)

    def finish(self) -> Fields:
        """Levels of the whole stream, and the curve of `core.loudness.loudness_curve`.

        A level that cannot be said is -120: of silence, of a stream of less than 400 ms (3 s for
        the short-term maximum). The range is 0 then.
        """
        self._keep_peaks()
        powers = np.concatenate([np.zeros(0, np.float32), *self._powers])
        programme = programme_loudness(powers)
        return {
            "integrated_lufs": programme.integrated_lufs,
            "range_lu": programme.range_lu,
            "max_momentary_lufs": programme.max_momentary_lufs,
            "max_short_term_lufs": programme.max_short_term_lufs,
            "true_peak_dbtp": amplitude_to_dbfs(self._true_peak),
            "sample_peak_dbfs": amplitude_to_dbfs(self._sample_peak),
            "block_steps": powers_to_steps(powers),
        }

    def _begin(self, block: NativeBlock) -> None:
        self._keep_peaks()
        self._shape = (block.rate_hz, block.channel_names)
        weights = channel_weights(block.channel_names)
        self._weigher = Weigher(recursions_at(block.rate_hz), block.rate_hz, weights)
        self._meter = PeakMeter(interpolation_at(block.rate_hz), len(block.planes))

    def _keep_peaks(self) -> None:
        sample_peak, true_peak = self._meter.peaks()
        self._sample_peak = max(self._sample_peak, sample_peak)
        self._true_peak = max(self._true_peak, true_peak)
