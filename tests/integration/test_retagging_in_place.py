"""A file of which only the tags changed keeps its audio, and is not decoded again."""

import dataclasses
import functools
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mutagen
import pytest

from audio_ident.core.listeners.audio_digest import AudioDigest
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.ingest.analyse import FileAnalysis, analyse, digest_packets
from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.tools import ImportOptions
from audio_ident.library.check import check
from audio_ident.model.library import Track
from audio_ident.model.reports import ImportSummary, Reason
from audio_ident.stores.sql.tracks import TrackFilter
from builders.encode import KINDS, encode_to
from builders.hearing import GENEROUS
from builders.importing import make_stores, make_tools
from builders.signals import chirps
from builders.tagging import FULL, picture, tag_fully
from builders.wav import WavAnalyser

LISTENERS = (AudioDigest, FileDigest, LandmarkListener)

UNTAGGABLE = {"webm", "RF64"}
"""Kinds that no writer of tags can change in place."""

TAGGABLE = sorted(KINDS.keys() - UNTAGGABLE)


class Library:
    """A folder of real music, and a count of what was decoded."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.music = folder / "music"
        self.music.mkdir()
        self.stores = make_stores(folder / "data")
        self.decoded: list[str] = []
        decoder = PyavDecoder(clock=time.monotonic)
        self._tools = dataclasses.replace(
            make_tools(self.stores, pool, WavAnalyser(log=folder / "log")),
            analyse=functools.partial(self._analyse, decoder),
            digest_of=functools.partial(digest_packets, reader=decoder, limits=GENEROUS),
        )

    def _analyse(self, decoder: PyavDecoder, path: Path) -> FileAnalysis:
        self.decoded.append(path.name)
        return analyse(path, decoder, LISTENERS, GENEROUS)

    def run(self) -> ImportSummary:
        """Import, and forget what was decoded before."""
        self.decoded.clear()
        return import_folders([self.music], self._tools, ImportOptions())

    def tracks(self) -> dict[str, Track]:
        """Tracks by the name of their file."""
        with self.stores.catalogue.reading() as rows:
            return {Path(t.path).name: t for t in rows.tracks.listed(TrackFilter())}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    with ThreadPoolExecutor(2) as pool:
        library = Library(tmp_path, pool)
        yield library
        library.stores.catalogue.close()


def retitle(path: Path, title: str) -> None:
    """Write another title into an Ogg or FLAC file."""
    song: Any = mutagen.File(path)
    song["title"] = title
    song.save()


def test_every_container_is_retagged_without_decoding(library: Library) -> None:
    """All tags and a cover are written into every kind of file: tracks and audio stay."""
    paths = {
        name: encode_to(library.music, chirps(2, KINDS[name].rate_hz), name) for name in TAGGABLE
    }
    library.run()
    before = library.tracks()
    for path in paths.values():
        tag_fully(path, picture())

    summary = library.run()

    after = library.tracks()
    assert library.decoded == []
    assert summary.by_reason == {Reason.CHANGED: len(paths)}
    assert (summary.retagged, summary.listened, summary.failed) == (len(paths), 0, 0)
    assert {name: t.id for name, t in after.items()} == {n: t.id for n, t in before.items()}
    assert {t.tags.title for t in after.values()} == {FULL.title}
    assert check(library.stores) == []
    assert library.run().unchanged == len(paths)


def test_other_audio_under_the_same_name_is_heard(library: Library) -> None:
    """A file that was encoded again keeps its track, and its new audio is listened to."""
    path = encode_to(library.music, chirps(2), "flac")
    library.run()
    before = library.tracks()["flac.flac"]
    shutil.copy(encode_to(library.music.parent, chirps(3), "flac"), path)

    summary = library.run()

    after = library.tracks()["flac.flac"]
    assert (library.decoded, summary.retagged, summary.listened) == (["flac.flac"], 0, 1)
    assert after.id == before.id
    assert after.digest != before.digest


@pytest.mark.parametrize("name", ["flac", "ogg vorbis", "mp3", "wav 16 bit"])
def test_damage_beside_new_tags_is_heard(name: str, library: Library) -> None:
    """Whoever writes tags and spoils the audio meanwhile is not believed."""
    path = encode_to(library.music, chirps(4, KINDS[name].rate_hz), name)
    library.run()
    tag_fully(path, picture())
    data = bytearray(path.read_bytes())
    end = len(data) * 3 // 4
    data[end - 400 : end] = bytes(400)
    path.write_bytes(data)

    summary = library.run()

    assert library.decoded == [path.name]
    assert summary.retagged == 0


def test_a_file_with_an_old_analysis_is_heard(library: Library) -> None:
    """What must be listened to again anyway is not retagged."""
    path = encode_to(library.music, chirps(2), "flac")
    library.run()
    retitle(path, "new")
    versions = dataclasses.replace(library.stores.versions, analysis="newer")
    stores = dataclasses.replace(library.stores, versions=versions)
    library._tools = dataclasses.replace(library._tools, stores=stores)

    assert (library.run().retagged, library.decoded) == (0, ["flac.flac"])


def test_two_files_with_one_audio_are_retagged_each(library: Library) -> None:
    """Copies get different tags and remain two tracks of one audio."""
    path = encode_to(library.music, chirps(2), "ogg vorbis")
    copy = Path(shutil.copy(path, path.with_name("copy.ogg")))
    library.run()
    retitle(path, "one")
    retitle(copy, "two")

    assert (library.run().retagged, library.decoded) == (2, [])
    tracks = library.tracks()
    assert {t.tags.title for t in tracks.values()} == {"one", "two"}
    assert len({t.digest for t in tracks.values()}) == 1
