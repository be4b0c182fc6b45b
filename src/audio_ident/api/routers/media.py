"""What is heard and seen of a track: audio, artwork, waveform."""

import uuid
from http import HTTPMethod
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as PathParameter

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.media_headers import (
    NOT_KEPT,
    Conditions,
    Known,
    disposition,
    entity_headers,
    file_response,
    has_already,
    not_modified,
)
from audio_ident.api.problems import Responses, problems
from audio_ident.api.schemas.media import (
    AUDIO_RESPONSES,
    MOST_JSON_POINTS,
    PICTURE_RESPONSES,
    VERSION_DESCRIPTION,
    WAVEFORM_RESPONSES,
    WAVEFORM_TYPE,
    AudioQuery,
    WaveformQuery,
    waveform_bytes,
    waveform_document,
)
from audio_ident.api.sending import GrowingFile
from audio_ident.errors import (
    ArtefactCorrupt,
    ArtefactMissing,
    DatabaseProblem,
    DiskFull,
    NotFound,
    StoreInaccessible,
)
from audio_ident.library.playback.artworks import ArtworkSize
from audio_ident.library.playback.playback import AudioWish, BeingMade
from audio_ident.model.accounts import Scope
from audio_ident.model.library import TrackId
from audio_ident.model.playback import WaveformWish
from audio_ident.refusals import (
    ArtworkMissing,
    Conflict,
    ConversionFailed,
    ConversionRunning,
    ConversionTooLarge,
    FileMissing,
    Forbidden,
    RangeNotSatisfiable,
    RateLimited,
    ServiceUnavailable,
    Unauthorized,
    ValidationFailed,
)

router = APIRouter(prefix="/tracks", tags=["media"], dependencies=[allowed(Scope.READ)])

_DAY_LONG = "private, max-age=86400"
"""For pictures whose address does not name the content: a list of them is not asked for anew."""

_EVERYWHERE = (Unauthorized, Forbidden, ValidationFailed, NotFound, DatabaseProblem)

_AUDIO_ERRORS: Responses = problems(
    *_EVERYWHERE,
    FileMissing,
    Conflict,
    ConversionFailed,
    ConversionRunning,
    ConversionTooLarge,
    DiskFull,
    RangeNotSatisfiable,
    RateLimited,
    ServiceUnavailable,
    StoreInaccessible,
)

TrackPath = Annotated[uuid.UUID, PathParameter(description="Id of the track.")]
ConditionsOfRequest = Annotated[Conditions, Header()]
KnownToClient = Annotated[Known, Header()]
VersionQuery = Annotated[str | None, Query(max_length=128, description=VERSION_DESCRIPTION)]


@router.get("/{track_id}/audio", response_class=Response, responses=AUDIO_RESPONSES | _AUDIO_ERRORS)
def get_track_audio(
    service: ServiceOfApp,
    request: Request,
    track_id: TrackPath,
    conditions: ConditionsOfRequest,
    wanted: Annotated[AudioQuery, Query()],
) -> Response:
    """The sound of a track, whole or in parts.

    A conversion that is not finished within seconds is sent while it is made: then without
    length, without parts, and without an ETag.
    """
    accepted = request.headers.get("accept", "")
    is_head = request.method == HTTPMethod.HEAD
    wish = AudioWish(
        format=wanted.format,
        accepted=accepted,
        needs_whole=conditions.wants_parts,
        may_convert=not is_head,
    )
    found = service.media.playback.open(TrackId(str(track_id)), wish)
    headers = {
        "Content-Type": found.media_type,
        "Content-Disposition": disposition(found.file_name, is_download=wanted.download),
        "Vary": "Accept",
    }
    if isinstance(found, BeingMade):
        return _growing(found, headers)
    headers |= entity_headers(found.version, wanted.v, found.changed_at)
    return file_response(found.opened, conditions, headers, found.changed_at, is_head=is_head)


@router.head(
    "/{track_id}/audio", response_class=Response, responses=AUDIO_RESPONSES | _AUDIO_ERRORS
)
def head_track_audio(
    service: ServiceOfApp,
    request: Request,
    track_id: TrackPath,
    conditions: ConditionsOfRequest,
    wanted: Annotated[AudioQuery, Query()],
) -> Response:
    """The headers of the sound of a track; nothing is converted for them."""
    return get_track_audio(service, request, track_id, conditions, wanted)


@router.get(
    "/{track_id}/artwork",
    response_class=Response,
    responses=PICTURE_RESPONSES | problems(*_EVERYWHERE, ArtworkMissing, StoreInaccessible),
)
def get_track_artwork(
    service: ServiceOfApp,
    track_id: TrackPath,
    known: KnownToClient,
    size: Annotated[
        ArtworkSize, Query(description="Longer edge: 160, 500 or 1200 pixels, if it has as many.")
    ] = ArtworkSize.MEDIUM,
    v: VersionQuery = None,
) -> Response:
    """The picture of a track: its front cover, if it has one."""
    found = service.media.artworks.get(TrackId(str(track_id)), size)
    headers = entity_headers(f"{found.sha256}-{size}", f"{v}-{size}")
    if v != found.sha256:
        headers["Cache-Control"] = _DAY_LONG
    if has_already(known, headers):
        return not_modified(headers)
    return Response(found.content, headers=headers, media_type=found.media_type)


@router.get(
    "/{track_id}/waveform",
    response_class=Response,
    responses=WAVEFORM_RESPONSES | problems(*_EVERYWHERE, ArtefactMissing, ArtefactCorrupt),
)
def get_track_waveform(
    service: ServiceOfApp,
    track_id: TrackPath,
    known: KnownToClient,
    wanted: Annotated[WaveformQuery, Query()],
) -> Response:
    """A stretch of the waveform of a track: lowest, highest and RMS value of each point."""
    wish = WaveformWish(
        start_s=wanted.start_seconds,
        end_s=wanted.end_seconds,
        level=wanted.level,
        points=wanted.points,
    )
    found = service.media.waveforms.get(TrackId(str(track_id)), wish)
    headers = entity_headers(f"{found.version}-{wanted.format}", None)
    if has_already(known, headers):
        return not_modified(headers)
    if wanted.format == "binary":
        return Response(waveform_bytes(found), headers=headers, media_type=WAVEFORM_TYPE)
    if found.points.shape[1] > MOST_JSON_POINTS:
        raise ValidationFailed(
            f"as JSON at most {MOST_JSON_POINTS} points are sent",
            details={"points": found.points.shape[1], "most_points": MOST_JSON_POINTS},
        )
    document = waveform_document(found).model_dump_json()
    return Response(document, headers=headers, media_type="application/json")


def _growing(found: BeingMade, headers: dict[str, str]) -> Response:
    told = headers | {
        "Accept-Ranges": "none",
        "Cache-Control": NOT_KEPT,
        "X-Content-Type-Options": "nosniff",
    }
    if found.running is not None:
        return GrowingFile(found.running, told)
    response = Response(headers=told)
    del response.headers["Content-Length"]  # nobody knows it yet
    return response
