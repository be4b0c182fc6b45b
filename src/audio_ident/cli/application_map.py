"""What the terminal asks of the application about the map of the library."""

from pathlib import Path
from typing import Protocol

from audio_ident.model.library_map import MapColour, MapView


class MapPictures(Protocol):
    """Draws the map."""

    def write(self, path: Path, colour: MapColour) -> MapView:
        """Write the map to a file, as JSON if its name says so, else as SVG; what is on it.

        The file is there whole or not at all. Raises `NotFound` before there is a map.
        """
        ...
