"""What a track is called when it is saved as a file."""

import re

from audio_ident.model.display import Origin, shown_artist, shown_title
from audio_ident.model.library import Track

_FORBIDDEN = re.compile('[\x00-\x1f\x7f"*/:<>?\\\\|\ud800-\udfff\u202a-\u202e\u2066-\u2069]')
"""What some system does not allow in names, and what turns text around."""

_MOST_CHARACTERS = 120
"""File systems take 255 bytes, of which a character may need four; browsers add numbers."""


def download_name(track: Track, suffix: str) -> str:
    """Name of a file, made of artist and title as people see them and never of the path."""
    artist, title = shown_artist(track), shown_title(track)
    known = [artist.text] if artist.origin is not Origin.PLACEHOLDER else []
    name = _FORBIDDEN.sub("_", " - ".join([*known, title.text]))
    return (name[:_MOST_CHARACTERS].strip(" .") or "track") + suffix
