"""Counts what decoding gave and says what that means: the facts, or the damage."""

from fractions import Fraction

from av.audio.frame import AudioFrame

from audio_ident.engines.pyav_open import OpenedAudio
from audio_ident.errors import AudioTooShort, DecodeFailed, FileProblem, UnsupportedFormat
from audio_ident.model.audio import AudioFacts, AudioWarning
from audio_ident.units import Ticks, samples_to_ticks, seconds_to_ticks, ticks_to_seconds

MISSING_SECONDS = 1.0
"""Audio may be this much shorter than declared before a person is told; headers are rounded."""

MISSING_SHARE = 0.02
"""And by this share of the declared length, whichever is more."""

HEADERLESS_CONTAINERS = frozenset({"aac", "ac3", "mp3", "mpc"})
"""Containers that FFmpeg sees in random bytes, having no magic number worth the name."""

CREDIBLE_FRAMES = 8
"""Fewer good frames (0.2 s) in a damaged headerless container are chance, not music."""

LOSSLESS_CODECS = frozenset({"flac", "alac", "wavpack", "tta", "ape", "tak"})
"""Codecs besides PCM whose samples have a number of bits."""

ALAC_BITS_BYTE = 17
"""Where the header of ALAC (the `alac` box) has its bits per sample."""

FLAC_BITS_BYTE = 13
"""Where FLAC's STREAMINFO ends its five bits of (bits per sample - 1)."""


class Tally:
    """What was decoded so far."""

    def __init__(self) -> None:
        self.packet_count = 0
        self.frame_count = 0
        self.damage_count = 0
        self.rate_hz = 0
        self.samples = 0
        """Samples since the rate last changed."""
        self._ticks_before = 0
        self._file_shape: tuple[int, int, int] | None = None

    def add(self, frame: AudioFrame) -> None:
        """Count a frame."""
        if frame.sample_rate != self.rate_hz:
            self._ticks_before = self.ticks
            self.rate_hz, self.samples = frame.sample_rate, 0
        if self._file_shape is None:
            self._file_shape = (frame.sample_rate, frame.layout.nb_channels, frame.format.bits)
        self.samples += frame.samples
        self.frame_count += 1
        self.damage_count += frame.is_corrupt

    def cut(self, samples: int) -> None:
        """Take back samples that turned out to be padding."""
        self.samples -= samples

    @property
    def ticks(self) -> Ticks:
        """Length of all that was counted."""
        if not self.rate_hz:
            return Ticks(0)
        return Ticks(self._ticks_before + samples_to_ticks(self.samples, self.rate_hz))

    @property
    def seconds(self) -> float:
        """Length of all that was counted."""
        return ticks_to_seconds(self.ticks)

    def facts(self, opened: OpenedAudio, declared_s: Fraction | None) -> AudioFacts:
        """What the file turned out to be.

        Raises
        ------
        DecodeFailed, AudioTooShort, UnsupportedFormat
            Nothing was decoded, or nothing but chance.
        """
        if self._file_shape is None or self._is_chance(opened):
            raise self._nothing(opened)
        rate_hz, channels, format_bits = self._file_shape
        return AudioFacts(
            container=opened.container_name,
            codec=opened.codec_name,
            rate_hz=rate_hz,
            channels=channels,
            bits_per_sample=_bits_per_sample(opened, format_bits),
            duration_ticks=self.ticks,
            declared_duration_ticks=None
            if declared_s is None
            else seconds_to_ticks(float(declared_s)),
        )

    def warnings(self, declared_s: Fraction | None) -> tuple[AudioWarning, ...]:
        """What was lost, with both numbers."""
        missing_s = 0.0 if declared_s is None else float(declared_s) - self.seconds
        allowed_s = max(MISSING_SECONDS, MISSING_SHARE * float(declared_s or 0))
        if missing_s < -allowed_s:
            fact = f"decoded {self.seconds:.1f} seconds, {float(declared_s or 0):.1f} are claimed"
            return (AudioWarning(code="DURATION_MISMATCH", message=fact),)
        if missing_s <= allowed_s and not self.damage_count:
            return ()
        whole = "an unknown number of" if declared_s is None else f"{float(declared_s):.1f}"
        message = f"decoded {self.seconds:.1f} of {whole} seconds"
        if self.damage_count:
            message += f"; damaged places: {self.damage_count}"
        return (AudioWarning(code="DECODE_PARTIAL", message=message),)

    def _is_chance(self, opened: OpenedAudio) -> bool:
        is_doubtful = opened.container_name in HEADERLESS_CONTAINERS and self.damage_count > 0
        return is_doubtful and self.frame_count < max(CREDIBLE_FRAMES, self.damage_count)

    def _nothing(self, opened: OpenedAudio) -> FileProblem:
        if opened.container_name in HEADERLESS_CONTAINERS:
            return UnsupportedFormat("the bytes are no audio that we know")
        if self.damage_count or self.packet_count:
            return DecodeFailed(f"none of {self.packet_count} packets can be decoded")
        return AudioTooShort("the file holds no samples")


def _bits_per_sample(opened: OpenedAudio, format_bits: int) -> int | None:
    codec = opened.codec_name
    if codec.startswith("pcm_"):
        digits = "".join(filter(str.isdigit, codec))
        return int(digits) if digits else 8
    if codec not in LOSSLESS_CODECS:
        return None
    header = opened.stream.codec_context.extradata or b""
    if codec == "alac" and len(header) > ALAC_BITS_BYTE:
        return header[ALAC_BITS_BYTE]
    if codec == "flac" and len(header) > FLAC_BITS_BYTE:
        return ((header[FLAC_BITS_BYTE - 1] & 1) << 4 | header[FLAC_BITS_BYTE] >> 4) + 1
    return format_bits if format_bits <= 16 else None
