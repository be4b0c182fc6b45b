"""Finds the picture that stands for a track."""

import enum
from typing import Protocol

from audio_ident.errors import NotFound
from audio_ident.model.library import TrackId
from audio_ident.model.pictures import THUMBNAIL_SIZES
from audio_ident.model.playback import Artwork
from audio_ident.refusals import ArtworkMissing
from audio_ident.stores.sql.unit_of_work import Catalogue

MEDIA_TYPE = "image/jpeg"
"""Of every thumbnail, whatever the picture was."""


class ArtworkSize(enum.StrEnum):
    """How large a picture is wanted."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


_PIXELS = dict(zip(ArtworkSize, THUMBNAIL_SIZES, strict=True))


class PictureReader(Protocol):
    """Reads thumbnails by content."""

    def find(self, sha256: str, size: int) -> bytes | None:
        """One size as JPEG, None when it is not there."""
        ...


class Artworks:
    """Pictures of the tracks of a library; the thumbnails of equal pictures are the same."""

    def __init__(self, catalogue: Catalogue, pictures: PictureReader) -> None:
        self._catalogue = catalogue
        self._pictures = pictures

    def get(self, track_id: TrackId, size: ArtworkSize) -> Artwork:
        """The best picture of a track, which is its front cover if it has one.

        Raises
        ------
        NotFound
            There is no such track.
        ArtworkMissing
            It has no picture.
        """
        with self._catalogue.reading() as rows:
            stored = rows.playables.find(track_id)
            if stored is None:
                raise NotFound(f"there is no track {track_id}")
            pictures = rows.descriptions.pictures(stored.file_id)
        for shown in pictures:
            content = self._pictures.find(shown.picture.sha256, _PIXELS[size])
            if content is not None:
                return Artwork(content=content, media_type=MEDIA_TYPE, sha256=shown.picture.sha256)
        raise ArtworkMissing("the track has no picture")
