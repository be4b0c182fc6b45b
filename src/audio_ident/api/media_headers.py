"""Headers of sound and pictures: names, validators, how long they may be kept."""

import datetime
from http import HTTPStatus
from urllib.parse import quote

import pydantic
from fastapi import Response

from audio_ident.api.ranges import http_date, is_not_modified, may_send_parts, requested_ranges
from audio_ident.api.sending import FilePieces, multipart
from audio_ident.model.playback import OpenFile
from audio_ident.refusals import RangeNotSatisfiable

REVALIDATED = "private, no-cache"
"""May be kept, and is asked for again by its ETag before it is used."""

FOR_EVER = "private, max-age=31536000, immutable"
"""For addresses that name the content: what they give never changes."""

NOT_KEPT = "no-store"


class Known(pydantic.BaseModel):
    """What whoever asks has already."""

    if_none_match: str | None = pydantic.Field(
        None, description="ETags that are known already; 304 if one still holds."
    )

    @property
    def headers(self) -> dict[str, str]:
        """Those that were sent, by their names in lower case."""
        given = self.model_dump(exclude_none=True)
        return {name.replace("_", "-"): value for name, value in given.items()}


class Conditions(Known):
    """What a request says of parts, and of what whoever asks has already."""

    range: str | None = pydantic.Field(
        None, description="Bytes that are wanted, such as `bytes=0-1023`, `bytes=-500`."
    )
    if_range: str | None = pydantic.Field(
        None, description="ETag or date; parts are sent only if it is still the same."
    )
    if_modified_since: str | None = pydantic.Field(
        None, description="Date of what is known already; 304 if nothing changed since."
    )

    @property
    def wants_parts(self) -> bool:
        """Whether something other than all bytes is wanted."""
        return (self.range or "bytes=0-").replace(" ", "").lower() != "bytes=0-"


def entity_headers(
    version: str, wanted_version: str | None, changed_at: datetime.datetime | None = None
) -> dict[str, str]:
    """Validators, and how long it may be kept: for ever if the address names the version."""
    headers = {
        "ETag": f'"{version}"',
        "Cache-Control": FOR_EVER if wanted_version == version else REVALIDATED,
        "X-Content-Type-Options": "nosniff",
    }
    if changed_at is not None:
        headers["Last-Modified"] = http_date(changed_at)
    return headers


def disposition(file_name: str, *, is_download: bool) -> str:
    """`Content-Disposition` with a name in any script (RFC 6266, RFC 8187)."""
    kind = "attachment" if is_download else "inline"
    plain = file_name.encode("ascii", "replace").decode().replace("?", "_")
    encoded = quote(file_name, safe="!#$&+-.^_`|~")
    plain = plain.replace("\\", "_").replace('"', "_")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def not_modified(headers: dict[str, str]) -> Response:
    """Answer that what is known already still holds."""
    kept = {name: value for name, value in headers.items() if not name.startswith("Content-")}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)


def has_already(
    known: Known, headers: dict[str, str], changed_at: datetime.datetime | None = None
) -> bool:
    """Whether whoever asks has what these headers describe."""
    return is_not_modified(known.headers, headers["ETag"], changed_at)


def file_response(
    opened: OpenFile,
    conditions: Conditions,
    headers: dict[str, str],
    changed_at: datetime.datetime,
    *,
    is_head: bool,
) -> Response:
    """A file, the parts of it that are asked for, or why not; it is closed in the end."""
    size_bytes, media_type = opened.size_bytes, headers["Content-Type"]
    headers = headers | {"Accept-Ranges": "bytes"}
    if has_already(conditions, headers, changed_at):
        opened.file.close()
        return not_modified(headers)
    if is_head:
        opened.file.close()
        return Response(headers=headers | {"Content-Length": str(size_bytes)})
    ranges = None
    if conditions.range and may_send_parts(conditions.headers, headers["ETag"], changed_at):
        ranges = requested_ranges(conditions.range, size_bytes)
    if ranges is None:
        return FilePieces(opened, [(0, size_bytes)], HTTPStatus.OK, headers)
    if not ranges:
        opened.file.close()
        raise _unsatisfiable(size_bytes)
    if len(ranges) == 1:
        start, end = ranges[0]
        told = {"Content-Range": f"bytes {start}-{end - 1}/{size_bytes}"}
        return FilePieces(opened, ranges, HTTPStatus.PARTIAL_CONTENT, headers | told)
    pieces, kind = multipart(ranges, size_bytes, media_type)
    told = {"Content-Type": kind}
    return FilePieces(opened, pieces, HTTPStatus.PARTIAL_CONTENT, headers | told)


def _unsatisfiable(size_bytes: int) -> RangeNotSatisfiable:
    return RangeNotSatisfiable(
        f"the file has {size_bytes} bytes, and none of those that were asked for",
        details={"size_bytes": size_bytes},
    )
