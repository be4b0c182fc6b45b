"""Tags of real files of every family of containers, whole and broken."""

# mypy: disable-error-code="no-untyped-call"

import pickle
import random
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import mutagen
import numpy as np
import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TALB, TCON, TDRC, TIT2, TPE1, TPE2, TPOS, TRCK

from audio_ident.core.claims import MAX_TEXT_CHARACTERS
from audio_ident.engines.tag_protocol import TagReading
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.errors import FileUnreadable
from audio_ident.model.tags import Tags

FULL = Tags(
    title="Título ♪",
    artist="Ärtist",
    artists=("Ärtist",),
    album="Album",
    album_artist="Various",
    album_artists=("Various",),
    track_number=3,
    track_total=12,
    disc_number=1,
    disc_total=2,
    date="1999-05-31",
    genre="Jazz; Funk",
    genres=("Jazz", "Funk"),
)
CODECS = {
    "mp3": "libmp3lame",
    "flac": "flac",
    "ogg": "vorbis",
    "opus": "libopus",
    "m4a": "aac",
    "wav": "pcm_s16le",
    "aiff": "pcm_s16be",
    "wma": "wmav2",
    "wv": "wavpack",
    "aac": "aac",
}


WARNINGS = {"TAGS_BROKEN", "TAG_REJECTED", "TAGS_ENCODING_UNSURE", "CUE_BROKEN"}


