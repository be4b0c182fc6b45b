"""Duplicates as the service tells of them, and what people decide of them."""

import datetime
import uuid
from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import pydantic
from fastapi import Query

from audio_ident.api.schemas.paging import PageQuery, PaginatedResponse, pagination_of
from audio_ident.api.schemas.tracks import known_text
from audio_ident.api.texts import told
from audio_ident.library.duplicates import GroupFilter
from audio_ident.model.browse import Page
from audio_ident.model.display import shown_album, shown_artist, shown_title
from audio_ident.model.kinship import (
    Containment,
    Copy,
    Decision,
    DuplicateGroup,
    DuplicateVerdict,
    Kinship,
    Relation,
    SharedSpan,
)
from audio_ident.units import Ticks, ticks_to_seconds

SplitPath: TypeAlias = Callable[[str], tuple[int, str]]
"""Tells the root of a path, and the path below it."""


class CopyInfo(pydantic.BaseModel):
    """One file of a group."""

    track_id: str = pydantic.Field(description="The track that is the whole file.")
    title: str = pydantic.Field(description="What to call it.")
    artist: str | None = pydantic.Field(description="Whom to credit it to.")
    album: str | None = pydantic.Field(description="What album it is on.")
    root_id: int = pydantic.Field(description="Imported folder that it lies in.")
    relative_path: str = pydantic.Field(description="Where it lies below that folder.")
    audio_digest: str = pydantic.Field(description="Name of its audio.")
    duration_seconds: float = pydantic.Field(description="Length.")
    codec: str = pydantic.Field(description="Encoding.", examples=["flac"])
    is_lossless: bool = pydantic.Field(description="Whether the encoding loses nothing.")
    size_bytes: int = pydantic.Field(description="Size of the file.")
    bitrate: int = pydantic.Field(description="Bits a second of the file.")
    tag_count: int = pydantic.Field(description="Fields that say something.")


class SpanInfo(pydantic.BaseModel):
    """A stretch that two recordings share."""

    first_start_seconds: float = pydantic.Field(description="Start in the first.")
    first_end_seconds: float = pydantic.Field(description="End in the first.")
    second_start_seconds: float = pydantic.Field(description="Start in the second.")
    second_end_seconds: float = pydantic.Field(description="End in the second.")


class RelationInfo(pydantic.BaseModel):
    """What listening says of two recordings."""

    kind: Kinship = pydantic.Field(description="`same_recording` or `contained_in`.")
    first_digest: str = pydantic.Field(description="Audio of the shorter one.")
    second_digest: str = pydantic.Field(description="Audio of the longer one.")
    spans: list[SpanInfo] = pydantic.Field(description="What they share, in order.")
    offset_seconds: float = pydantic.Field(
        description="Where in the second the start of the first lies."
    )
    speed_factor: float = pydantic.Field(description="Seconds of the second in one of the first.")
    agreement: float = pydantic.Field(description="How alike they are there, 0 to 1.")
    evidence: dict[str, float] = pydantic.Field(description="Every witness, by name.")


class GroupInfo(pydantic.BaseModel):
    """Files that hold one recording."""

    id: str = pydantic.Field(description="Name of the group.", examples=["0a1b2c3d4e"])
    kind: Kinship = pydantic.Field(description="The loosest tie that holds it together.")
    copies: list[CopyInfo] = pydantic.Field(description="The files, by path.")
    relations: list[RelationInfo] = pydantic.Field(description="What listening says of them.")
    keep: str = pydantic.Field(description="Track that is suggested to be kept.")
    reasons: list[str] = pydantic.Field(description="Why, in order of weight.")


class GroupPage(PaginatedResponse[GroupInfo]):
    """One page of groups."""


class ContainmentInfo(pydantic.BaseModel):
    """A recording that is heard inside a longer one."""

    relation: RelationInfo = pydantic.Field(description="Where in both, and how sure.")
    contained: list[CopyInfo] = pydantic.Field(description="Files of the first recording.")
    container: list[CopyInfo] = pydantic.Field(description="Files of the second recording.")


class TrackDuplicates(pydantic.BaseModel):
    """What a track has in common with others."""

    group: GroupInfo | None = pydantic.Field(description="Its group; null where it is in none.")
    contained_in: list[ContainmentInfo] = pydantic.Field(
        description="Longer recordings that it is heard in."
    )
    contains: list[ContainmentInfo] = pydantic.Field(
        description="Shorter recordings that are heard in it."
    )


class PairDecision(pydantic.BaseModel):
    """What somebody says of two tracks."""

    model_config = pydantic.ConfigDict(extra="forbid")

    verdict: Literal[DuplicateVerdict.DUPLICATE, DuplicateVerdict.NOT_DUPLICATE] = pydantic.Field(
        description="Whether they hold the same recording.", examples=["not_duplicate"]
    )
    first_track: uuid.UUID = pydantic.Field(description="Id of a track.")
    second_track: uuid.UUID = pydantic.Field(description="Id of another one.")
    keep: uuid.UUID | None = pydantic.Field(
        None, description="With `duplicate`: which of the two is the one to keep."
    )


