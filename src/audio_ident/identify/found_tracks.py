"""From recordings and times to tracks: where in which track a clip lies, and what copies share."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from audio_ident.core.grouping import group_recordings
from audio_ident.identify.naming import TracksAt, name_matches
from audio_ident.model.answer import Answer, Match, Span
from audio_ident.model.kinship import Kinship
from audio_ident.model.library import Track, TrackId
from audio_ident.model.reports import IdentifiedMatch
from audio_ident.model.search import FoundTrack
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows
from audio_ident.units import ticks_to_seconds

Pair: TypeAlias = tuple[Track, Match]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackFinder:
    """Knows the tracks of a library."""

    catalogue: Catalogue
    tracks_at: TracksAt

    def found(
        self, answers: Iterable[Answer], left_out: Track | None, most: int
    ) -> tuple[FoundTrack, ...]:
        """Tracks of answers, in their order, each once, and what copies they are.

        Parameters
        ----------
        answers
            Their matches, best first.
        left_out
            The track that was asked about, which is no answer; copies are copies of it, or
            else of the first track.
        most
            How many tracks at most.
        """
        named = (each for answer in answers for each in name_matches(answer, self.tracks_at))
        pairs = _each_once(named, left_out)[:most]
        if not pairs:
            return ()
        with self.catalogue.reading() as rows:
            added_at = rows.tracks.added_at([track.id for track, _ in pairs])
            kinship_of = _kinship_of(rows, left_out or pairs[0][0], [track for track, _ in pairs])
        return tuple(
            FoundTrack(
                track=track,
                added_at=added_at[track.id],
                match=match,
                offset_s=match.offset_s - _start_s(track),
                track_span=_in_track(match.recording_span, track),
                kinship=kinship_of(track),
            )
            for track, match in pairs
            if track.id in added_at
        )


def _each_once(named: Iterable[IdentifiedMatch], left_out: Track | None) -> list[Pair]:
    pairs: dict[TrackId, Pair] = {}
    for each in named:
        for track in each.tracks:
            if left_out is None or track.id != left_out.id:
                pairs.setdefault(track.id, (track, each.match))
    return list(pairs.values())


def _kinship_of(
    rows: Rows, first: Track, tracks: Sequence[Track]
) -> Callable[[Track], Kinship | None]:
    """What tracks have in common with one of them; what people decided counts."""
    digests = list({first.digest, *(track.digest for track in tracks)})
    groups = group_recordings(digests, rows.relations.among(digests), rows.decisions.all())
    own_group = next(group for group in groups if first.digest in group)
    copies = rows.copies.of([first.digest]) if len(tracks) > 1 or first != tracks[0] else []
    bytes_of = {copy.track.id: copy.sha256 for copy in copies}

    def kinship_of(track: Track) -> Kinship | None:
        if track.id == first.id or track.digest not in own_group:
            return None
        if track.digest != first.digest:
            return Kinship.SAME_RECORDING
        sha256 = bytes_of.get(track.id)
        is_same = sha256 is not None and sha256 == bytes_of.get(first.id)
        return Kinship.SAME_BYTES if is_same else Kinship.SAME_AUDIO

    return kinship_of


def _in_track(span: Span, track: Track) -> Span:
    """A stretch of a recording as the track counts, which begins at its own start."""
    start_s = _start_s(track)
    length_s = ticks_to_seconds(track.points.end_ticks) - start_s
    return Span(
        start_s=min(max(0.0, span.start_s - start_s), length_s),
        end_s=min(max(0.0, span.end_s - start_s), length_s),
    )


def _start_s(track: Track) -> float:
    return ticks_to_seconds(track.points.start_ticks)
