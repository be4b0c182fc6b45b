"""Writes every claim that we read, in the way of every family of containers."""

# mypy: disable-error-code="no-untyped-call"

import base64
import io
import struct
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
from mutagen.apev2 import APEv2, APEValue
from mutagen.asf import ASFByteArrayAttribute
from mutagen.flac import Picture
from mutagen.id3 import (
    APIC,
    ID3,
    RVA2,
    TALB,
    TCMP,
    TCOM,
    TCON,
    TDOR,
    TDRC,
    TIT2,
    TPE1,
    TPE2,
    TPOS,
    TRCK,
    TSRC,
    TSST,
    TXXX,
    UFID,
)
from mutagen.mp4 import MP4Cover, MP4FreeForm
from PIL import Image

from audio_ident.model.tags import Tags


def uuid_of(number: int) -> str:
    """A UUID that is easy to tell from others."""
    return f"{number:08x}-aaaa-4bbb-8ccc-{number:012x}"


FULL = Tags(
    title="Título ♪",
    artist="Ärtist; Ōther",
    artists=("Ärtist", "Ōther"),
    album="Album",
    album_artist="Various",
    album_artists=("Various",),
    track_number=3,
    track_total=12,
    disc_number=1,
    disc_total=2,
    disc_subtitle="Night",
    date="1999-05-31",
    original_date="1971",
    genre="Jazz; Funk",
    genres=("Jazz", "Funk"),
    composers=("Clara", "Fanny"),
    is_compilation=True,
    isrcs=("DEAB19900001",),
    musicbrainz_recording_id=uuid_of(1),
    musicbrainz_track_id=uuid_of(2),
    musicbrainz_release_id=uuid_of(3),
    musicbrainz_release_group_id=uuid_of(4),
    musicbrainz_artist_ids=(uuid_of(5), uuid_of(6)),
    musicbrainz_album_artist_ids=(uuid_of(7),),
    musicbrainz_work_ids=(uuid_of(8),),
    musicbrainz_disc_id="abcdefghijklmnopqrstuvwxyz0-",
    acoustid_id=uuid_of(9),
    acoustid_fingerprint="AQADtEmUaEkSRZEGAA",
    replaygain_track_gain_db=-6.5,
    replaygain_track_peak=0.9875,
    replaygain_album_gain_db=-7.25,
    replaygain_album_peak=1.0625,
)

_PICARD = {
    "musicbrainz_track_id": "MusicBrainz Release Track Id",
    "musicbrainz_release_id": "MusicBrainz Album Id",
    "musicbrainz_release_group_id": "MusicBrainz Release Group Id",
    "musicbrainz_artist_ids": "MusicBrainz Artist Id",
    "musicbrainz_album_artist_ids": "MusicBrainz Album Artist Id",
    "musicbrainz_work_ids": "MusicBrainz Work Id",
    "musicbrainz_disc_id": "MusicBrainz Disc Id",
    "acoustid_id": "Acoustid Id",
    "acoustid_fingerprint": "Acoustid Fingerprint",
}
"""What Picard calls them in ID3 and MP4."""

_VORBIS = {
    "musicbrainz_recording_id": "MUSICBRAINZ_TRACKID",
    "musicbrainz_track_id": "MUSICBRAINZ_RELEASETRACKID",
    "musicbrainz_release_id": "MUSICBRAINZ_ALBUMID",
    "musicbrainz_release_group_id": "MUSICBRAINZ_RELEASEGROUPID",
    "musicbrainz_artist_ids": "MUSICBRAINZ_ARTISTID",
    "musicbrainz_album_artist_ids": "MUSICBRAINZ_ALBUMARTISTID",
    "musicbrainz_work_ids": "MUSICBRAINZ_WORKID",
    "musicbrainz_disc_id": "MUSICBRAINZ_DISCID",
    "acoustid_id": "ACOUSTID_ID",
    "acoustid_fingerprint": "ACOUSTID_FINGERPRINT",
}

