"""What is to be listened to: an upload, or the stretch of a file where some of a track lies."""

import dataclasses
from pathlib import Path

from audio_ident.errors import NotFound
from audio_ident.model.answer import Span
from audio_ident.model.library import Track, TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.refusals import ValidationFailed
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import ticks_to_seconds


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is listened to: an upload, or a stretch of a file of the library."""

    path: Path
    span: Span | None = None
    """The stretch; None for the beginning, as long as a clip may be."""
    track: Track | None = None
    """The track it is taken from, which is left out of the answer."""
    stretch: TrackSpan | None = None
    """The stretch as the track counts."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackSpans:
    """Knows where the tracks of a library lie."""

    catalogue: Catalogue

    def sought(self, wanted: TrackSpan) -> Sought:
        """Where to listen.

        Raises
        ------
        NotFound
            There is no such track, or its file is missing.
        ValidationFailed
            The stretch lies outside of the track, or ends before it begins.
        """
        track = self._track(wanted.track_id)
        start_s = ticks_to_seconds(track.points.start_ticks)
        length_s = ticks_to_seconds(track.points.end_ticks) - start_s
        end_s = length_s if wanted.end_s is None else min(wanted.end_s, length_s)
        if wanted.start_s >= end_s:
            raise ValidationFailed(
                f"there is nothing between {wanted.start_s:g} s and {end_s:g} s of the track",
                details={"track_seconds": length_s},
            )
        span = Span(start_s=start_s + wanted.start_s, end_s=start_s + end_s)
        return Sought(path=Path(track.path), span=span, track=track, stretch=wanted)

    def _track(self, track_id: TrackId) -> Track:
        with self.catalogue.reading() as rows:
            track = rows.tracks.find(track_id)
        if track is None:
            raise NotFound("there is no track of that id")
        if track.is_missing:
            raise NotFound("the file of the track is not where it was")
        return track
