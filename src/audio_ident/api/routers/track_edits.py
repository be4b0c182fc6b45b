"""What people say of tracks, and the tracks that they take out of the library."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response

from audio_ident.api.access import CallerOfRequest, allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.entity_tags import IfMatch, revisions_of, tagged
from audio_ident.api.problems import problems
from audio_ident.api.routers.tracks import TrackIdInPath, find_detail
from audio_ident.api.schemas.track_detail import TrackDetail
from audio_ident.api.schemas.track_edits import EditList, TrackEdit, UndoneEdits, edit_list
from audio_ident.errors import BadInput, NotFound
from audio_ident.model.accounts import Scope
from audio_ident.model.edits import EDITABLE
from audio_ident.model.library import TrackId
from audio_ident.refusals import Conflict, PreconditionFailed, ValidationFailed

router = APIRouter(prefix="/tracks", tags=["tracks"], dependencies=[allowed(Scope.EDIT)])

_ANSWERS = problems(NotFound, BadInput, ValidationFailed, PreconditionFailed)

FieldInPath = Annotated[
    Literal[
        "title",
        "artist",
        "album",
        "album_artist",
        "track_number",
        "track_total",
        "disc_number",
        "disc_total",
        "date",
        "genres",
        "is_compilation",
        "comment",
    ],
    Path(description=f"One of {', '.join(EDITABLE)}.", examples=["title"]),
]


@router.patch("/{track_id}", response_model=TrackDetail, responses=_ANSWERS)
def edit_track(
    service: ServiceOfApp,
    caller: CallerOfRequest,
    track_id: TrackIdInPath,
    edit: TrackEdit,
    if_match: IfMatch = None,
) -> Response:
    """The track, once what is said of some fields wins over all other sources."""
    name = TrackId(str(track_id))
    service.browsing.editor.edit(name, edit.values(), caller.name, revisions_of(if_match))
    return _track(service, name)


@router.delete("/{track_id}/edits/{field}", response_model=TrackDetail, responses=_ANSWERS)
def take_edit_back(
    service: ServiceOfApp,
    caller: CallerOfRequest,
    track_id: TrackIdInPath,
    field: FieldInPath,
    if_match: IfMatch = None,
) -> Response:
    """The track, once tags and path count again for a field."""
    name = TrackId(str(track_id))
    service.browsing.editor.edit(name, {field: None}, caller.name, revisions_of(if_match))
    return _track(service, name)


@router.post(
    "/{track_id}/edits/undo",
    responses=problems(NotFound, ValidationFailed, Conflict, PreconditionFailed),
)
def undo_track_edits(
    service: ServiceOfApp,
    track_id: TrackIdInPath,
    undone: UndoneEdits,
    if_match: IfMatch = None,
) -> EditList:
    """What people say of a track, once some edits are undone."""
    name, expected = TrackId(str(track_id)), revisions_of(if_match)
    try:
        return edit_list(service.browsing.editor.undo(name, undone.edits, expected))
    except BadInput as error:  # what is asked for is understood, and is not there to be undone
        raise Conflict(error.fact) from error


@router.delete("/{track_id}", status_code=204, response_model=None, responses=_ANSWERS)
def hide_track(
    service: ServiceOfApp,
    caller: CallerOfRequest,
    track_id: TrackIdInPath,
    if_match: IfMatch = None,
) -> None:
    """Nothing; the track is out of lists, answers and indexes, and its file is where it was."""
    service.browsing.hider.hide(TrackId(str(track_id)), caller.name, revisions_of(if_match))


@router.post("/{track_id}/restore", response_model=TrackDetail, responses=_ANSWERS)
def restore_track(
    service: ServiceOfApp, track_id: TrackIdInPath, if_match: IfMatch = None
) -> Response:
    """The track, once it is in the library again."""
    name = TrackId(str(track_id))
    service.browsing.hider.restore(name, revisions_of(if_match))
    return _track(service, name)


def _track(service: ServiceOfApp, track_id: TrackId) -> Response:
    detail = find_detail(service, track_id)
    return tagged(None, detail, detail.revision)
