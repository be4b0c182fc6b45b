"""Lists the tracks of the library, and says which of them a time in a recording belongs to."""

import dataclasses
from collections.abc import Iterator

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Track, TrackId
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import Ticks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrackPage:
    """Some of the tracks that were asked for."""

    tracks: tuple[Track, ...]
    total: int
    """How many there are on all pages."""


def list_tracks(
    catalogue: Catalogue, wanted: TrackFilter, offset: int = 0, limit: int = 100
) -> TrackPage:
    """One page of tracks, by path and start."""
    with catalogue.reading() as rows:
        return TrackPage(
            tracks=tuple(rows.tracks.listed(wanted, offset, limit)),
            total=rows.tracks.count(wanted),
        )


def all_tracks(catalogue: Catalogue) -> Iterator[Track]:
    """Every track by path and start, those of missing files too; a few are held at a time."""
    with catalogue.reading() as rows:
        yield from rows.tracks.streamed(TrackFilter(with_missing=True))


def has_recordings(catalogue: Catalogue) -> bool:
    """Whether any recording is ready to be found."""
    with catalogue.reading() as rows:
        return bool(rows.audios.derived())


def find_track(catalogue: Catalogue, track_id: TrackId) -> Track | None:
    """The track of that id, None when there is none."""
    with catalogue.reading() as rows:
        return rows.tracks.find(track_id)


def find_tracks_at(catalogue: Catalogue, digest: AudioDigest, at_ticks: Ticks) -> tuple[Track, ...]:
    """Tracks that sound at a time of a recording, in every file that holds it.

    Files on disk come before missing ones. A time slightly outside a recording, as the start of
    a clip may be, belongs to the track at that end.
    """
    with catalogue.reading() as rows:
        found = rows.tracks.covering(digest, at_ticks)
        if not found:
            tracks = rows.tracks.listed(TrackFilter(digest=digest, with_missing=True))
            found = _nearest(tracks, at_ticks)
    return tuple(found)


def _nearest(tracks: list[Track], at_ticks: Ticks) -> list[Track]:
    distances = [
        max(track.points.start_ticks - at_ticks, at_ticks - track.points.end_ticks)
        for track in tracks
    ]
    nearest = [track for track, d in zip(tracks, distances, strict=True) if d == min(distances)]
    return sorted(nearest, key=lambda track: track.is_missing)
