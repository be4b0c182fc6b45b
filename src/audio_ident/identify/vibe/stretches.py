"""Stretches of tracks as people write them: `track`, `track@1:10-1:40`, `track@-0:30`."""

import re

from audio_ident.errors import BadInput
from audio_ident.model.library import TrackId
from audio_ident.model.search import TrackSpan

_TIMES = re.compile(r"(?P<start>[0-9:.]*)(?P<dash>-?)(?P<end>[0-9:.]*)", re.ASCII)
_TIME = re.compile(
    r"(?:(?:(?P<hours>\d{1,4}):)?(?P<minutes>\d{1,6}):)?(?P<seconds>\d{1,8}(?:\.\d{1,6})?)",
    re.ASCII,
)


def stretch_of(text: str) -> TrackSpan:
    """The track and the times that a text names.

    What follows the last `@` are times if it looks like that, else it is part of the name; times
    are seconds, `minutes:seconds` or `hours:minutes:seconds`, of which the seconds may have a
    fraction. Without an end the stretch lasts to the end of the track.

    Raises
    ------
    BadInput
        The times cannot be read, or end before they begin; or there is no name.
    """
    name, at, times = text.rpartition("@")
    parts = _TIMES.fullmatch(times) if at and times else None
    if parts is None:
        name, start_s, end_s = text, 0.0, None
    else:
        start_s = _seconds(parts["start"], text) if parts["start"] else 0.0
        end_s = _seconds(parts["end"], text) if parts["end"] else None
    if not name:
        raise BadInput(f"{text!r} names no track")
    if end_s is not None and end_s <= start_s:
        raise BadInput(f"the times of {text!r} end before they begin")
    return TrackSpan(track_id=TrackId(name), start_s=start_s, end_s=end_s)


def _seconds(text: str, whole: str) -> float:
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadInput(f"{text!r} in {whole!r} is no time such as 1:40")
    minutes = 60 * int(found["hours"] or 0) + int(found["minutes"] or 0)
    return 60 * minutes + float(found["seconds"])
