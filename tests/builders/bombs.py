"""Small files that decode to hours."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE_HZ = 8000


def write_silent_flac(path: Path, hours: int) -> None:
    """An hour of silence is a hundred kilobytes: a frame of half a second takes a dozen bytes."""
    with av.open(str(path), "w", format="flac") as output:
        stream = output.add_stream("flac", rate=RATE_HZ, layout="mono")
        stream.codec_context.open()
        size = stream.codec_context.frame_size
        frame = av.AudioFrame.from_ndarray(np.zeros((1, size), np.int16), "s16", "mono")
        frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
        for number in range(hours * 3600 * RATE_HZ // size):
            frame.pts = number * size
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def write_sparse_wav(path: Path, size: int) -> None:
    """As many bytes as wanted of silence at the lowest rate."""
    header = b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVEfmt "
    header += (16).to_bytes(4, "little") + (1).to_bytes(2, "little") + (1).to_bytes(2, "little")
    header += (1000).to_bytes(4, "little") + (1000).to_bytes(4, "little")
    header += (1).to_bytes(2, "little") + (8).to_bytes(2, "little")
    header += b"data" + (size - 44).to_bytes(4, "little")
    path.write_bytes(header + bytes([128]) * (size - 44))
