"""Paths and mixes, as the API shows them and asks for them."""

import uuid
from typing import Annotated

import pydantic

from audio_ident.api.schemas.playlists import FormatFields
from audio_ident.api.schemas.tracks import TRACK_ID, TrackInfo, track_info
from audio_ident.identify.vibe.paths import LEAST_STEPS, MOST_STEPS
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixWish, PathAnswer

MOST_SEEDS = 20
"""Tracks that a mix stays near."""

MOST_PLAYED = 10_000
"""Tracks of a mix that are told to have been played: a month of listening."""

MOST_NUMBER = 2**31 - 1

Cosine = Annotated[float, pydantic.Field(ge=-1, le=1)]


class PathQuery(FormatFields):
    """Which path is wanted."""

    start: uuid.UUID = pydantic.Field(
        alias="from", description="The track that the path begins with.", examples=[TRACK_ID]
    )
    end: uuid.UUID = pydantic.Field(
        alias="to",
        description="The track that it leads to.",
        examples=["5d0a3d52-2f4e-4c0b-9a54-7c7f7e0a2b11"],
    )
    steps: int = pydantic.Field(
        10,
        ge=LEAST_STEPS,
        le=MOST_STEPS,
        description="How many tracks, both included.",
        examples=[10],
    )

    def ends(self) -> tuple[TrackId, TrackId]:
        """The same for the use case."""
        return TrackId(str(self.start)), TrackId(str(self.end))


class PathStepInfo(pydantic.BaseModel):
    """One track of a path."""

    track: TrackInfo = pydantic.Field(description="The track.")
    progress: float = pydantic.Field(
        description="How far from the first track to the last, 0 to 1; never less than before.",
        examples=[0.4],
    )
    cosine: Cosine | None = pydantic.Field(
        description="Likeness to the track before; null for the first.", examples=[0.83]
    )


class PathResponse(pydantic.BaseModel):
    """A path from one track to another."""

    steps: list[PathStepInfo] = pydantic.Field(description="In order, both ends included.")
    wanted_steps: int = pydantic.Field(
        description="What was asked for; there are fewer steps where not enough tracks lie "
        "between the two.",
        examples=[10],
    )


class MixQuestion(pydantic.BaseModel):
    """What a mix begins with, and how it goes on."""

    seeds: list[uuid.UUID] = pydantic.Field(
        min_length=1,
        max_length=MOST_SEEDS,
        description="Tracks that it stays near; they are no part of it.",
        examples=[[TRACK_ID]],
    )
    played: list[uuid.UUID] = pydantic.Field(
        default_factory=list,
        max_length=MOST_PLAYED,
        description="Tracks of the mix so far, in order; it goes on after them, and none of their "
        "recordings comes again.",
        examples=[[]],
    )
    count: int = pydantic.Field(
        20, ge=1, le=100, description="How many tracks are to follow.", examples=[20]
    )
    adventurousness: float = pydantic.Field(
        0.3,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="0 goes through what is most alike in order; 1 wanders, and often takes what "
        "is less alike.",
        examples=[0.3],
    )
    number: int = pydantic.Field(
        0,
        ge=0,
        le=MOST_NUMBER,
        description="Another number gives another mix; the same gives the same.",
        examples=[0],
    )

    def wish(self) -> MixWish:
        """The same for the use case."""
        return MixWish(
            seeds=tuple(TrackId(str(track_id)) for track_id in self.seeds),
            played=tuple(TrackId(str(track_id)) for track_id in self.played),
            count=self.count,
            adventurousness=self.adventurousness,
            number=self.number,
        )


class MixStepInfo(pydantic.BaseModel):
    """One track of a mix."""

    track: TrackInfo = pydantic.Field(description="The track.")
    cosine: Cosine = pydantic.Field(description="Likeness to the seeds.", examples=[0.62])


class MixResponse(pydantic.BaseModel):
    """The tracks of a mix that follow."""

    steps: list[MixStepInfo] = pydantic.Field(description="In order.")
    is_used_up: bool = pydantic.Field(description="Whether nothing is left to play after them.")


def path_response(answer: PathAnswer) -> PathResponse:
    """A path as the API shows it."""
    steps = [
        PathStepInfo(
            track=track_info(step.track, step.added_at),
            progress=round(step.progress, 4),
            cosine=None if step.cosine is None else _bounded(step.cosine),
        )
        for step in answer.steps
    ]
    return PathResponse(steps=steps, wanted_steps=answer.wanted)


def mix_response(answer: MixAnswer) -> MixResponse:
    """A mix as the API shows it."""
    steps = [
        MixStepInfo(track=track_info(step.track, step.added_at), cosine=_bounded(step.cosine))
        for step in answer.steps
    ]
    return MixResponse(steps=steps, is_used_up=answer.is_used_up)


def _bounded(cosine: float) -> float:
    """A cosine that rounding may have put outside of what there is."""
    return round(min(1.0, max(-1.0, cosine)), 4)
