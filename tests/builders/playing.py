"""A library with music in every container, and a file of which tracks are parts."""

import dataclasses
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import httpx
import numpy as np
import soxr
import sqlalchemy as sa

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.model.audio import Feed, NativeBlock
from audio_ident.units import seconds_to_ticks
from builders.command import run
from builders.databases import copy_library, rows_of
from builders.encode import KINDS, encode
from builders.signals import Channels, chirps

PLAYED = {
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg vorbis": "audio/ogg",
    "opus": "audio/ogg",
    "webm": "audio/webm",
    "aac faststart": "audio/mp4",
    "aac, moov at the end": "audio/mp4",
    "adts aac": "audio/aac",
    "wav 16 bit": "audio/wav",
    "wav 24 bit": "audio/wav",
}
"""Kinds that browsers play, and their media types."""

CONVERTED = {
    "alac": ("audio/mp4", "audio/flac"),
    "aiff": ("audio/aiff", "audio/flac"),
    "wavpack": ("audio/x-wavpack", "audio/flac"),
    "RF64": ("audio/x-rf64", "audio/flac"),
    "wma": ("audio/x-ms-wma", "audio/ogg"),
}
"""Kinds that browsers do not play: their media types, and those of what is sent instead."""

ALBUM = "album"
"""Name of a file of which two tracks are parts, and no track is the whole."""

ALBUM_KIND = "flac"
PARTS = {"first part": (0.0, 6.5), "second part": (6.5, 15.25)}
"""Tracks in it, in seconds."""

UNFINISHED_CONVERSIONS = {"old.flac.1.tmp": True, "new.flac.2.tmp": False}
"""Files in the cache of a library that is broken, and whether they were left long ago."""

_TRACKS = "SELECT f.display, t.id FROM tracks t JOIN files f ON f.id = t.file_id"

_PART = """
    INSERT INTO tracks
    SELECT :part, file_id, kind, CAST(:start AS bigint), CAST(:start AS bigint),
        CAST(:start AS bigint), CAST(:end AS bigint), CAST(:end AS bigint), CAST(:end AS bigint),
        created_at
    FROM tracks WHERE id = :whole
"""

LIMITS = DecodeLimits(max_bytes=1 << 30, max_seconds=600, timeout_s=60)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlayedLibrary:
    """Where everything lies."""

    data: Path
    music: Path
    files: Mapping[str, Path]
    """By kind, and the one of the album."""
    tracks: Mapping[str, str]
    """Ids of tracks by kind, and those of the parts of the album."""


def sound_of_kind(name: str) -> Channels:
    """What a file holds; no two hold the same."""
    number = [*PLAYED, *CONVERTED, ALBUM].index(name)
    seconds = 18.0 if name == ALBUM else 4.0 + number / 8
    samples = chirps(seconds, KINDS.get(name, KINDS[ALBUM_KIND]).rate_hz)
    return samples * np.float32(1 - number / 40)


def lasting(headers: httpx.Headers) -> dict[str, str]:
    """Headers of an answer without those that every answer has of its own."""
    return {k: v for k, v in headers.items() if k not in {"date", "x-request-id"}}


def make_played_library(folder: Path) -> PlayedLibrary:
    """Encode, import, and cut the album into its parts."""
    music, data = folder / "music", folder / "data"
    music.mkdir()
    files = {}
    for name in [*PLAYED, *CONVERTED, ALBUM]:
        kind = KINDS.get(name, KINDS[ALBUM_KIND])
        files[name] = music / f"{name}{kind.suffix}"
        files[name].write_bytes(encode(sound_of_kind(name), kind))
    ending = run(data, "import", music, "--json")
    assert ending.code == 0, ending.stderr
    with rows_of(data) as rows:
        found = rows.execute(sa.text(_TRACKS)).all()
        tracks = {Path(display).stem: track_id for display, track_id in found}
        tracks |= _cut(rows, tracks.pop(ALBUM))
    return PlayedLibrary(data=data, music=music, files=files, tracks=tracks)


def copy_of(library: PlayedLibrary, folder: Path) -> PlayedLibrary:
    """The same library elsewhere, with files of its own."""
    data, music = copy_library(library.data, folder / "data"), folder / "music"
    shutil.copytree(library.music, music)
    with rows_of(data) as rows:
        rows.execute(sa.text("UPDATE library_roots SET path = :path"), {"path": bytes(music)})
    files = {name: music / path.name for name, path in library.files.items()}
    return dataclasses.replace(library, data=data, music=music, files=files)


def _cut(rows: sa.Connection, whole: str) -> dict[str, str]:
    """Put tracks that are parts in the place of one that is the whole file."""
    cut = {}
    for name, (start_s, end_s) in PARTS.items():
        start, end = seconds_to_ticks(start_s), seconds_to_ticks(end_s)
        cut[name] = str(uuid.uuid4())
        rows.execute(
            sa.text(_PART), {"part": cut[name], "start": start, "end": end, "whole": whole}
        )
    rows.execute(sa.text("DELETE FROM tracks WHERE id = :whole"), {"whole": whole})
    return cut


def audio_of(track_id: str) -> str:
    """Address of the sound of a track."""
    return f"/api/v1/tracks/{track_id}/audio"


def complete(client: httpx.Client, address: str, **arguments: str) -> httpx.Response:
    """A conversion once it is finished, so that it comes with its length and its ETag."""
    client.get(address, params=arguments).raise_for_status()
    answer = client.get(address, params=arguments)
    assert "etag" in answer.headers, answer.headers
    return answer


def decoded(path: Path) -> tuple[Channels, int]:
    """Samples of a file, shape `(n, channels)`, and their rate."""
    blocks: list[NativeBlock] = []

    def keep(block: NativeBlock) -> None:
        planes = tuple(plane.copy() for plane in block.planes)
        blocks.append(dataclasses.replace(block, planes=planes))

    PyavDecoder(lambda: 0.0).listen(path, {Feed.NATIVE: keep}, LIMITS)
    samples = np.concatenate([np.stack(block.planes, axis=1) for block in blocks])
    return samples, blocks[0].rate_hz


def at_rate(samples: Channels, rate_hz: int, wanted_hz: int) -> Channels:
    """Samples at another rate."""
    return np.asarray(soxr.resample(samples, rate_hz, wanted_hz), np.float32)
