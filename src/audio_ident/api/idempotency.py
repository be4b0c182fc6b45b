"""Orders that may be sent twice and are taken once."""

import hashlib
from typing import Annotated

from fastapi import Header

from audio_ident.model.accounts import Caller

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Any text that the client makes up for this order: sent again with it, the "
        "order starts nothing, and is answered with what it started the first time.",
    ),
]


def request_key(caller: Caller, key: str | None) -> str | None:
    """What a key of a caller is kept as: keys of different callers never meet."""
    if key is None:
        return None
    return hashlib.sha256(f"{caller.name}\0{key}".encode(errors="replace")).hexdigest()
