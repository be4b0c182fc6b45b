"""What sounds like this? Tracks of the library that are like tracks, sounds or sentences.

Near windows propose recordings, all their windows decide. More are asked for until enough distinct
tracks are left, or none remain. The same question gets the same answer.
"""

import dataclasses
import datetime
from collections.abc import Callable, Collection, Sequence

from audio_ident.identify.vibe.blending import mean_direction, moved_away
from audio_ident.identify.vibe.evidence import Evidence, evidence_of
from audio_ident.identify.vibe.kin import kin_of
from audio_ident.identify.vibe.question import (
    Part,
    VibeQuestion,
    known_windows,
    parts_of_tracks,
    space_of_text,
    stretches_of,
    whole_track,
    windows_of_stretches,
)
from audio_ident.identify.vibe.ranking import Candidate
from audio_ident.identify.vibe.shortlist import LEAST_ASKED, Shortlister
from audio_ident.identify.vibe.windows import windows_of_track
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Track, TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.model.vectors import Space, SpaceId, Vectors, WindowVectors
from audio_ident.model.vibe import (
    Blend,
    SimilarAnswer,
    SimilarTrack,
    Sound,
    TrackPlace,
    VibeWish,
)
from audio_ident.refusals import NotListenedYet, ValidationFailed
from audio_ident.stores.sql.spaces import KnownSpace
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows
from audio_ident.stores.vectors.protocol import VectorReader

