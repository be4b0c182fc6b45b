"""What is compared with the library: the sounds of a question, and what is no answer to it."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from audio_ident.errors import NotFound
from audio_ident.identify.vibe.blending import moved_away
from audio_ident.identify.vibe.windows import in_span
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Span
from audio_ident.model.library import Track, TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.model.vectors import SpaceId, Vectors, WindowVectors
from audio_ident.refusals import NotListenedYet, ValidationFailed
from audio_ident.stores.sql.spaces import KnownSpace
from audio_ident.stores.sql.unit_of_work import Rows
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.units import ticks_to_seconds
from audio_ident.vibe_errors import ModelMissing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One of the sounds that are wanted."""

    vectors: Vectors
    """What is compared: its windows, moved away from what is unwanted."""
    windows: WindowVectors | None
    """As they are, with their times; None for a sentence."""
    timbre: WindowVectors | None
    track_id: TrackId | None
    """The track that the times lie in."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VibeQuestion:
    """Everything that an answer depends on, besides the wish."""

    space: KnownSpace
    timbre: KnownSpace | None
    """The space that reasons are told from."""
    parts: tuple[Part, ...]
    left_out: frozenset[AudioDigest]

    @property
    def is_about_sound(self) -> bool:
        """Whether no sentence is in it, so that its likeness is that of two recordings."""
        return all(part.windows is not None for part in self.parts)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """A stretch of a track that there is."""

    track: Track
    span: Span
    """In the recording."""
    start_s: float
    """In the track."""


def space_of_text(rows: Rows) -> KnownSpace:
    """The space that answers about sentences: one that answers anyway, else one that is filled.

    Raises
    ------
    ModelMissing
        There is none.
    """
    known = [each for each in rows.spaces.all() if each.space.has_text]
    active = [each for each in known if each.active_since is not None]
    filled = [each for each in known if each.is_wanted]
    if not active and not filled:
        raise ModelMissing("no model that understands sentences listens to this library")
    return (active or filled)[-1]


def stretches_of(rows: Rows, wanted: Sequence[TrackSpan]) -> tuple[Stretch, ...]:
    """The tracks that are asked about; raises `NotFound`, `ValidationFailed`."""
    return tuple(_stretch(rows, each) for each in wanted)


def _stretch(rows: Rows, wanted: TrackSpan) -> Stretch:
    track = rows.tracks.find(wanted.track_id)
    if track is None:
        raise NotFound(f"no track has the id {wanted.track_id}")
    if rows.hidden.is_hidden(track.id):  # no index has it, and none will
        raise NotFound("the track is hidden: restore it to ask what sounds like it")
    start_s = ticks_to_seconds(track.points.start_ticks)
    length_s = ticks_to_seconds(track.points.end_ticks) - start_s
    end_s = length_s if wanted.end_s is None else min(wanted.end_s, length_s)
    if wanted.start_s >= end_s:
        raise ValidationFailed(
            f"there is nothing between {wanted.start_s:g} s and {end_s:g} s of the track",
            details={"track_id": track.id, "track_seconds": length_s},
        )
    span = Span(start_s=start_s + wanted.start_s, end_s=start_s + end_s)
    return Stretch(track=track, span=span, start_s=wanted.start_s)


def whole_track(track: Track) -> Stretch:
    """All of a track."""
    start_s, end_s = map(ticks_to_seconds, (track.points.start_ticks, track.points.end_ticks))
    return Stretch(track=track, span=Span(start_s=start_s, end_s=end_s), start_s=0.0)


def parts_of_tracks(
    reader: VectorReader,
    spaces: tuple[KnownSpace, KnownSpace | None],
    stretches: Sequence[Stretch],
    unwanted: Sequence[Vectors],
) -> tuple[Part, ...]:
    """The sounds of stretches of tracks; raises `NotListenedYet`."""
    space, timbre = spaces
    own = windows_of_stretches(reader, space, stretches)
    if timbre is None:
        of_timbre: Sequence[WindowVectors | None] = [None] * len(stretches)
    elif timbre.space.id == space.space.id:
        of_timbre = own
    else:
        of_timbre = known_windows(reader, timbre.space.id, stretches)
    return tuple(
        Part(
            vectors=moved_away(windows.vectors, unwanted),
            windows=windows,
            timbre=blocks,
            track_id=stretch.track.id,
        )
        for stretch, windows, blocks in zip(stretches, own, of_timbre, strict=True)
    )


def windows_of_stretches(
    reader: VectorReader, space: KnownSpace, stretches: Sequence[Stretch]
) -> list[WindowVectors]:
    """Windows of stretches of tracks, timed as the tracks count.

    Raises
    ------
    NotListenedYet
        The space does not have one of the tracks.
    ValidationFailed
        There is nothing but silence in one of them.
    """
    found = known_windows(reader, space.space.id, stretches)
    return [_needed(windows, stretch) for windows, stretch in zip(found, stretches, strict=True)]


def known_windows(
    reader: VectorReader, space_id: SpaceId, stretches: Sequence[Stretch]
) -> list[WindowVectors | None]:
    """The same of any space, None for tracks that it does not have."""
    found = reader.windows_of(space_id, {stretch.track.digest for stretch in stretches})
    return [_windows(found, stretch) for stretch in stretches]


def _needed(windows: WindowVectors | None, stretch: Stretch) -> WindowVectors:
    details = {"track_id": stretch.track.id}
    if windows is None:
        raise NotListenedYet("it is not known yet how the track sounds", details=details)
    if not len(windows.vectors):
        raise ValidationFailed("there is nothing but silence in the track", details=details)
    return windows


def _windows(found: Mapping[AudioDigest, WindowVectors], stretch: Stretch) -> WindowVectors | None:
    windows = found.get(stretch.track.digest)
    if windows is None:
        return None
    chosen = in_span(windows, stretch.span)
    moved_ms = np.uint32(round(1000 * stretch.start_s))
    return dataclasses.replace(
        chosen, start_ms=chosen.start_ms + moved_ms, end_ms=chosen.end_ms + moved_ms
    )
