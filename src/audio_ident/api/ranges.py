"""Byte ranges and preconditions (RFC 9110, sections 13 and 14) of files that are sent in parts."""

import datetime
import email.utils
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

MOST_RANGES = 16
"""Requests for more parts are answered with the whole: no player needs them, attackers do."""

JOINED_GAP_BYTES = 128
"""Parts that lie nearer to each other are sent as one: the header of a part is as long."""

ByteRange: TypeAlias = tuple[int, int]
"""First byte and the one behind the last; never empty."""

_SPEC = re.compile(r"(\d*)-(\d*)")
_MOST_DIGITS = 18
"""More digits than the size of any file has; a number with more lies behind its end."""


def requested_ranges(header: str, size_bytes: int) -> list[ByteRange] | None:
    """The bytes that a `Range` header asks for, in its order, those that touch joined.

    Returns
    -------
    None when the header must be ignored: another unit, malformed, or too many ranges. An empty
    list when it is well formed and none of its ranges can be satisfied.
    """
    unit, separator, text = header.partition("=")
    if not separator or unit.strip().lower() != "bytes":
        return None
    specs = [spec.strip(" \t") for spec in text.split(",")]
    specs = [spec for spec in specs if spec]  # RFC 9110 5.6.1: empty elements do not count
    if not specs or len(specs) > MOST_RANGES:
        return None
    found: list[ByteRange] = []
    for spec in specs:
        match = _SPEC.fullmatch(spec)
        if match is None or spec == "-" or not spec.isascii():
            return None
        asked = _bounds(match[1], match[2], size_bytes)
        if asked is None:
            return None
        if asked[0] < asked[1]:
            found.append(asked)
    return _joined(found)


def _bounds(first_text: str, last_text: str, size_bytes: int) -> ByteRange | None:
    """One range cut to the file, empty if it cannot be satisfied; None if its ends are swapped."""
    if not first_text:
        return max(0, size_bytes - _number(last_text)), size_bytes
    first = _number(first_text)
    if not last_text:
        return first, size_bytes
    last = _number(last_text)
    if last < first:
        return None
    return first, min(last + 1, size_bytes)


def _number(digits: str) -> int:
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _MOST_DIGITS else 10**_MOST_DIGITS


def _joined(ranges: Sequence[ByteRange]) -> list[ByteRange]:
    """Ranges that overlap or nearly touch as one, where the earlier of them stood."""
    joined: list[ByteRange] = []
    for found in ranges:
        start, end = found
        near = [
            other
            for other in joined
            if start <= other[1] + JOINED_GAP_BYTES and other[0] <= end + JOINED_GAP_BYTES
        ]
        if not near:
            joined.append(found)
            continue
        place = joined.index(near[0])
        whole = (min(start, *(n[0] for n in near)), max(end, *(n[1] for n in near)))
        joined = [other for other in joined if other not in near]
        joined.insert(place, whole)
    return joined


def is_not_modified(
    headers: Mapping[str, str], etag: str, changed_at: datetime.datetime | None
) -> bool:
    """Whether whoever asks has it already: `If-None-Match`, else `If-Modified-Since`."""
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in _weakly(known)
    since = _moment(headers.get("if-modified-since", ""))
    return since is not None and changed_at is not None and changed_at <= since


def may_send_parts(
    headers: Mapping[str, str], etag: str, changed_at: datetime.datetime | None
) -> bool:
    """Whether `If-Range` allows parts: it is absent, or names what we would send."""
    condition = headers.get("if-range")
    if condition is None:
        return True
    if condition.strip().startswith(('"', "W/")):
        return condition.strip() == etag
    moment = _moment(condition)
    return moment is not None and moment == changed_at


def http_date(moment: datetime.datetime) -> str:
    """A moment as HTTP writes it, to the second."""
    return email.utils.format_datetime(moment.astimezone(datetime.UTC), usegmt=True)


def _weakly(entity_tags: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in entity_tags.split(",")}


def _moment(text: str) -> datetime.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment.astimezone(datetime.UTC) if moment.tzinfo else None
