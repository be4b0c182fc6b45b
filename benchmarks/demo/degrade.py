"""The conditions of the demo's clips: what is done to the sound, and the file it is written to."""

from collections.abc import Mapping

from audio_ident.core.degrade import (
    Degradation,
    babble,
    clean,
    phone_band,
    pink_noise,
    room_echo,
    white_noise,
)

DEGRADATIONS: Mapping[str, tuple[Degradation, str]] = {
    "clean": (clean, "wav"),
    "white noise +3 dB": (white_noise, "wav"),
    "phone": (phone_band, "phone.wav"),
    "room echo": (room_echo, "wav"),
    "Opus 24k": (clean, "opus"),
    "pink noise +3 dB": (pink_noise, "wav"),
    "babble +5 dB": (babble, "wav"),
}
"""What is done to the sound, and the kind of file it is then written to."""
