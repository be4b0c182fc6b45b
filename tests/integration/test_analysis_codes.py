"""Codes that only a whole analysis can give: a claim that is wrong, a listener that gives up."""

import struct
import time
from pathlib import Path

import pytest

from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.errors import BadInput, FingerprintFailed
from audio_ident.ingest.analyse import analyse
from audio_ident.model.analysis import Field
from audio_ident.model.audio import Feed, Mono
from builders.encode import encode_to
from builders.hearing import GENEROUS
from builders.signals import chirps

TOTAL_SAMPLES_BYTE = 22
"""Lower half of the number of samples in the first block of a FLAC file (RFC 9639, 8.2)."""


class _ConfusedListener:
    """Makes nothing of what it hears."""

    name = "confused"
    version = 1
    hears = Feed.MONO_16K

    def feed(self, block: Mono) -> None:
        """Listen."""
        del block

    def finish(self) -> dict[str, Field]:
        """Give up."""
        raise BadInput("fewer than three peaks")


def test_a_file_that_is_longer_than_it_claims_is_used_with_a_warning(tmp_path: Path) -> None:
    """All of the audio is heard, and both lengths are told."""
    path = encode_to(tmp_path, chirps(8), "flac")
    content = bytearray(path.read_bytes())
    content[TOTAL_SAMPLES_BYTE : TOTAL_SAMPLES_BYTE + 4] = struct.pack(">I", 44_100)
    path.write_bytes(content)
    found = analyse(path, PyavDecoder(clock=time.monotonic), LISTENERS, GENEROUS)

    (warning,) = found.analysis.warnings
    assert warning.code == "DURATION_MISMATCH"
    assert warning.message == "decoded 8.0 seconds, 1.0 are claimed"


def test_a_listener_that_gives_up_fails_the_file_by_name(tmp_path: Path) -> None:
    """The error says which listener, so that it is not taken for damage of the file."""
    path = encode_to(tmp_path, chirps(1), "flac")
    with pytest.raises(FingerprintFailed, match="confused: fewer than three peaks"):
        analyse(path, PyavDecoder(clock=time.monotonic), [*LISTENERS, _ConfusedListener], GENEROUS)
