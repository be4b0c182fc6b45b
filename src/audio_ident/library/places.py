"""Where the parts of a library lie in its data directory."""

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPlaces:
    """Paths of one library; nothing else lies in its data directory but the lock."""

    data_directory: Path

    @property
    def catalogue(self) -> Path:
        """The database."""
        return self.data_directory / "catalogue.sqlite"

    @property
    def analyses(self) -> Path:
        """One artefact for each recording."""
        return self.data_directory / "analyses"

    @property
    def pictures(self) -> Path:
        """Thumbnails of covers, by content."""
        return self.data_directory / "pictures"

    @property
    def index(self) -> Path:
        """Segments, manifest and log of the fingerprint index."""
        return self.data_directory / "index"

    @property
    def uploads(self) -> Path:
        """Uploaded recordings: a root of the library."""
        return self.data_directory / "raw"

    @property
    def incoming(self) -> Path:
        """Uploads that are on their way, or that nobody has listened to."""
        return self.data_directory / "incoming"
