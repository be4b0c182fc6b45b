"""ETags: whether somebody has the present form of an answer, and edits what they have seen."""

import hashlib
import re
from collections.abc import Collection
from typing import Annotated

import pydantic
from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse

_REVISION = re.compile(r'"(\d{1,18})\.[0-9a-f]+"')
_DIGITS = 24

IfMatch = Annotated[
    str | None,
    Header(
        max_length=1000,
        description="`ETag` of the track as it was read; when somebody has edited it since, "
        "nothing is changed and the answer is 412.",
    ),
]

NOT_MODIFIED: dict[int | str, dict[str, object]] = {
    304: {"description": "As it was: the `ETag` that the request names still holds."}
}


def tagged(
    request: Request | None, body: pydantic.BaseModel, revision: int | None = None
) -> Response:
    """An answer with its ETag; without a body where the request names this very ETag.

    Parameters
    ----------
    request
        None where the answer tells of a change, and is given whatever the request knows.
    revision
        Number that the ETag of something that can be edited begins with; lists have none.
    """
    document = body.model_dump(mode="json", by_alias=True)
    response = JSONResponse(document)
    digest = hashlib.sha256(response.body).hexdigest()[:_DIGITS]
    tag = f'W/"{digest}"' if revision is None else f'"{revision}.{digest}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request and _names(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def revisions_of(if_match: str | None) -> Collection[int] | None:
    """Revisions that a request wants to edit; None for whatever there is."""
    if if_match is None or if_match.strip() == "*":
        return None
    return [int(found) for found in _REVISION.findall(if_match)]


def _names(header: str, tag: str) -> bool:
    names = [name.strip().removeprefix("W/") for name in header.split(",")]
    return header.strip() == "*" or tag.removeprefix("W/") in names