def encode(path: Path) -> Path:
    """Half a second of noise in the container and codec of the file name."""
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 24_000)).astype(np.float32)
    form = {".aac": "adts", ".wma": "asf"}.get(path.suffix)
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(CODECS[path.suffix[1:]], rate=48_000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "stereo"
        stream.bit_rate = 128_000
        stream.codec_context.options = {"strict": "experimental"}
        frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
        frame.sample_rate = 48_000
        frame.pts = 0
        frame.time_base = Fraction(1, 48_000)
        resampler = av.AudioResampler(
            stream.format.name, "stereo", 48_000, frame_size=stream.codec_context.frame_size or 0
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def tag(path: Path) -> None:
    """Write all of `FULL` the way the container wants it."""
    writers = {
        "flac": _tag_vorbis,
        "ogg": _tag_vorbis,
        "opus": _tag_vorbis,
        "m4a": _tag_mp4,
        "wma": _tag_asf,
        "wv": _tag_ape,
    }
    writers.get(path.suffix[1:], _tag_id3)(path)


def _tag_id3(path: Path) -> None:
    frames = [
        TIT2(encoding=3, text=FULL.title),
        TPE1(encoding=1, text=FULL.artist),
        TALB(encoding=0, text=FULL.album),
        TPE2(encoding=3, text=FULL.album_artist),
        TRCK(encoding=3, text="3/12"),
        TPOS(encoding=3, text="1/2"),
        TDRC(encoding=3, text=FULL.date),
        TCON(encoding=3, text=["Jazz", "(5)"]),
    ]
    if path.suffix in {".wav", ".aiff"}:
        file: Any = mutagen.File(path)
        file.add_tags()
        for frame in frames:
            file.tags.add(frame)
        file.save()
        return
    tags = ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(path)


def _tag_vorbis(path: Path) -> None:
    file: Any = mutagen.File(path)
    file["TITLE"] = FULL.title
    file["artist"] = FULL.artist
    file["album"] = FULL.album
    file["albumartist"] = FULL.album_artist
    file["tracknumber"], file["tracktotal"] = "03", "12"
    file["discnumber"] = "1/2"
    file["date"] = FULL.date
    file["genre"] = ["Jazz", "Funk"]
    file.save()


def _tag_mp4(path: Path) -> None:
    file: Any = mutagen.File(path)
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"] = FULL.title, FULL.artist, FULL.album
    file["aART"], file["\xa9day"] = FULL.album_artist, FULL.date
    file["\xa9gen"] = ["Jazz", "Funk"]
    file["trkn"], file["disk"] = [(3, 12)], [(1, 2)]
    file.save()


def _tag_asf(path: Path) -> None:
    file: Any = mutagen.File(path)
    file["Title"], file["Author"], file["WM/AlbumTitle"] = FULL.title, FULL.artist, FULL.album
    file["WM/AlbumArtist"], file["WM/Year"] = FULL.album_artist, FULL.date
    file["WM/TrackNumber"], file["WM/PartOfSet"] = "3/12", "1/2"
    file["WM/Genre"] = ["Jazz", "Funk"]
    file.save()


def _tag_ape(path: Path) -> None:
    tags = APEv2()
    tags["Title"], tags["Artist"], tags["Album"] = FULL.title, FULL.artist, FULL.album
    tags["Album Artist"], tags["Year"] = FULL.album_artist, FULL.date
    tags["Track"], tags["Disc"], tags["Genre"] = "3/12", "1 of 2", ["Jazz", "Funk"]
    tags.save(path)


def _read(path: Path) -> TagReading:
    return MutagenTagReader().read(path)


@pytest.mark.parametrize("extension", CODECS)
def test_every_container_tells_the_same(tmp_path: Path, extension: str) -> None:
    """The same claims come out of every container, and none of one without tags."""
    path = encode(tmp_path / f"a.{extension}")
    assert _read(path) == TagReading(tags=Tags())
    tag(path)
    assert _read(path) == TagReading(tags=FULL)


@pytest.mark.parametrize("extension", CODECS)
def test_broken_files_never_raise(tmp_path: Path, extension: str) -> None:
    """Cut short, with bytes changed at random, or empty: there is always an answer."""
    path = encode(tmp_path / f"a.{extension}")
    tag(path)
    whole = path.read_bytes()
    chance = random.Random(extension)
    for _ in range(60):
        broken = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.randrange(1, 30)):
            if broken:
                broken[chance.randrange(min(len(broken), 2000))] = chance.randrange(256)
        path.write_bytes(broken)
        reading = _read(path)
        assert {warning.code for warning in reading.warnings} <= WARNINGS
    path.write_bytes(b"")
    assert _read(path).tags == Tags()


def test_text_is_made_fit_for_a_catalogue(tmp_path: Path) -> None:
    """NUL, control characters and surplus length go; blank and zero claims are none."""
    path = encode(tmp_path / "a.flac")
    file: Any = mutagen.File(path)
    file["title"] = " a\x00b\r\nc\x07 "
    file["artist"] = ["x" * 5000, ""]
    file["album"] = " \x00 "
    file["tracknumber"] = "0/99999999999999999999"
    file["discnumber"] = "side A"
    file["genre"] = ["Jazz", "Jazz"]
    file.save()
    tags = _read(path).tags
    long = "x" * MAX_TEXT_CHARACTERS
    assert tags == Tags(
        title="a; b c", artist=long, artists=(long,), genre="Jazz", genres=("Jazz",)
    )


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """Bytes and time of the file stay as they were."""
    path = encode(tmp_path / "a.mp3")
    tag(path)
    before = path.read_bytes(), path.stat().st_mtime_ns
    _read(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """Absence is the one thing a reader raises for."""
    with pytest.raises(FileUnreadable):
        _read(tmp_path / "none.mp3")


def test_the_reader_survives_pickling_and_the_wrong_name(tmp_path: Path) -> None:
    """It can be sent to a worker, and believes the bytes rather than the ending."""
    path = encode(tmp_path / "a.flac")
    tag(path)
    reader = pickle.loads(pickle.dumps(MutagenTagReader()))  # noqa: S301
    assert reader.read(path.rename(tmp_path / "a.mp3")).tags == FULL


def test_a_wav_by_the_standard_library_has_no_tags(tmp_path: Path) -> None:
    """A plain file is no broken one."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(100))
    assert _read(path) == TagReading(tags=Tags())
