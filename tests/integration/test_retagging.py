"""The digest of the audio survives retagging; that of the file does not."""

import time
from pathlib import Path

import mutagen
import mutagen.apev2
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import pytest

from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.ingest.analyse import FileAnalysis, analyse
from builders.encode import KINDS, cover_png, encode, encode_to
from builders.hearing import GENEROUS
from builders.signals import chirps

TAGGABLE = [
    "mp3",
    "mp3 without Xing",
    "mp3 without Xing and ID3",
    "mp3 without ID3",
    "flac",
    "ogg vorbis",
    "opus",
    "aac, moov at the end",
    "aac faststart",
    "alac",
    "wma",
    "wavpack",
    "wav 16 bit",
    "aiff",
]


def _analyse(path: Path) -> FileAnalysis:
    return analyse(path, PyavDecoder(clock=time.monotonic), LISTENERS, GENEROUS)


def _retag(path: Path, title: str) -> None:
    """A new title and, where the format has a place for it, a picture of 100 kB and more."""
    picture = cover_png() + bytes(100_000)
    song = mutagen.File(path)
    if song.tags is None:
        song.add_tags()
    if isinstance(song.tags, mutagen.id3.ID3):
        song.tags.add(mutagen.id3.TIT2(encoding=3, text=title))
        song.tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, data=picture))
    elif isinstance(song, mutagen.mp4.MP4):
        song["\xa9nam"] = title
        song["covr"] = [mutagen.mp4.MP4Cover(picture, mutagen.mp4.MP4Cover.FORMAT_PNG)]
    else:
        song["title"] = title
    if isinstance(song, mutagen.flac.FLAC):
        art = mutagen.flac.Picture()
        art.type, art.mime, art.data = 3, "image/png", picture
        song.add_picture(art)
    song.save()


@pytest.mark.parametrize("name", TAGGABLE)
def test_a_retagged_file_is_the_same_audio(name: str, tmp_path: Path) -> None:
    """Title and cover change the bytes of the file and not its audio digest, nor its length."""
    path = encode_to(tmp_path, chirps(2, KINDS[name].rate_hz), name)
    seen = [_analyse(path)]
    for title in ("A title", "Ein längerer Titel ♫" * 20):
        _retag(path, title)
        seen.append(_analyse(path))
    assert len({file.sha256 for file in seen}) == 3
    assert len({file.analysis.digest for file in seen}) == 1
    assert len({file.analysis.facts.duration_ticks for file in seen}) == 1
    assert not any(file.analysis.warnings for file in seen)


@pytest.mark.parametrize("name", ["mp3", "mp3 without Xing and ID3"])
def test_tags_at_the_end_of_an_mp3_are_no_audio(name: str, tmp_path: Path) -> None:
    """ID3v1 and APEv2 tags behind the last frame change nothing."""
    path = encode_to(tmp_path, chirps(2), name)
    before = _analyse(path).analysis.digest
    tag = mutagen.apev2.APEv2()
    tag["title"] = "A title"
    tag.save(path)
    assert _analyse(path).analysis.digest == before
    with path.open("ab") as file:
        file.write(b"TAG" + b"A title".ljust(125, b"\0"))
    assert _analyse(path).analysis.digest == before
    tag["title"] = "Quite another title " * 100
    path.write_bytes(path.read_bytes()[:-128])
    tag.save(path)
    assert _analyse(path).analysis.digest == before


def test_another_container_holds_the_same_audio(tmp_path: Path) -> None:
    """Where the index lies in an MP4 file makes no difference."""
    digests = {
        _analyse(encode_to(tmp_path, chirps(2), name)).analysis.digest
        for name in ("aac, moov at the end", "aac faststart")
    }
    assert len(digests) == 1


def test_other_audio_has_another_digest(tmp_path: Path) -> None:
    """One sample of difference, or the same bytes at another rate, is other audio."""
    samples = chirps(1)
    samples[1000] += 0.01
    variants = {"a": chirps(1), "b": samples}
    digests = set()
    for name, variant in variants.items():
        path = tmp_path / f"{name}.wav"
        path.write_bytes(encode(variant, KINDS["wav 16 bit"]))
        digests.add(_analyse(path).analysis.digest)
    slower = tmp_path / "slower.wav"
    slower.write_bytes(
        encode(chirps(1), KINDS["wav 16 bit"]).replace(b"D\xac\0\0", b"\x80\xbb\0\0")
    )
    digests.add(_analyse(slower).analysis.digest)
    assert len(digests) == 3
