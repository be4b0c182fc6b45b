"""Answers about clips, as the API shows them."""

import uuid
from typing import Annotated

import pydantic

from audio_ident.api.schemas.times import LONGEST_TRACK_S, TimeRange, time_range
from audio_ident.api.schemas.tracks import TrackInfo, track_info
from audio_ident.api.schemas.vibe import VibeMatch, vibe_matches
from audio_ident.model.answer import Verdict
from audio_ident.model.kinship import Kinship
from audio_ident.model.library import TrackId
from audio_ident.model.search import (
    FoundTrack,
    LaneReport,
    LaneStatus,
    Mode,
    SearchWish,
    TrackSpan,
)
from audio_ident.model.search_answer import SearchAnswer

MaxResults = Annotated[int, pydantic.Field(ge=1, le=50, description="Tracks per lane.")]


class SearchFields(pydantic.BaseModel):
    """How to search."""

    mode: Mode = pydantic.Field(
        Mode.BOTH, description="Which lanes are asked: the same recording, what sounds alike, both."
    )
    max_results: MaxResults = 10

    def wish(self) -> SearchWish:
        """The same for the use case."""
        return SearchWish(mode=self.mode, max_results=self.max_results)


class TrackSearch(SearchFields):
    """A stretch of a track of the library to search for."""

    track_id: uuid.UUID = pydantic.Field(description="The track.")
    start_seconds: float = pydantic.Field(
        0.0, ge=0, le=LONGEST_TRACK_S, description="Where the stretch begins in the track."
    )
    end_seconds: float | None = pydantic.Field(
        None,
        ge=0,
        le=LONGEST_TRACK_S,
        description="Where it ends; by default thirty seconds later, or with the track.",
    )

    def span(self) -> TrackSpan:
        """The same for the use case."""
        return TrackSpan(
            track_id=TrackId(str(self.track_id)), start_s=self.start_seconds, end_s=self.end_seconds
        )


class ExactMatch(pydantic.BaseModel):
    """A track in which the clip was heard."""

    track: TrackInfo = pydantic.Field(description="The track.")
    confidence: float = pydantic.Field(
        ge=0, le=1, description="Calibrated probability that this is the recording."
    )
    offset_seconds: float = pydantic.Field(
        description="Where in the track the clip begins; negative when it begins earlier."
    )
    aligned_hashes: int = pydantic.Field(
        description="Landmarks of the recording that were found in the clip."
    )
    query: TimeRange = pydantic.Field(description="The part of the clip that matched.")
    track_range: TimeRange = pydantic.Field(description="The same part, in the track.")
    coverage: float = pydantic.Field(ge=0, le=1, description="Share of the clip that matched.")
    gaps: list[TimeRange] = pydantic.Field(
        description="Parts of the clip inside `query` that did not match."
    )
    speed_factor: float = pydantic.Field(
        description="Seconds of the track in one second of the clip."
    )
    duplicate_kind: Kinship | None = pydantic.Field(
        description="What the track has in common with the one that was asked about, or else with "
        "the first of the list; null for that one and for another recording."
    )


class Lane(pydantic.BaseModel):
    """How one lane ended."""

    status: LaneStatus = pydantic.Field(description="How it ended, in one word.")
    reason: str | None = pydantic.Field(description="In words; null when all is well.")
    elapsed_ms: float = pydantic.Field(description="From the end of the upload.")


class Lanes(pydantic.BaseModel):
    """How the lanes ended; an outage is never shown as an empty list alone."""

    exact: Lane = pydantic.Field(description="The lane of the same recording.")
    vibe: Lane = pydantic.Field(description="The lane of what sounds alike.")


class SearchResponse(pydantic.BaseModel):
    """What is known of a clip."""

    request_id: uuid.UUID = pydantic.Field(description="Name of this answer.")
    query_duration_ms: float = pydantic.Field(
        description="From the end of the upload to the answer."
    )
    verdict: Verdict | None = pydantic.Field(
        description="What can be said of the clip as a whole; null when nobody could listen, and "
        "when the lane of the same recording was not asked."
    )
    exact_matches: list[ExactMatch] = pydantic.Field(description="Best first.")
    vibe_matches: list[VibeMatch] = pydantic.Field(description="The most alike first.")
    mode_used: Mode = pydantic.Field(
        description="`mode` of the request without the lanes that do not exist here: a library "
        "that was not listened to for what sounds alike has one lane."
    )
    lanes: Lanes = pydantic.Field(description="How each lane ended.")
    clip_seconds: float = pydantic.Field(description="How much of the clip was listened to.")
    clip_truncated: bool = pydantic.Field(description="Whether the clip is longer than that.")


def search_response(answer: SearchAnswer) -> SearchResponse:
    """An answer as the API shows it."""
    return SearchResponse(
        request_id=uuid.UUID(answer.id),
        query_duration_ms=_milliseconds(answer.elapsed_s),
        verdict=answer.verdict,
        exact_matches=[exact_match(found) for found in answer.exact],
        vibe_matches=vibe_matches(answer.vibe),
        mode_used=answer.mode_used,
        lanes=Lanes(exact=_lane(answer.lanes[Mode.EXACT]), vibe=_lane(answer.lanes[Mode.VIBE])),
        clip_seconds=round(answer.clip_s, 3),
        clip_truncated=answer.is_truncated,
    )


def exact_match(found: FoundTrack) -> ExactMatch:
    """A track in which something was heard."""
    match = found.match
    return ExactMatch(
        track=track_info(found.track, found.added_at),
        confidence=match.confidence,
        offset_seconds=round(found.offset_s, 3),
        aligned_hashes=match.aligned_landmarks,
        query=time_range(match.query_span),
        track_range=time_range(found.track_span),
        coverage=match.coverage,
        gaps=[time_range(gap) for gap in match.gaps],
        speed_factor=match.speed_factor,
        duplicate_kind=found.kinship,
    )


def _lane(report: LaneReport) -> Lane:
    return Lane(
        status=report.status, reason=report.reason, elapsed_ms=_milliseconds(report.elapsed_s)
    )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
