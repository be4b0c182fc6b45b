"""Cursors: texts that say where a page ends, for the query that made them and no other."""

import base64
import binascii
import datetime
import hashlib
import json

from audio_ident.model.browse import Place
from audio_ident.refusals import ValidationFailed

_CHECK_DIGITS = 16
LONGEST_CURSOR = 4000


def cursor_of(place: Place, query: str) -> str:
    """The cursor for a place.

    Parameters
    ----------
    query
        Everything that was asked for, order included, as one text.
    """
    is_moment = isinstance(place.key, datetime.datetime)
    key = place.key.isoformat() if isinstance(place.key, datetime.datetime) else place.key
    body = json.dumps([int(is_moment), key, place.track_id, place.page], ensure_ascii=True)
    raw = f"{_check(body, query)}{body}".encode("ascii")
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def place_of(cursor: str, query: str) -> Place:
    """The place that a cursor stands for.

    Raises
    ------
    ValidationFailed
        It is none of ours, or was made for another query.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        text = raw.decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise ValidationFailed("this is no cursor that a page gave") from error
    check, body = text[:_CHECK_DIGITS], text[_CHECK_DIGITS:]
    if check != _check(body, query):
        raise ValidationFailed("the cursor is of another query, or was changed")
    is_moment, key, track_id, page = json.loads(body)
    return Place(
        key=datetime.datetime.fromisoformat(key) if is_moment else key,
        track_id=track_id,
        page=page,
    )


def _check(body: str, query: str) -> str:
    # no secret: whoever forges a cursor sees nothing that a page number would not show
    return hashlib.sha256(f"{query}\n{body}".encode("utf-8", "replace")).hexdigest()[:_CHECK_DIGITS]
