"""What the tags of a file claim about its music."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Claims, as they stand in the file; None where the file says nothing."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    date: str | None = None
    """As written, such as `1999`, `1999-05` or `1999-05-31`."""
    genre: str | None = None
    """Several genres are joined with `; `."""
