"""Values in words."""

import pytest

from audio_ident.cli.words import share_in_words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100%"),
        (0.9999, "99.9%"),
        (0.997, "99.7%"),
        (0.99, "99%"),
        (0.956, "96%"),
        (0.004, "0.4%"),
        (0.00001, "0.1%"),
        (0.0, "0%"),
    ],
)
def test_a_share_is_all_or_nothing_only_when_it_is(share: float, words: str) -> None:
    """Near both ends there is a decimal more, and no rounding to what is not true."""
    assert share_in_words(share) == words
