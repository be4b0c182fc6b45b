"""A music folder, a library and a thread pool: everything that an import needs."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from audio_ident.ingest.pipeline import ignore_progress, import_folders
from audio_ident.ingest.tools import ImportOptions, Stores
from audio_ident.library.check import check
from audio_ident.model.library import Track
from audio_ident.model.reports import ImportProgress, ImportSummary
from audio_ident.stores.sql.tracks import TrackFilter
from builders.importing import make_stores, make_tools
from builders.wav import WavAnalyser


class MovingHouse:
    """Folders of music that are imported again and again while files move about."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.folder = folder
        self.music = folder / "music"
        self.music.mkdir()
        self.stores: Stores = make_stores(folder / "data")
        self.analyser = WavAnalyser(log=folder / "log")
        self._pool = pool

    def run(
        self,
        *folders: Path,
        on_progress: Callable[[ImportProgress], None] = ignore_progress,
        **options: object,
    ) -> ImportSummary:
        """Import folders, by default the one with music."""
        tools = make_tools(self.stores, self._pool, self.analyser)
        return import_folders(
            list(folders) or [self.music],
            tools,
            ImportOptions(**options),  # type: ignore[arg-type]
            on_progress,
        )

    def all_ids(self) -> set[str]:
        """Ids of all tracks, those of missing files too."""
        with self.stores.catalogue.reading() as rows:
            return {track.id for track in rows.tracks.listed(TrackFilter(with_missing=True))}

    def tracks(self) -> dict[str, Track]:
        """Tracks of files that are there, by path below the folder of this house."""
        with self.stores.catalogue.reading() as rows:
            found = rows.tracks.listed(TrackFilter())
        return {str(Path(track.path).relative_to(self.folder)): track for track in found}

    def ids(self) -> dict[str, str]:
        """Ids of the tracks of files that are there, by path below the music folder."""
        return {path.removeprefix("music/"): track.id for path, track in self.tracks().items()}

    def findings(self) -> list[str]:
        """What a check finds."""
        stores = self.stores
        return [finding.code for finding in check(stores, reads_artefacts=True)]


@contextlib.contextmanager
def moving_house(folder: Path) -> Iterator[MovingHouse]:
    """An empty house."""
    with ThreadPoolExecutor(2) as pool:
        house = MovingHouse(folder, pool)
        yield house
        house.stores.catalogue.close()
