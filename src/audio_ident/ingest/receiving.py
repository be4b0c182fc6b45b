"""Takes uploads that have arrived whole, and says what became of them; any process may.

An upload is a row once its bytes lie safely in `incoming`. Before that it is nothing: what a
process that dies leaves there is removed at the next start of an importer.
"""

import os
from collections.abc import Callable
from pathlib import Path

from audio_ident.core.sniff import SniffedKind
from audio_ident.errors import NotFound, UnsupportedFormat
from audio_ident.ingest.sniffing import sniff_file
from audio_ident.ingest.tools import Clock
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.library import Track, TrackId
from audio_ident.model.uploads import Upload, UploadKind, UploadState
from audio_ident.stores.disk import disk_errors_named, make_directory, sync_directory
from audio_ident.stores.sql.unit_of_work import Catalogue

EXTENSIONS = {
    SniffedKind.MPEG: "mp3",
    SniffedKind.AAC: "aac",
    SniffedKind.FLAC: "flac",
    SniffedKind.OGG: "ogg",
    SniffedKind.MP4: "m4a",
    SniffedKind.WAV: "wav",
    SniffedKind.W64: "w64",
    SniffedKind.AIFF: "aiff",
    SniffedKind.CAF: "caf",
    SniffedKind.ASF: "wma",
    SniffedKind.MATROSKA: "mka",
    SniffedKind.MONKEY: "ape",
    SniffedKind.WAVPACK: "wv",
    SniffedKind.MUSEPACK: "mpc",
    SniffedKind.TRUE_AUDIO: "tta",
    SniffedKind.DSD: "dsf",
}
"""How the copy of an upload ends, by what its bytes are; what it was called does not count."""


class UploadDesk:
    """Where uploads are handed in."""

    def __init__(
        self,
        catalogue: Catalogue,
        places: LibraryPlaces,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._catalogue = catalogue
        self._places = places
        self._clock = clock
        self._new_id = new_id

    def receive(self, arrived: Path, sha256: str, name: str) -> Upload:
        """Take an upload; one whose bytes are there already is done at once.

        Parameters
        ----------
        arrived
            Its bytes, on the disk of the data directory; the file is moved away if it is kept.
        name
            What it was called where it came from, as it may be shown.

        Raises
        ------
        UnsupportedFormat
            Its bytes are no music that we know.
        """
        upload = Upload(
            id=self._new_id(),
            sha256=sha256,
            name=name,
            extension=_extension_of(arrived),
            size_bytes=arrived.stat().st_size,
            state=UploadState.WAITING,
            kind=None,
            track_id=None,
            error_code=None,
            error_fact=None,
            received_at=self._clock.now(),
            ended_at=None,
        )
        with self._catalogue.reading() as rows:
            known = rows.uploads.track_with_bytes(sha256)
        if known is None:
            self._keep(arrived, upload)
        with self._catalogue.writing() as rows:
            rows.uploads.add(upload)
            if known is not None:
                now = self._clock.now()
                rows.uploads.finish(upload.id, UploadKind.SAME_BYTES, known, now)
        return self.get(upload.id)

    def get(self, upload_id: str) -> Upload:
        """An upload as it is at this moment."""
        with self._catalogue.reading() as rows:
            return rows.uploads.get(upload_id)

    def track(self, track_id: TrackId) -> Track:
        """The track that answers for an upload."""
        with self._catalogue.reading() as rows:
            track = rows.tracks.find(track_id)
        if track is None:
            raise NotFound("the track of that upload is no longer there")
        return track

    def _keep(self, arrived: Path, upload: Upload) -> None:
        incoming = self._places.incoming
        with disk_errors_named(incoming):
            make_directory(incoming)
            with arrived.open("rb") as file:
                os.fsync(file.fileno())
            arrived.replace(incoming / upload.incoming_name)
            sync_directory(incoming)


def _extension_of(path: Path) -> str:
    kind = sniff_file(path)
    if kind is None or kind is SniffedKind.FILM:
        raise UnsupportedFormat("the upload is no music that we know")
    return EXTENSIONS[kind]
