"""What becomes of the result of a conversion when the disk or the name is against it."""

from pathlib import Path

import pytest

from audio_ident.api.media_headers import disposition
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.errors import DiskFull
from audio_ident.library.playback.convert import Destination, convert
from audio_ident.library.playback.names import download_name
from audio_ident.model.playback import AudioFormat, Conversion
from audio_ident.model.tags import Tags
from audio_ident.units import Ticks, seconds_to_ticks
from builders.encode import KINDS, encode
from builders.reports import a_track
from builders.signals import chirps

LIMITS = DecodeLimits(max_bytes=1 << 30, max_seconds=600, timeout_s=60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
@pytest.mark.parametrize("made", [made for made in AudioFormat if made != AudioFormat.ORIGINAL])
def test_a_full_disk_has_its_code_and_nothing_stays(made: AudioFormat, tmp_path: Path) -> None:
    """Whichever encoder writes: DISK_FULL without a path, and no half of a result."""
    source = tmp_path / "a.wav"
    source.write_bytes(encode(chirps(3.0), KINDS["wav 16 bit"]))
    growing, finished = tmp_path / "growing", tmp_path / "finished"
    growing.symlink_to("/dev/full")
    conversion = Conversion(
        path=str(source),
        root=str(tmp_path),
        start_ticks=Ticks(0),
        end_ticks=seconds_to_ticks(3.0),
        format=made,
        rate_hz=48_000,
        channels=2,
        is_16_bit=True,
    )
    with pytest.raises(DiskFull) as raised:
        convert(
            conversion,
            Destination(growing=growing, finished=finished, most_bytes=1 << 30),
            PyavDecoder(lambda: 0.0),
            LIMITS,
        )

    assert str(tmp_path) not in raised.value.fact
    assert not growing.is_symlink()
    assert not finished.exists()


@pytest.mark.parametrize(
    ("artist", "title", "name"),
    [
        ("AC/DC", "T.N.T.", "AC_DC - T.N.T.flac"),
        ("Björk", "Jóga", "Björk - Jóga.flac"),
        ("a", 'say "hi"\r\nSet-Cookie: x', "a - say _hi___Set-Cookie_ x.flac"),
        (None, "../../etc/passwd", "_.._etc_passwd.flac"),
        ("曲" * 200, "x", "曲" * 120 + ".flac"),
        ("a", "b\u202egpj", "a - b_gpj.flac"),
    ],
)
def test_names_of_downloads_are_safe(artist: str | None, title: str, name: str) -> None:
    """Nothing that is a path, ends a header or turns text around, in any script."""
    track = a_track(tags=Tags(artist=artist, title=title))
    found = download_name(track, ".flac")
    header = disposition(found, is_download=True)

    assert found == name
    assert header.isascii()
    assert header.count('"') == 2
    assert header.isprintable()