_GAINS = {
    "REPLAYGAIN_TRACK_GAIN": "-6.50 dB",
    "REPLAYGAIN_TRACK_PEAK": "0.987500",
    "REPLAYGAIN_ALBUM_GAIN": "-7.25 dB",
    "REPLAYGAIN_ALBUM_PEAK": "1.062500",
}


def _values(field: str) -> list[str]:
    value = getattr(FULL, field)
    return list(value) if isinstance(value, tuple) else [value]


def tag_id3(path: Path, cover: bytes) -> None:
    """ID3v2.4, as Picard writes it; the gains of the album as RVA2."""
    frames: list[Any] = [
        UFID(owner="http://musicbrainz.org", data=uuid_of(1).encode()),
        TIT2(encoding=3, text=FULL.title),
        TPE1(encoding=1, text=["Ärtist", "Ōther"]),
        TALB(encoding=0, text=FULL.album),
        TPE2(encoding=3, text=FULL.album_artist),
        TRCK(encoding=3, text="3/12"),
        TPOS(encoding=3, text="1/2"),
        TSST(encoding=3, text=FULL.disc_subtitle),
        TDRC(encoding=3, text=FULL.date),
        TDOR(encoding=3, text=FULL.original_date),
        TCON(encoding=3, text=["Jazz", "(5)"]),
        TCOM(encoding=3, text=["Clara", "Fanny"]),
        TCMP(encoding=3, text="1"),
        TSRC(encoding=3, text="DE-AB1-99-00001"),
        TXXX(encoding=3, desc="replaygain_track_gain", text="-6.50 dB"),
        TXXX(encoding=3, desc="REPLAYGAIN_TRACK_PEAK", text="0.9875"),
        RVA2(desc="album", channel=1, gain=-7.25, peak=1.0625),
        APIC(encoding=3, mime="image/png", type=3, desc="front", data=cover),
    ]
    frames += [TXXX(encoding=3, desc=name, text=_values(field)) for field, name in _PICARD.items()]
    file: Any = mutagen.File(path)
    if path.suffix == ".aac":
        file = None
    tags = file if file is not None else ID3()
    if file is not None:
        if file.tags is None:
            file.add_tags()
        tags = file.tags
    for frame in frames:
        tags.add(frame)
    tags.save(path)


def tag_vorbis(path: Path, cover: bytes) -> None:
    """Vorbis comments, as Picard writes them."""
    file: Any = mutagen.File(path)
    file["title"], file["album"] = FULL.title, FULL.album
    file["artist"] = ["Ärtist", "Ōther"]
    file["albumartist"] = FULL.album_artist
    file["tracknumber"], file["tracktotal"] = "03", "12"
    file["discnumber"], file["discsubtitle"] = "1/2", FULL.disc_subtitle
    file["date"], file["originaldate"] = FULL.date, FULL.original_date
    file["genre"], file["composer"] = ["Jazz", "Funk"], ["Clara", "Fanny"]
    file["compilation"], file["isrc"] = "1", "DEAB19900001"
    for field, name in _VORBIS.items():
        file[name] = _values(field)
    gains = dict(_GAINS)
    if path.suffix == ".opus":
        del gains["REPLAYGAIN_TRACK_GAIN"], gains["REPLAYGAIN_ALBUM_GAIN"]
        file["R128_TRACK_GAIN"], file["R128_ALBUM_GAIN"] = str(-2944), str(-3136)
    for name, text in gains.items():
        file[name] = text
    art = Picture()
    art.type, art.mime, art.desc, art.data = 3, "image/png", "front", cover
    if path.suffix == ".flac":
        file.add_picture(art)
    else:
        file["metadata_block_picture"] = [base64.b64encode(art.write()).decode()]
    file.save()


