"""What paths suggest, and when it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.core.path_evidence import evidence_of
from audio_ident.model.display import Origin, ShownName, shown_album, shown_artist, shown_title
from audio_ident.model.path_evidence import PathEvidence
from audio_ident.model.tags import Tags
from builders.reports import a_track


def suggests(**parts: object) -> PathEvidence:
    """Evidence with some parts."""
    return PathEvidence(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "Björk/Homogenic (1997)/02 - Jóga.flac",
            suggests(artist="Björk", album="Homogenic", year=1997, track_number=2, title="Jóga"),
        ),
        (
            "Björk/1997 - Homogenic/CD 2/02. Jóga.flac",
            suggests(
                artist="Björk",
                album="Homogenic",
                year=1997,
                disc_number=2,
                track_number=2,
                title="Jóga",
            ),
        ),
        (
            "Björk - Homogenic - 02 - Jóga.mp3",
            suggests(artist="Björk", album="Homogenic", track_number=2, title="Jóga"),
        ),
        ("Björk - Jóga.mp3", suggests(artist="Björk", title="Jóga")),
        ("Björk - 02 - Jóga.mp3", suggests(artist="Björk", track_number=2, title="Jóga")),
        ("02 Jóga.mp3", suggests(track_number=2, title="Jóga")),
        ("2. Jóga.mp3", suggests(track_number=2, title="Jóga")),
        ("1-02 Jóga.mp3", suggests(disc_number=1, track_number=2, title="Jóga")),
        ("02_joga.mp3", suggests(track_number=2, title="joga")),
        ("02 - Jóga - Live.mp3", suggests(track_number=2, title="Jóga - Live")),
        ("Björk/Jóga.mp3", suggests(artist="Björk", title="Jóga")),
        ("1999.mp3", suggests(title="1999")),
        ("99 Luftballons.mp3", suggests(track_number=99, title="Luftballons")),
        ("Unknown Artist/Unknown Album/Track 01.mp3", suggests()),
        ("no ending", suggests(title="no ending")),
        (".mp3", suggests(title=".mp3")),
    ],
)
def test_the_usual_ways_to_name_files(path: str, expected: PathEvidence) -> None:
    """Each part is found in its place; placeholders suggest nothing."""
    assert evidence_of(path) == expected


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_any_path_can_be_read(path: str) -> None:
    """Odd bytes neither fail nor get through to a terminal."""
    evidence = evidence_of(path)
    for text in (evidence.artist, evidence.album, evidence.title):
        assert text is None or text.encode("utf-8")


def test_tags_come_before_evidence_and_evidence_before_placeholders() -> None:
    """Every shown name says who says so."""
    evidence = suggests(artist="path", title="path", album="path")
    tagged = a_track(tags=Tags(title="tag", artist="tag", album="tag"), evidence=evidence)
    named = a_track(tags=Tags(), evidence=evidence)
    bare = a_track(tags=Tags(), evidence=suggests(), path="/m/Track 01.flac")
    for show in (shown_title, shown_artist, shown_album):
        assert show(tagged) == ShownName(text="tag", origin=Origin.TAGS)
        assert show(named) == ShownName(text="path", origin=Origin.PATH)
    assert shown_artist(bare) == ShownName(text="Unknown Artist", origin=Origin.PLACEHOLDER)
    assert shown_title(bare) == ShownName(text="Track 01", origin=Origin.PLACEHOLDER)
    assert shown_album(bare) == ShownName(text="", origin=Origin.PLACEHOLDER)
