"""Tracks that sound alike, as the API shows them and asks for them."""

import uuid
from typing import Annotated, TypeVar

import pydantic

from audio_ident.api.schemas.playlists import FormatFields
from audio_ident.api.schemas.times import LONGEST_TRACK_S, TimeRange, time_range
from audio_ident.api.schemas.track_queries import Text
from audio_ident.api.schemas.tracks import TRACK_ID, TrackInfo, track_info
from audio_ident.model.keys import key_named
from audio_ident.model.library import TrackId
from audio_ident.model.search import TrackSpan
from audio_ident.model.vectors import Space
from audio_ident.model.vibe import (
    Blend,
    LikeSpan,
    SimilarAnswer,
    SimilarTrack,
    VibeFilter,
    VibeWish,
)
from audio_ident.refusals import ValidationFailed

MOST_SOUNDS = 20
"""Tracks that are wanted or unwanted in one question."""

ENOUGH = 0.98
"""Share of the library from which an answer is as good as whole."""

Number = TypeVar("Number", int, float)

Names = Annotated[list[Text], pydantic.Field(max_length=MOST_SOUNDS)]


class VibeRange(pydantic.BaseModel):
    """Times that sound alike."""

    query: TimeRange | None = pydantic.Field(
        description="In what was asked about; null where that has no times, as a sentence."
    )
    query_track_id: str | None = pydantic.Field(
        description="The track of the question that they lie in; null for clips and sentences.",
        examples=[TRACK_ID],
    )
    track_range: TimeRange = pydantic.Field(description="In the track.")
    cosine: float = pydantic.Field(ge=-1, le=1, description="How alike they are.", examples=[0.83])


class VibeBlocks(pydantic.BaseModel):
    """How alike two tracks are in each of what makes up their sound, -1 to 1."""

    timbre: float = pydantic.Field(ge=-1, le=1, description="Sound colour.", examples=[0.7])
    harmony: float = pydantic.Field(ge=-1, le=1, description="Chords and keys.", examples=[0.4])
    rhythm: float = pydantic.Field(ge=-1, le=1, description="Tempo and beat.", examples=[0.5])


class VibeMatch(pydantic.BaseModel):
    """A track that sounds like what was asked about."""

    track: TrackInfo = pydantic.Field(description="The track.")
    similarity: float = pydantic.Field(
        ge=0,
        le=1,
        description="Share of random pairs of tracks of this library that are less alike; the "
        "cosine, not below 0, where `similarity_is_share` is false.",
        examples=[0.97],
    )
    similarity_is_share: bool = pydantic.Field(
        description="False for sentences, and while the library is too small to tell."
    )
    cosine: float = pydantic.Field(
        ge=-1, le=1, description="Pooled over all windows; the order goes by it.", examples=[0.71]
    )
    embedding_model: str = pydantic.Field(
        description="What the likeness was measured with.", examples=["timbre-118"]
    )
    blocks: VibeBlocks | None = pydantic.Field(description="Likeness by block; null for sentences.")
    agreeing: list[str] = pydantic.Field(
        description="Those of the blocks that agree.", examples=[["timbre", "rhythm"]]
    )
    best_ranges: list[VibeRange] = pydantic.Field(description="Times that match best.")


class SimilarResponse(pydantic.BaseModel):
    """Tracks that sound alike, the most alike first."""

    vibe_matches: list[VibeMatch] = pydantic.Field(description="The most alike first.")
    embedding_model: str | None = pydantic.Field(
        description="What the likeness was measured with.", examples=["timbre-118"]
    )
    coverage: float = pydantic.Field(
        ge=0, le=1, description="Share of the library that could be compared.", examples=[1.0]
    )
    degraded_reason: str | None = pydantic.Field(
        description="Why the answer is less than it could be; null when it is whole."
    )


class VibeFilters(pydantic.BaseModel):
    """Which tracks are wanted; of several values one must fit, of several filters all must."""

    artist: Names = pydantic.Field(
        default_factory=list, description="Artists, case and accents aside.", examples=[["Björk"]]
    )
    genre: Names = pydantic.Field(
        default_factory=list, description="Genres, case and accents aside.", examples=[["Ambient"]]
    )
    year_from: int | None = pydantic.Field(
        None, ge=0, le=9999, description="First year.", examples=[1990]
    )
    year_to: int | None = pydantic.Field(
        None, ge=0, le=9999, description="Last year.", examples=[1999]
    )
    tempo_from: float | None = pydantic.Field(
        None, ge=0, le=1000, allow_inf_nan=False, description="Slowest, in beats a minute."
    )
    tempo_to: float | None = pydantic.Field(
        None, ge=0, le=1000, allow_inf_nan=False, description="Fastest, in beats a minute."
    )
    key: Names = pydantic.Field(
        default_factory=list,
        description="Estimated keys, as in `A minor` or `Am`.",
        examples=[["A minor"]],
    )

    def only(self) -> VibeFilter:
        """The same for the use case; raises `ValidationFailed`."""
        return VibeFilter(
            artists=tuple(self.artist),
            genres=tuple(self.genre),
            years=_between("year", self.year_from, self.year_to, 9999),
            tempi_bpm=_between("tempo", self.tempo_from, self.tempo_to, 1000.0),
            keys=tuple(key_named(key) or key for key in self.key),
        )