class KeepDecision(pydantic.BaseModel):
    """Which track of its group somebody wants to keep."""

    model_config = pydantic.ConfigDict(extra="forbid")

    verdict: Literal[DuplicateVerdict.KEEP] = pydantic.Field(
        description="`keep`.", examples=["keep"]
    )
    first_track: uuid.UUID = pydantic.Field(description="Id of the track to keep.")


DecisionRequest = Annotated[PairDecision | KeepDecision, pydantic.Field(discriminator="verdict")]


class DecisionInfo(pydantic.BaseModel):
    """What somebody decided."""

    id: int = pydantic.Field(description="Name of the decision.", examples=[3])
    first_digest: str = pydantic.Field(description="Audio that it is about.")
    second_digest: str = pydantic.Field(description="The other one; the same for `keep`.")
    verdict: DuplicateVerdict = pydantic.Field(description="What was decided.")
    track_id: str | None = pydantic.Field(description="The track to keep.")
    decided_at: datetime.datetime = pydantic.Field(description="When.")
    decided_by: str = pydantic.Field(description="By whom.", examples=["local"])
    revoked_at: datetime.datetime | None = pydantic.Field(description="When it was taken back.")


class DecisionList(pydantic.BaseModel):
    """Decisions, oldest first."""

    data: list[DecisionInfo] = pydantic.Field(description="The decisions.")


class GroupQuery(PageQuery):
    """Which groups a request asks for."""

    kind: Kinship | None = pydantic.Field(None, description="The loosest tie of the group.")
    decided: bool | None = pydantic.Field(
        None, description="Whether somebody has decided about any of its recordings."
    )

    def wanted(self) -> GroupFilter:
        """The same for the library."""
        return GroupFilter(kinship=self.kind, is_decided=self.decided)


GroupQueryOfRequest = Annotated[GroupQuery, Query()]


def group_page(page: Page[DuplicateGroup], split: SplitPath) -> GroupPage:
    """One page of groups."""
    return GroupPage(
        data=[group_info(group, split) for group in page.items], pagination=pagination_of(page)
    )


def group_info(group: DuplicateGroup, split: SplitPath) -> GroupInfo:
    """A group."""
    return GroupInfo(
        id=group.id,
        kind=group.kinship,
        copies=[_copy(copy, split) for copy in group.copies],
        relations=[_relation(relation) for relation in group.relations],
        keep=group.suggestion.track_id,
        reasons=list(group.suggestion.reasons),
    )


def containment_info(part: Containment, split: SplitPath) -> ContainmentInfo:
    """A recording inside another."""
    return ContainmentInfo(
        relation=_relation(part.relation),
        contained=[_copy(copy, split) for copy in part.contained],
        container=[_copy(copy, split) for copy in part.container],
    )


def decision_info(decision: Decision) -> DecisionInfo:
    """A decision."""
    return DecisionInfo(
        id=decision.id,
        first_digest=decision.first,
        second_digest=decision.second,
        verdict=decision.verdict,
        track_id=decision.track_id,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
        revoked_at=decision.revoked_at,
    )


def _copy(copy: Copy, split: SplitPath) -> CopyInfo:
    track = copy.track
    root_id, relative_path = split(track.path)
    return CopyInfo(
        track_id=track.id,
        title=told(shown_title(track).text),
        artist=known_text(shown_artist(track)),
        album=known_text(shown_album(track)),
        root_id=root_id,
        relative_path=told(relative_path),
        audio_digest=track.digest,
        duration_seconds=copy.duration_s,
        codec=track.codec,
        is_lossless=copy.is_lossless,
        size_bytes=copy.size_bytes,
        bitrate=round(copy.bit_rate_bps),
        tag_count=copy.tag_count,
    )


def _relation(relation: Relation) -> RelationInfo:
    return RelationInfo(
        kind=relation.kinship,
        first_digest=relation.first,
        second_digest=relation.second,
        spans=[_span(span) for span in relation.spans],
        offset_seconds=ticks_to_seconds(Ticks(relation.offset_ticks)),
        speed_factor=relation.speed,
        agreement=relation.agreement,
        evidence=dict(relation.evidence),
    )


def _span(span: SharedSpan) -> SpanInfo:
    return SpanInfo(
        first_start_seconds=ticks_to_seconds(span.first_start_ticks),
        first_end_seconds=ticks_to_seconds(span.first_end_ticks),
        second_start_seconds=ticks_to_seconds(span.second_start_ticks),
        second_end_seconds=ticks_to_seconds(span.second_end_ticks),
    )
