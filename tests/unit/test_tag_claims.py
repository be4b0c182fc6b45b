"""Every claim and the cover come out of every container."""

# mypy: disable-error-code="no-untyped-call"

import dataclasses
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import mutagen
import numpy as np
import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import CHAP, COMM, CTOC, ID3, TIT2, TPE1, TXXX

from audio_ident.core.cue_sheet import TICKS_PER_FRAME
from audio_ident.engines.tag_protocol import TagReading
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.model.pictures import PictureRole
from audio_ident.units import TICKS_PER_SECOND
from builders.encode import KINDS, Kind, encode, encode_to
from builders.signals import chirps
from builders.tagging import FULL, picture, tag_fully, uuid_of

COVER = picture()
CUE = 'TITLE "A"\nFILE "a.wav" WAVE\nTRACK 01 AUDIO\nTITLE "one"\nINDEX 01 00:00:00\n' + (
    'TRACK 02 AUDIO\nTITLE "two"\nPERFORMER "P"\nINDEX 01 00:00:37\n'
)
OGG_FLAC = Kind(container="ogg", codec="flac", suffix=".oga")
CONTAINERS = {
    **{
        name: KINDS[name]
        for name in (
            "mp3",
            "flac",
            "ogg vorbis",
            "opus",
            "aac faststart",
            "wma",
            "wavpack",
            "wav 16 bit",
            "aiff",
            "adts aac",
        )
    },
    "ogg flac": OGG_FLAC,
}


def read(path: Path) -> TagReading:
    """What the tags say."""
    return MutagenTagReader().read(path)


WARNINGS = {"TAGS_BROKEN", "TAG_REJECTED", "TAGS_ENCODING_UNSURE", "CUE_BROKEN"}


def a_file(folder: Path, kind: Kind) -> Path:
    """Half a second of sound."""
    path = folder / f"a{kind.suffix}"
    path.write_bytes(encode(chirps(0.5, kind.rate_hz), kind))
    return path


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_claim_comes_out_of_every_container(tmp_path: Path, name: str) -> None:
    """All ids, gains, names and the cover are read, wherever a container keeps them."""
    path = a_file(tmp_path, CONTAINERS[name])
    tag_fully(path, COVER)

    reading = read(path)

    found = dataclasses.asdict(reading.tags)
    expected = dataclasses.asdict(FULL)
    for field in [field for field in expected if "gain_db" in field or "peak" in field]:
        assert found.pop(field) == pytest.approx(expected.pop(field), abs=0.004), field
    assert found == expected
    assert reading.warnings == ()
    assert [(p.data, p.role) for p in reading.pictures] == [(COVER, PictureRole.FRONT)]


@pytest.mark.parametrize("version", [(2, 3), (2, 2)])
def test_older_id3_tells_the_same(tmp_path: Path, version: tuple[int, int]) -> None:
    """Tags of version 2.3 and 2.2 are understood."""
    path = encode_to(tmp_path, chirps(0.5), "mp3 without ID3")
    if version == (2, 3):
        tags = ID3()
        tags.add(TIT2(encoding=1, text="Täg"))
        tags.save(path, v2_version=3)
    else:
        text = b"\x00T\xe4g"
        frame = b"TT2" + len(text).to_bytes(3, "big") + text
        path.write_bytes(
            b"ID3\x02\x00\x00" + len(frame).to_bytes(4, "big") + frame + path.read_bytes()
        )
    assert read(path).tags.title == "Täg"


def test_id3v1_and_apev2_fill_what_id3v2_leaves_open(tmp_path: Path) -> None:
    """Of several tags in one MP3 the newest kind counts, field by field."""
    path = encode_to(tmp_path, chirps(0.5), "mp3 without ID3")
    ape = APEv2()
    ape["Title"], ape["Album"], ape["ISRC"] = "ape", "ape", "DEAB19900001"
    ape.save(path)
    assert (read(path).tags.title, read(path).tags.album) == ("ape", "ape")
    tags = ID3()
    tags.add(TIT2(encoding=3, text="id3"))
    tags.save(path, v1=2)
    found = read(path).tags
    assert (found.title, found.album, found.isrcs) == ("id3", "ape", ("DEAB19900001",))


def test_an_id3v1_tag_alone_is_read(tmp_path: Path) -> None:
    """The 128 bytes at the end are tags as well."""
    path = encode_to(tmp_path, chirps(0.5), "mp3 without ID3")
    v1 = b"TAG" + b"Title".ljust(30, b"\0") + b"Artist".ljust(30, b" ") + b"".ljust(30, b"\0")
    path.write_bytes(path.read_bytes() + v1 + b"1999" + b"\0" * 28 + b"\0\x07" + b"\x08")
    found = read(path).tags
    assert (found.title, found.artist, found.date) == ("Title", "Artist", "1999")
    assert (found.track_number, found.genre) == (7, "Jazz")


