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
    def library_id(self) -> Path:
        """The id of the library, where a server holds the catalogue: it has the same one."""
        return self.data_directory / "library.id"

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
    def vectors(self) -> Path:
        """The vector index, where it is not on a server."""
        return self.data_directory / "vectors"

    @property
    def models(self) -> Path:
        """Models that were fetched or added, a folder for each; it may be copied from elsewhere."""
        return self.data_directory / "models"

    @property
    def spool(self) -> Path:
        """Uploads that are being received or listened to; nothing in it outlives its process."""
        return self.data_directory / "spool"

    @property
    def jobs(self) -> Path:
        """Uploads that wait for long work, one for each job, named by its id."""
        return self.data_directory / "jobs"

    @property
    def cache(self) -> Path:
        """What can be made again at any time: music converted for browsers."""
        return self.data_directory / "cache"

    @property
    def uploads(self) -> Path:
        """Uploaded recordings: a root of the library."""
        return self.data_directory / "raw"

    @property
    def incoming(self) -> Path:
        """Uploads that are on their way, or that nobody has listened to."""
        return self.data_directory / "incoming"
