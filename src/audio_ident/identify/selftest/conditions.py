"""The conditions of a self-test: what is done to a clip before the library is asked."""

import dataclasses
from collections.abc import Callable

import numpy as np

from audio_ident.core import degrade
from audio_ident.core.degrade import Degradation
from audio_ident.engines.encoder_pyav import Encoding, encoded
from audio_ident.engines.protocols import Source
from audio_ident.model.audio import MONO_RATE_HZ, Mono

MP3_32K = Encoding(container="mp3", codec="libmp3lame", rate_hz=22_050, bits_per_s=32_000)
OPUS_16K = Encoding(container="opus", codec="libopus", rate_hz=48_000, bits_per_s=16_000)

CLIP_LENGTHS_S = (3.0, 5.0, 10.0)

FOREIGN_CLIP_S = 10.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One way in which music reaches us."""

    name: str
    degradation: Degradation = degrade.clean
    encoding: Encoding | None = None


CLEAN = Condition(name="clean")

CONDITIONS = (
    CLEAN,
    Condition(name="white noise +3 dB", degradation=degrade.white_noise),
    Condition(name="babble +5 dB", degradation=degrade.babble),
    Condition(name="phone band", degradation=degrade.phone_band),
    Condition(name="room echo", degradation=degrade.room_echo),
    Condition(name="clipped 12 dB", degradation=degrade.clipped),
    Condition(name="MP3 32 kbit/s", encoding=MP3_32K),
    Condition(name="Opus 16 kbit/s", encoding=OPUS_16K),
    Condition(name="2 % faster", degradation=degrade.faster),
    Condition(name="2 % slower", degradation=degrade.slower),
)


def degraded(
    clip: Mono,
    condition: Condition,
    rng: np.random.Generator,
    decode: Callable[[Source], Mono],
) -> Mono:
    """A clip at `MONO_RATE_HZ` under a condition; `decode` reads an encoded one back."""
    heard = condition.degradation(clip, MONO_RATE_HZ, rng)
    if condition.encoding is None:
        return heard
    return decode(encoded(heard, MONO_RATE_HZ, condition.encoding))