def test_riff_info_is_read_where_a_wav_has_no_id3(tmp_path: Path) -> None:
    """INFO chunks name title and artist, in UTF-8 or CP1252."""
    path = encode_to(tmp_path, chirps(0.5), "wav 16 bit")
    texts = b"INFO" + b"".join(
        name + len(text).to_bytes(4, "little") + text + b"\0" * (len(text) & 1)
        for name, text in ((b"INAM", b"T\xe4g\0"), (b"IART", "Bjørk".encode()), (b"ITRK", b"4"))
    )
    path.write_bytes(path.read_bytes() + b"LIST" + len(texts).to_bytes(4, "little") + texts)
    found = read(path).tags
    assert (found.title, found.artist, found.track_number) == ("Täg", "Bjørk", 4)


def write_matroska(path: Path, form: str) -> None:
    """A little silence with tags, chapters and, where there is room, a cover."""
    with av.open(path, "w", format=form) as output:
        output.metadata.update(title="Täg", ARTIST="A", MUSICBRAINZ_TRACKID=uuid_of(1))
        millisecond = Fraction(1, 1000)
        output.set_chapters(
            [
                {"id": n, "start": s, "end": e, "time_base": millisecond, "metadata": {"title": t}}
                for n, s, e, t in ((1, 0, 250, "one"), (2, 250, 500, "two"))
            ]
        )
        if form == "matroska":
            output.add_attachment("cover.png", "image/png", COVER)
        stream = output.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.float32), "flt", "mono")
        frame.sample_rate, frame.pts = 48_000, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