class SimilarFields(VibeFilters):
    """How the answer is to be."""

    max_results: int = pydantic.Field(
        10, ge=1, le=100, description="How many tracks at most.", examples=[10]
    )
    per_artist: int | None = pydantic.Field(
        None,
        ge=1,
        le=1000,
        description="How many of one artist at most; by default what the setting "
        "`vibe_most_per_artist` says.",
        examples=[2],
    )

    def wish(self) -> VibeWish:
        """The same for the use case; raises `ValidationFailed`."""
        return VibeWish(
            max_results=self.max_results, most_per_artist=self.per_artist, only=self.only()
        )


class StretchFields(pydantic.BaseModel):
    """A stretch of a track."""

    start: float = pydantic.Field(
        0.0,
        ge=0,
        le=LONGEST_TRACK_S,
        allow_inf_nan=False,
        description="Where it begins in the track, in seconds.",
        examples=[70.0],
    )
    end: float | None = pydantic.Field(
        None,
        ge=0,
        le=LONGEST_TRACK_S,
        allow_inf_nan=False,
        description="Where it ends; by default with the track.",
        examples=[100.0],
    )

    def of_track(self, track_id: uuid.UUID) -> TrackSpan:
        """The same for the use case."""
        return TrackSpan(track_id=TrackId(str(track_id)), start_s=self.start, end_s=self.end)


class SimilarQuery(StretchFields, SimilarFields, FormatFields):
    """What is asked about one track."""


class SoundOfTrack(StretchFields):
    """A track, or a stretch of it."""

    track_id: uuid.UUID = pydantic.Field(description="The track.", examples=[TRACK_ID])

    def span(self) -> TrackSpan:
        """The same for the use case."""
        return self.of_track(self.track_id)


Sounds = Annotated[list[SoundOfTrack], pydantic.Field(max_length=MOST_SOUNDS)]

Sentence = Annotated[
    str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=500)
]


class SimilarQuestion(SimilarFields):
    """Tracks that are to sound like some, unlike others, or as a sentence says."""

    plus: Sounds = pydantic.Field(default_factory=list, description="What is wanted.")
    minus: Sounds = pydantic.Field(default_factory=list, description="What is not.")
    text: Sentence | None = pydantic.Field(
        None,
        description="What is wanted, in words; that needs a model, as `GET /text-search` does.",
        examples=["calm piano in the rain"],
    )

    def blend(self) -> Blend:
        """The same for the use case."""
        return Blend(
            plus=tuple(each.span() for each in self.plus),
            minus=tuple(each.span() for each in self.minus),
            text=self.text,
        )


class TextQuery(SimilarFields, FormatFields):
    """What is asked in words."""

    q: Sentence = pydantic.Field(
        description="What it is to sound like, in words.", examples=["calm piano in the rain"]
    )


def similar_response(answer: SimilarAnswer) -> SimilarResponse:
    """An answer as the API shows it."""
    return SimilarResponse(
        vibe_matches=vibe_matches(answer),
        embedding_model=None if answer.space is None else answer.space.model,
        coverage=min(1.0, answer.coverage),
        degraded_reason=_degradation(answer),
    )


def vibe_matches(answer: SimilarAnswer | None) -> list[VibeMatch]:
    """The tracks of an answer; none of a lane that has no answer."""
    if answer is None or answer.space is None:
        return []
    return [_match(found, answer.space) for found in answer.tracks]


def _match(found: SimilarTrack, space: Space) -> VibeMatch:
    cosine = _bounded(found.cosine)
    return VibeMatch(
        track=track_info(found.track, found.added_at),
        similarity=round(max(0.0, cosine) if found.likeness is None else found.likeness, 4),
        similarity_is_share=found.likeness is not None,
        cosine=cosine,
        embedding_model=space.model,
        blocks=VibeBlocks(**{name: _bounded(value) for name, value in found.blocks.items()})
        if found.blocks
        else None,
        agreeing=list(found.agreeing),
        best_ranges=[_range(span) for span in found.spans],
    )


def _range(span: LikeSpan) -> VibeRange:
    return VibeRange(
        query=None if span.query is None else time_range(span.query),
        query_track_id=span.query_track,
        track_range=time_range(span.track),
        cosine=_bounded(span.cosine),
    )


def _bounded(cosine: float) -> float:
    """A cosine that rounding may have put outside of what there is."""
    return round(min(1.0, max(-1.0, cosine)), 4)


def _degradation(answer: SimilarAnswer) -> str | None:
    if answer.space is None:
        return "the library has not been listened to for this yet"
    if answer.coverage < ENOUGH:
        return f"{100 * answer.coverage:.0f} % of the library can be compared so far"
    return None


def _between(
    name: str, first: Number | None, last: Number | None, greatest: Number
) -> tuple[Number, Number] | None:
    """The two ends of a filter; one that is not told is as far out as can be."""
    if first is None and last is None:
        return None
    start = greatest * 0 if first is None else first
    end = greatest if last is None else last
    if start > end:
        raise ValidationFailed(f"`{name}_from` is greater than `{name}_to`")
    return start, end