def tag_mp4(path: Path, cover: bytes) -> None:
    """Atoms of iTunes, and freeform ones as Picard writes them."""
    file: Any = mutagen.File(path)
    file["\xa9nam"], file["\xa9alb"] = FULL.title, FULL.album
    file["\xa9ART"] = ["Ärtist", "Ōther"]
    file["aART"], file["\xa9day"] = FULL.album_artist, FULL.date
    file["\xa9gen"], file["\xa9wrt"] = ["Jazz", "Funk"], ["Clara", "Fanny"]
    file["trkn"], file["disk"], file["cpil"] = [(3, 12)], [(1, 2)], True
    texts = {name: _values(field) for field, name in _PICARD.items()}
    texts |= {"MusicBrainz Track Id": [uuid_of(1)], "ISRC": ["DEAB19900001"]}
    texts |= {"DISCSUBTITLE": ["Night"], "ORIGINALDATE": ["1971"]}
    texts |= {name.lower(): [text] for name, text in _GAINS.items()}
    for name, values in texts.items():
        file[f"----:com.apple.iTunes:{name}"] = [MP4FreeForm(v.encode()) for v in values]
    file["covr"] = [MP4Cover(cover, MP4Cover.FORMAT_PNG)]
    file.save()


def tag_asf(path: Path, cover: bytes) -> None:
    """Attributes of Windows Media, as Picard writes them."""
    file: Any = mutagen.File(path)
    file["Title"], file["WM/AlbumTitle"] = FULL.title, FULL.album
    file["Author"] = ["Ärtist", "Ōther"]
    file["WM/AlbumArtist"], file["WM/Year"] = FULL.album_artist, FULL.date
    file["WM/OriginalReleaseTime"], file["WM/SetSubTitle"] = FULL.original_date, "Night"
    file["WM/TrackNumber"], file["WM/PartOfSet"] = "3/12", "1/2"
    file["WM/Genre"], file["WM/Composer"] = ["Jazz", "Funk"], ["Clara", "Fanny"]
    file["WM/IsCompilation"], file["WM/ISRC"] = "1", "DEAB19900001"
    file["MusicBrainz/Track Id"] = uuid_of(1)
    for field, name in _PICARD.items():
        file[name.replace(" ", "/", 1)] = _values(field)
    for name, text in _GAINS.items():
        file[name] = text
    head = struct.pack("<bi", 3, len(cover))
    head += "image/png\0".encode("utf-16-le") + "front\0".encode("utf-16-le")
    file["WM/Picture"] = [ASFByteArrayAttribute(head + cover)]
    file.save()


def tag_ape(path: Path, cover: bytes) -> None:
    """APEv2 items, as Picard writes them."""
    tags = APEv2()
    tags["Title"], tags["Album"] = FULL.title, FULL.album
    tags["Artist"] = ["Ärtist", "Ōther"]
    tags["Album Artist"], tags["Year"] = FULL.album_artist, FULL.date
    tags["OriginalDate"], tags["DiscSubtitle"] = FULL.original_date, "Night"
    tags["Track"], tags["Disc"] = "3/12", "1 of 2"
    tags["Genre"], tags["Composer"] = ["Jazz", "Funk"], ["Clara", "Fanny"]
    tags["Compilation"], tags["ISRC"] = "1", "DEAB19900001"
    for field, name in _VORBIS.items():
        tags[name] = _values(field)
    for name, text in _GAINS.items():
        tags[name] = text
    tags["Cover Art (Front)"] = APEValue(b"front\0" + cover, 1)
    tags.save(path)


WRITERS = {
    ".flac": tag_vorbis,
    ".ogg": tag_vorbis,
    ".oga": tag_vorbis,
    ".spx": tag_vorbis,
    ".opus": tag_vorbis,
    ".m4a": tag_mp4,
    ".wma": tag_asf,
    ".wv": tag_ape,
}
"""By ending; all others take ID3."""


def tag_fully(path: Path, cover: bytes) -> None:
    """Write all of `FULL` and a cover the way the container wants it."""
    WRITERS.get(path.suffix, tag_id3)(path, cover)


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A picture with a pattern, so that it is not tiny."""
    column, row = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    pattern = np.stack([column * row % 251, column % 256, row % 256], axis=-1)
    buffer = io.BytesIO()
    Image.fromarray(pattern.astype(np.uint8)).save(buffer, form, **options)
    return buffer.getvalue()