@pytest.mark.parametrize("form", ["matroska", "webm"])
def test_matroska_tells_tags_chapters_and_covers(tmp_path: Path, form: str) -> None:
    """Matroska and WebM are read by FFmpeg."""
    path = tmp_path / "a.mka"
    write_matroska(path, form)

    reading = read(path)

    tags = reading.tags
    assert (tags.title, tags.artist, tags.musicbrainz_recording_id) == ("Täg", "A", uuid_of(1))
    assert [(c.title, c.start_ticks, c.end_ticks) for c in reading.chapters] == [
        ("one", 0, TICKS_PER_SECOND // 4),
        ("two", TICKS_PER_SECOND // 4, TICKS_PER_SECOND // 2),
    ]
    assert [p.data for p in reading.pictures] == [COVER] * (form == "matroska")


def chaptered_id3(path: Path) -> None:
    """CHAP frames out of order, the second without an end."""
    tags = ID3()
    tags.add(CHAP("c2", 200, 0, sub_frames=[TIT2(encoding=3, text="two")]))
    tags.add(CHAP("c1", 0, 200, sub_frames=[TIT2(encoding=3, text="one")]))
    tags.add(CTOC("toc", flags=3, child_element_ids=["c1", "c2"]))
    tags.save(path)


def chaptered_vorbis(path: Path) -> None:
    """CHAPTERnnn comments."""
    file: Any = mutagen.File(path)
    file["CHAPTER001"], file["CHAPTER001NAME"] = "00:00:00.000", "one"
    file["CHAPTER002"], file["CHAPTER002NAME"] = "00:00:00.200", "two"
    file["CHAPTER003"] = "soon"
    file.save()


@pytest.mark.parametrize(
    ("name", "write"),
    [("mp3", chaptered_id3), ("flac", chaptered_vorbis), ("opus", chaptered_vorbis)],
)
def test_chapters_in_tags_are_read(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    """Chapters of ID3 and of Vorbis comments come in order, each with an end."""
    path = encode_to(tmp_path, chirps(0.5, KINDS[name].rate_hz), name)
    write(path)
    found = read(path).chapters
    middle = TICKS_PER_SECOND // 5
    assert [(c.title, c.start_ticks, c.end_ticks) for c in found] == [
        ("one", 0, middle),
        ("two", middle, None),
    ]


def test_chapters_of_mp4_are_read(tmp_path: Path) -> None:
    """FFmpeg writes the list of Nero and a track of QuickTime; they are one list to us."""
    path = tmp_path / "a.m4b"
    with av.open(path, "w", format="mp4") as output:
        output.set_chapters(
            [
                {
                    "id": number,
                    "start": number * 100,
                    "end": number * 100 + 100,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": f"part {number}"},
                }
                for number in range(3)
            ]
        )
        stream = output.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 48_000, 0
        for part in av.AudioResampler("fltp", "mono", 48_000, frame_size=1024).resample(frame):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    tenth = TICKS_PER_SECOND // 10
    assert [(c.title, c.start_ticks) for c in read(path).chapters] == [
        ("part 0", 0),
        ("part 1", tenth),
        ("part 2", 2 * tenth),
    ]


@pytest.mark.parametrize("name", ["flac", "mp3", "wavpack"])
def test_an_embedded_cue_sheet_gives_chapters(tmp_path: Path, name: str) -> None:
    """The tag CUESHEET is understood in Vorbis comments, TXXX and APEv2."""
    path = encode_to(tmp_path, chirps(0.5, KINDS[name].rate_hz), name)
    if name == "mp3":
        tags = ID3()
        tags.add(TXXX(encoding=3, desc="CUESHEET", text=CUE))
        tags.save(path)
    else:
        file: Any = mutagen.File(path)
        if file.tags is None:
            file.add_tags()
        file["cuesheet"] = CUE
        file.save()
    border = 37 * TICKS_PER_FRAME
    source = ChapterSource.CUE_EMBEDDED
    assert read(path).chapters == (
        Chapter(source=source, start_ticks=0, end_ticks=border, title="one"),
        Chapter(source=source, start_ticks=border, title="two", performer="P"),
    )


def test_a_cue_block_of_flac_gives_chapters(tmp_path: Path) -> None:
    """Sample positions and ISRCs of the CUESHEET block are kept, its lead-out is not."""
    path = encode_to(tmp_path, chirps(0.5), "flac")
    file: Any = mutagen.flac.FLAC(path)
    sheet = mutagen.flac.CueSheet(None)
    sheet.tracks = []
    for number, start in ((1, 0), (2, 5880), (170, 22_050)):
        isrc = b"DEAB19900001" if number == 2 else b""
        track = mutagen.flac.CueSheetTrack(number, start, isrc)
        if number != 170:
            track.indexes = [mutagen.flac.CueSheetTrackIndex(1, 0)]
        sheet.tracks.append(track)
    file.cuesheet = sheet
    file.metadata_blocks.append(sheet)
    file.save()
    border, end = 5880 * 640, 22_050 * 640
    source = ChapterSource.CUE_FLAC
    assert read(path).chapters == (
        Chapter(source=source, start_ticks=0, end_ticks=border),
        Chapter(source=source, start_ticks=border, end_ticks=end, isrc="DEAB19900001"),
    )


def test_what_is_no_id_is_reported_and_not_believed(tmp_path: Path) -> None:
    """An id must look like one."""
    path = encode_to(tmp_path, chirps(0.5), "flac")
    file: Any = mutagen.File(path)
    file["musicbrainz_trackid"] = "0000"
    file["musicbrainz_artistid"] = f"{uuid_of(1)}; nonsense/{uuid_of(2).upper()}"
    file["isrc"] = ["none", "us-rc1-76-07839"]
    file["replaygain_track_gain"] = "loud"
    file.save()
    reading = read(path)
    assert reading.tags.musicbrainz_recording_id is None
    assert reading.tags.musicbrainz_artist_ids == (uuid_of(1), uuid_of(2))
    assert reading.tags.isrcs == ("USRC17607839",)
    assert reading.tags.replaygain_track_gain_db is None
    assert [warning.code for warning in reading.warnings] == ["TAG_REJECTED"] * 3


def test_placeholders_are_no_claims(tmp_path: Path) -> None:
    """What programs write when they know nothing is not stored."""
    path = encode_to(tmp_path, chirps(0.5), "flac")
    file: Any = mutagen.File(path)
    file["title"], file["artist"], file["album"] = "Track 01", "Unknown Artist", "Unknown Album"
    file["albumartist"] = "Various Artists"
    file.save()
    tags = read(path).tags
    assert (tags.title, tags.artist, tags.artists, tags.album) == (None, None, (), None)
    assert tags.album_artist == "Various Artists"


def test_text_in_a_wrong_encoding_is_repaired_only_where_that_is_certain(tmp_path: Path) -> None:
    """UTF-8 declared as Latin-1 is repaired; Cyrillic is left alone and reported."""
    path = encode_to(tmp_path, chirps(0.5), "mp3")
    cyrillic = "Кино и звезда".encode("cp1251").decode("latin-1")
    tags = ID3()
    tags.add(TIT2(encoding=0, text="Jóga".encode().decode("latin-1")))
    tags.add(TPE1(encoding=0, text=cyrillic))
    tags.add(COMM(encoding=0, lang="eng", desc="iTunNORM", text=cyrillic))
    tags.save(path)
    reading = read(path)
    assert (reading.tags.title, reading.tags.artist) == ("Jóga", cyrillic)
    assert [warning.code for warning in reading.warnings] == ["TAGS_ENCODING_UNSURE"]


@pytest.mark.parametrize("name", [*CONTAINERS, "matroska"])
def test_mutated_files_never_raise(tmp_path: Path, name: str) -> None:
    """However bytes of a file full of tags are changed, there is an answer."""
    if name == "matroska":
        path = tmp_path / "a.mka"
        write_matroska(path, name)
    else:
        path = a_file(tmp_path, CONTAINERS[name])
        tag_fully(path, COVER)
    whole = path.read_bytes()
    chance = random.Random(name)
    for _ in range(40):
        broken = bytearray(whole[: chance.choice([len(whole), chance.randrange(1, len(whole))])])
        for _ in range(chance.randrange(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(broken)
        assert {warning.code for warning in read(path).warnings} <= WARNINGS
