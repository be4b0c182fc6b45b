"""Files that hold the same music, and what people decide of them; no file is ever touched."""

import contextlib
import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from audio_ident.api.access import CallerOfRequest, allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.entity_tags import NOT_MODIFIED, tagged
from audio_ident.api.problems import problems
from audio_ident.api.routers.tracks import TrackIdInPath
from audio_ident.api.schemas.duplicates import (
    DecisionInfo,
    DecisionList,
    DecisionRequest,
    GroupInfo,
    GroupPage,
    GroupQueryOfRequest,
    PairDecision,
    TrackDuplicates,
    containment_info,
    decision_info,
    group_info,
    group_page,
)
from audio_ident.errors import BadInput, NotFound
from audio_ident.model.accounts import Scope
from audio_ident.model.browse import Page
from audio_ident.model.kinship import DuplicateVerdict
from audio_ident.model.library import TrackId
from audio_ident.refusals import Conflict, ValidationFailed

router = APIRouter(tags=["duplicates"], dependencies=[allowed(Scope.READ)])

_EDITS = [allowed(Scope.EDIT)]

GroupInPath = Annotated[
    str, Path(pattern="^[0-9a-f]{10}$", description="Name of a group.", examples=["0a1b2c3d4e"])
]
DecisionInPath = Annotated[
    int, Path(ge=1, le=2**31 - 1, description="Id of a decision.", examples=[3])
]

_LINES = "application/jsonl"


@router.get(
    "/duplicates", response_model=GroupPage, responses=NOT_MODIFIED | problems(ValidationFailed)
)
def list_duplicate_groups(
    request: Request, service: ServiceOfApp, query: GroupQueryOfRequest
) -> Response:
    """Groups of files that hold one recording, in order of their first paths."""
    wish = query.wish()
    groups, total = service.browsing.duplicates.page(query.wanted(), wish.offset, wish.size)
    page = Page(items=groups, page=wish.number, page_size=wish.size, total=total)
    return tagged(request, group_page(page, service.browsing.splitter()))


@router.get(
    "/duplicates/plan",
    response_class=StreamingResponse,
    responses={200: {"content": {_LINES: {}}, "description": "One JSON object a line."}},
)
def get_duplicates_plan(service: ServiceOfApp) -> StreamingResponse:
    """What a person may do about duplicates, file by file: keep or move. Nothing is done by us."""
    return StreamingResponse(_steps(service), media_type=_LINES)


@router.get(
    "/duplicates/plan.sh",
    dependencies=[allowed(Scope.ADMIN)],
    response_class=Response,
    responses={200: {"content": {"text/x-shellscript": {}}, "description": "A shell script."}},
)
def get_duplicates_script(service: ServiceOfApp) -> Response:
    """The plan as a script for a person to read and run; it has the paths of the files."""
    script = service.browsing.duplicates.script()
    return Response(script, media_type="text/x-shellscript")


@router.get("/duplicates/decisions", response_model=DecisionList)
def list_duplicate_decisions(service: ServiceOfApp) -> DecisionList:
    """Everything that was ever decided, oldest first, with what was taken back."""
    decisions = service.browsing.duplicates.decisions()
    return DecisionList(data=[decision_info(decision) for decision in decisions])


@router.post(
    "/duplicates/decisions",
    status_code=201,
    dependencies=_EDITS,
    responses=problems(NotFound, Conflict, ValidationFailed),
)
def decide_on_duplicates(
    service: ServiceOfApp, caller: CallerOfRequest, decision: DecisionRequest
) -> DecisionList:
    """What was decided: of two tracks, of the one to keep, or of both."""
    tracks, kept = [decision.first_track], None
    if isinstance(decision, PairDecision):
        tracks, kept = [decision.first_track, decision.second_track], decision.keep
    for track_id in tracks:
        if service.browsing.browser.track(TrackId(str(track_id))) is None:
            raise NotFound(f"no track has the id {track_id}")
    if kept is not None and (
        kept not in tracks or decision.verdict is not DuplicateVerdict.DUPLICATE
    ):
        raise ValidationFailed("keep is one of two tracks that are duplicates")
    with _conflicts_named():
        duplicates = service.browsing.duplicates
        made = duplicates.decide([str(name) for name in tracks], decision.verdict, caller.name)
        if kept is not None:
            made += duplicates.decide([str(kept)], DuplicateVerdict.KEEP, caller.name)
    return DecisionList(data=[decision_info(one) for one in made])


@router.post(
    "/duplicates/decisions/{decision_id}/undo",
    dependencies=_EDITS,
    responses=problems(NotFound, Conflict, ValidationFailed),
)
def undo_duplicate_decision(service: ServiceOfApp, decision_id: DecisionInPath) -> DecisionInfo:
    """The decision, once it is taken back."""
    if all(known.id != decision_id for known in service.browsing.duplicates.decisions()):
        raise NotFound(f"no decision has the id {decision_id}")
    with _conflicts_named():
        return decision_info(service.browsing.duplicates.undo([decision_id])[0])


@router.get(
    "/duplicates/{group}",
    response_model=GroupInfo,
    responses=NOT_MODIFIED | problems(NotFound, ValidationFailed),
)
def get_duplicate_group(request: Request, service: ServiceOfApp, group: GroupInPath) -> Response:
    """One group with what listening says, and which file to keep."""
    found = service.browsing.duplicates.group(group)
    return tagged(request, group_info(found, service.browsing.splitter()))


@router.get(
    "/tracks/{track_id}/duplicates",
    response_model=TrackDuplicates,
    responses=NOT_MODIFIED | problems(NotFound, ValidationFailed),
)
def get_track_duplicates(
    request: Request, service: ServiceOfApp, track_id: TrackIdInPath
) -> Response:
    """The group of a track, and the recordings that it is heard in or that are heard in it."""
    listed = service.browsing.browser.track(TrackId(str(track_id)))
    if listed is None:
        raise NotFound(f"no track has the id {track_id}")
    digest, split = listed.track.digest, service.browsing.splitter()
    groups = service.browsing.duplicates.groups_with(digest)
    parts = service.browsing.duplicates.containments_with(digest)
    body = TrackDuplicates(
        group=group_info(groups[0], split) if groups else None,
        contained_in=[containment_info(p, split) for p in parts if p.relation.first == digest],
        contains=[containment_info(p, split) for p in parts if p.relation.second == digest],
    )
    return tagged(request, body)


@contextlib.contextmanager
def _conflicts_named() -> Iterator[None]:
    """What a request says is understood, and does not fit what there is."""
    try:
        yield
    except BadInput as error:
        raise Conflict(error.fact) from error


def _steps(service: ServiceOfApp) -> Iterator[bytes]:
    split = service.browsing.splitter()
    for group in service.browsing.duplicates.groups():
        info = group_info(group, split)
        for copy in info.copies:
            is_kept = copy.track_id == info.keep
            step = {
                "type": "step",
                "schema": 1,
                "group": info.id,
                "kind": info.kind.value,
                "action": "keep" if is_kept else "move",
                "reasons": info.reasons if is_kept else [],
                **copy.model_dump(mode="json"),
            }
            yield json.dumps(step).encode("ascii") + b"\n"
