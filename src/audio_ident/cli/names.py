"""How the name of a track stands in a table: with a star where only its path suggests it."""

from audio_ident.model.display import Origin, ShownName, shown_artist, shown_title
from audio_ident.model.library import Track

STAR = " *"
EXPLANATION = "* suggested by the name of the file or its folders, not by tags"


def starred(name: ShownName) -> str:
    return name.text + STAR if name.origin is Origin.PATH else name.text


def artist_and_title(track: Track) -> str:
    """One line for a track; nobody is named when nobody is known."""
    artist, title = shown_artist(track), shown_title(track)
    if artist.origin is Origin.PLACEHOLDER:
        return starred(title)
    is_suggested = Origin.PATH in {artist.origin, title.origin}
    return f"{artist.text} - {title.text}" + (STAR if is_suggested else "")