_PLACES_AT_ONCE = 100
"""Tracks whose windows are in memory at a time."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VibeTools:
    """Everything that answers are made with."""

    catalogue: Catalogue
    reader: VectorReader
    coverage: Callable[[SpaceId], float]
    """Share of the recordings of the library that a space has, 0 to 1."""
    text_vector: Callable[[Space, str], Vectors]
    """Place of a sentence in a space; raises `ModelMissing`, `ModelInvalid`."""
    most_per_artist: int
    """Where a wish does not say."""
    least_asked: int = LEAST_ASKED
    """Recordings that are compared by all their windows, however few tracks are wanted."""


class SimilarTracks:
    """Knows how the tracks of a library sound; safe to use from any thread.

    All methods raise a `StoreProblem` when vectors or rows cannot be read: an outage is never an
    empty answer.
    """

    def __init__(self, tools: VibeTools) -> None:
        self._tools = tools
        self._shortlister = Shortlister(
            catalogue=tools.catalogue,
            reader=tools.reader,
            most_per_artist=tools.most_per_artist,
            least_asked=tools.least_asked,
        )

    def spaces(self) -> tuple[KnownSpace | None, KnownSpace | None]:
        """The space that answers about sounds, and the one that reasons are told from."""
        with self._tools.catalogue.reading() as rows:
            return self._spaces(rows, needs_text=False)

    def similar_to_blend(self, blend: Blend, wish: VibeWish) -> SimilarAnswer:
        """Tracks that sound like some tracks or a sentence, and unlike others.

        Raises
        ------
        NotFound, ValidationFailed
            There is no such track or stretch, or nothing is wanted.
        NotListenedYet
            The space does not have one of the tracks yet.
        ModelMissing, ModelInvalid
            A sentence is in it, and no model understands it.
        """
        if not blend.plus and blend.text is None:
            raise ValidationFailed("say what is wanted: a track or a sentence, or several")
        with self._tools.catalogue.reading() as rows:
            space, timbre = self._spaces(rows, needs_text=blend.text is not None)
            plus, minus = stretches_of(rows, blend.plus), stretches_of(rows, blend.minus)
            left_out = _left_out(rows, {each.track.digest for each in (*plus, *minus)}, wish)
        if space is None:
            raise _nothing_known()
        reader = self._tools.reader
        unwanted = [each.vectors for each in windows_of_stretches(reader, space, minus)]
        parts = parts_of_tracks(reader, (space, timbre), plus, unwanted)
        if blend.text is not None:
            parts = (*parts, self._sentence(space, blend.text, unwanted))
        question = VibeQuestion(space=space, timbre=timbre, parts=parts, left_out=left_out)
        return self._answer(question, wish)

    def similar_to_sound(
        self, sound: Sound, wish: VibeWish, left_out: Collection[AudioDigest] = ()
    ) -> SimilarAnswer:
        """Tracks that sound like a clip.

        Parameters
        ----------
        left_out
            Recordings that it was taken from: they and their copies are no answer.
        """
        with self._tools.catalogue.reading() as rows:
            space = rows.spaces.find(sound.space)
            timbre = _timbre(rows, space)
            others = _left_out(rows, left_out, wish)
        if space is None or not len(sound.windows.vectors):
            return self._nothing(space)
        part = Part(
            vectors=sound.windows.vectors,
            windows=sound.windows,
            timbre=sound.timbre,
            track_id=None,
        )
        question = VibeQuestion(space=space, timbre=timbre, parts=(part,), left_out=others)
        return self._answer(question, wish)

    def nearest(
        self, vectors: Vectors, wish: VibeWish, space_id: SpaceId
    ) -> tuple[SimilarTrack, ...]:
        """Tracks that lie near some vectors of a space, taken together.

        Parameters
        ----------
        vectors
            Shape `(n, dimension)`, each of length 1.
        """
        with self._tools.catalogue.reading() as rows:
            space = rows.spaces.find(space_id)
            left_out = _left_out(rows, (), wish)
        if space is None:
            return ()
        part = Part(vectors=vectors, windows=None, timbre=None, track_id=None)
        question = VibeQuestion(space=space, timbre=None, parts=(part,), left_out=left_out)
        return self._answer(question, wish).tracks

    def places(self, track_ids: Sequence[TrackId]) -> list[TrackPlace]:
        """Where tracks lie in the space that answers, in their order.

        Raises
        ------
        NotFound, ValidationFailed
            There is no such track, or nothing but silence in it.
        NotListenedYet
            The space does not have it yet.
        """
        with self._tools.catalogue.reading() as rows:
            stretches = stretches_of(
                rows, [TrackSpan(track_id=each, start_s=0.0, end_s=None) for each in track_ids]
            )
            space = rows.spaces.active()
        if space is None:
            raise _nothing_known()
        heard = windows_of_stretches(self._tools.reader, space, stretches)
        return [
            _placed(stretch.track, space.space.id, windows)
            for stretch, windows in zip(stretches, heard, strict=True)
        ]

    def known_places(self, track_ids: Sequence[TrackId], space_id: SpaceId) -> list[TrackPlace]:
        """Where tracks lie in a space; those that have gone, or have no place, are left out."""
        with self._tools.catalogue.reading() as rows:
            stretches = [whole_track(track) for track in rows.tracks.with_ids(track_ids)]
        places: list[TrackPlace] = []
        for start in range(0, len(stretches), _PLACES_AT_ONCE):
            some = stretches[start : start + _PLACES_AT_ONCE]
            heard = known_windows(self._tools.reader, space_id, some)
            places += [
                _placed(stretch.track, space_id, windows)
                for stretch, windows in zip(some, heard, strict=True)
                if windows is not None and len(windows.vectors)
            ]
        return places

    def _spaces(
        self, rows: Rows, *, needs_text: bool
    ) -> tuple[KnownSpace | None, KnownSpace | None]:
        """The space that answers, and the one that reasons are told from."""
        space = rows.spaces.active()
        if needs_text and (space is None or not space.space.has_text):
            space = space_of_text(rows)
        return space, _timbre(rows, space)

    def _sentence(self, space: KnownSpace, text: str, unwanted: Sequence[Vectors]) -> Part:
        vectors = moved_away(self._tools.text_vector(space.space, text), unwanted)
        return Part(vectors=vectors, windows=None, timbre=None, track_id=None)

    def _nothing(self, space: KnownSpace | None) -> SimilarAnswer:
        return SimilarAnswer(
            tracks=(),
            space=None if space is None else space.space,
            coverage=0.0 if space is None else self._tools.coverage(space.space.id),
        )

    def _answer(self, question: VibeQuestion, wish: VibeWish) -> SimilarAnswer:
        taken = self._shortlister.ranked(question, wish)
        timbre = self._timbre_of(question, taken)
        with self._tools.catalogue.reading() as rows:
            ids = [candidate.place.track_id for candidate in taken]
            tracks = {track.id: track for track in rows.tracks.with_ids(ids)}
            added_at = rows.tracks.added_at(ids)
        pairs = [
            pair for pair in zip(taken, timbre, strict=True) if pair[0].place.track_id in tracks
        ]
        found = tuple(
            _answered(
                tracks[one.place.track_id],
                added_at[one.place.track_id],
                one.likeness,
                evidence_of(question, one, windows),
            )
            for one, windows in pairs
        )
        space = question.space.space
        return SimilarAnswer(tracks=found, space=space, coverage=self._tools.coverage(space.id))

    def _timbre_of(
        self, question: VibeQuestion, taken: Sequence[Candidate]
    ) -> list[WindowVectors | None]:
        """Windows of the tracks in the space that reasons are told from."""
        timbre = question.timbre
        if timbre is None or all(part.timbre is None for part in question.parts):
            return [None] * len(taken)
        if timbre.space.id == question.space.space.id:
            return [candidate.windows for candidate in taken]
        digests = {candidate.place.digest for candidate in taken}
        found = self._tools.reader.windows_of(timbre.space.id, digests)
        return [windows_of_track(found, candidate.place) for candidate in taken]


def _timbre(rows: Rows, answering: KnownSpace | None) -> KnownSpace | None:
    """The space that reasons are told from: the one that answers, if it can be."""
    if answering is not None and answering.space.embedder == "timbre":
        return answering
    return rows.spaces.active("timbre")


def _left_out(
    rows: Rows, digests: Collection[AudioDigest], wish: VibeWish
) -> frozenset[AudioDigest]:
    """Recordings that are no answer: those that were asked about, and what is the same."""
    unwanted = rows.tracks.with_ids(sorted(wish.without_tracks)) if wish.without_tracks else []
    return kin_of(rows, {*digests, *(track.digest for track in unwanted)})


def _answered(
    track: Track, added_at: datetime.datetime, cosine: float, evidence: Evidence
) -> SimilarTrack:
    return SimilarTrack(
        track=track,
        added_at=added_at,
        likeness=evidence.likeness,
        cosine=cosine,
        blocks=evidence.blocks,
        agreeing=evidence.agreeing,
        spans=evidence.spans,
    )


def _placed(track: Track, space_id: SpaceId, windows: WindowVectors) -> TrackPlace:
    return TrackPlace(track=track, space=space_id, vector=mean_direction(windows.vectors))


def _nothing_known() -> NotListenedYet:
    return NotListenedYet("it is not known yet how tracks sound", details={"coverage": 0.0})
