"""A file of hours, written in no time."""

from pathlib import Path

import numpy as np

from audio_ident.model.audio import Mono

HOURS = 4
RATE_HZ = 8000


def write_hours(path: Path, hours: int = HOURS) -> None:
    """A WAV file of a minute of notes over and over, with ten minutes of silence every hour."""
    data_bytes = hours * 3600 * RATE_HZ * 2
    header = b"RIFF" + (data_bytes + 36).to_bytes(4, "little") + b"WAVEfmt "
    header += (16).to_bytes(4, "little") + (1).to_bytes(2, "little") + (1).to_bytes(2, "little")
    header += RATE_HZ.to_bytes(4, "little") + (2 * RATE_HZ).to_bytes(4, "little")
    header += (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    header += b"data" + data_bytes.to_bytes(4, "little")
    minute = (_notes(60) * 32_000).astype(np.int16).tobytes()
    with path.open("wb") as file:
        file.write(header)
        for hour in range(hours):
            file.seek(len(header) + hour * 3600 * RATE_HZ * 2)
            for _ in range(50):
                file.write(minute)
        file.truncate(len(header) + data_bytes)


def _notes(seconds: int) -> Mono:
    """Four voices that change their notes twice a second."""
    rng = np.random.default_rng(1)
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    frequencies_hz = 110 * 2 ** (rng.integers(0, 48, (2 * seconds, 4)) / 12)
    voices = np.sin(2 * np.pi * frequencies_hz[:, :, np.newaxis] * time_s)
    notes = (voices * np.exp(-3 * time_s)).mean(axis=1).reshape(-1)
    return np.asarray(notes, np.float32)
