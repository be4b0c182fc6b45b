"""Stretches of tracks as people write them."""

import pytest

from audio_ident.errors import BadInput
from audio_ident.identify.vibe.stretches import stretch_of


@pytest.mark.parametrize(
    ("text", "name", "start_s", "end_s"),
    [
        ("abc", "abc", 0, None),
        ("abc@1:10-1:40", "abc", 70, 100),
        ("abc@70-100.5", "abc", 70, 100.5),
        ("abc@1:10", "abc", 70, None),
        ("abc@1:10-", "abc", 70, None),
        ("abc@-0:30", "abc", 0, 30),
        ("abc@1:02:03-2:00:00", "abc", 3723, 7200),
        ("/music/live@home.flac", "/music/live@home.flac", 0, None),
        ("live@home@5-9", "live@home", 5, 9),
        ("live@", "live@", 0, None),
    ],
)
def test_times_follow_the_last_at_sign(
    text: str, name: str, start_s: float, end_s: float | None
) -> None:
    """Unless what follows does not look like times, as in names of files."""
    found = stretch_of(text)

    assert (found.track_id, found.start_s, found.end_s) == (name, start_s, end_s)


@pytest.mark.parametrize("text", ["", "@1:00", "abc@1:40-1:10", "abc@1:2:3:4-5", "abc@1..5-9"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    """The answer tells the text."""
    with pytest.raises(BadInput):
        stretch_of(text)
