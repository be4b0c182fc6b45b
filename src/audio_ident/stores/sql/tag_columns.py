"""Tags as columns of a row, and back: several values are a list, none is NULL."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from audio_ident.model.tags import Tags
from audio_ident.stores.sql.tables import TagsRow

_NOTHING = Tags()

TAG_NAMES = tuple(field.name for field in dataclasses.fields(Tags))
"""Every claim."""

LISTED_TAG_NAMES = tuple(name for name in TAG_NAMES if name != "acoustid_fingerprint")
"""The claims that lists of tracks carry; the fingerprint would make them a hundred times longer."""


def tag_columns(tags: Tags) -> dict[str, Any]:
    """The value of every column."""
    claims = {name: getattr(tags, name) for name in TAG_NAMES}
    return {
        name: (list(claim) or None) if isinstance(claim, tuple) else claim
        for name, claim in claims.items()
    }


def tags_from(row: TagsRow, names: Sequence[str]) -> Tags:
    """The claims of those names."""
    columns: dict[str, Any] = {name: getattr(row, name) for name in names}
    for name in names:
        if isinstance(getattr(_NOTHING, name), tuple):
            columns[name] = tuple(columns[name] or ())
    return Tags(**columns)
