"""What the terminal asks of the application; `wiring` offers it.

The commands are written against these types, so they can be tested with a small application that
lives in memory, and nothing below `wiring` is known here.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from audio_ident.cli.application_accounts import Accounts
from audio_ident.cli.application_duplicates import Duplicates
from audio_ident.cli.application_map import MapPictures
from audio_ident.cli.application_models import Models
from audio_ident.cli.application_sessions import Queue, Sessions
from audio_ident.cli.application_tools import Backups, Exporter, SelfTest
from audio_ident.cli.application_vectors import Vectors
from audio_ident.cli.application_vibe import Vibe
from audio_ident.cli.application_watching import Watching
from audio_ident.model.edits import EditBook, EditValue
from audio_ident.model.library import Track, TrackId
from audio_ident.model.moves import MoveSummary, VectorMoveSummary
from audio_ident.model.reports import (
    CheckFinding,
    Diagnosis,
    IdentifiedClip,
    RebuildSummary,
)
from audio_ident.model.track_sheet import TrackSheet
from audio_ident.settings.model import Settings


class Application(Protocol):
    """The use cases of one library.

    Opening takes no lock; running a session and `rebuild` take the writer's lock for as long as
    they run. `rebuild` raises `LibraryLocked` when another process holds it, sessions wait.
    """

    exporter: Exporter
    map_pictures: MapPictures
    backups: Backups
    selftest: SelfTest

    @property
    def vectors(self) -> Vectors:
        """What sounds alike is measured with."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Whom the service lets in."""
        ...

    @property
    def duplicates(self) -> Duplicates:
        """Files that hold the same music."""
        ...

    @property
    def models(self) -> Models:
        """Models that measure likeness."""
        ...

    @property
    def queue(self) -> Queue:
        """Imports that wait for their turn, and the right to run them."""
        ...

    @property
    def sessions(self) -> Sessions:
        """What is known of imports, profiles and failed files."""
        ...

    @property
    def watching(self) -> Watching:
        """Imports by itself what changes."""
        ...

    @property
    def vibe(self) -> Vibe:
        """How the tracks sound."""
        ...

    def identify(self, clip: Path, *, as_tracklist: bool) -> IdentifiedClip:
        """Name a clip; as a tracklist, every recording that is heard in it, in order."""
        ...

    def tracks(self) -> Iterable[Track]:
        """Every track of the library, by path and start; those of missing files too."""
        ...

    def track_sheet(self, name: str) -> TrackSheet:
        """Everything that is known of the track with an id, its beginning, or an absolute path."""
        ...

    def track_id(self, name: str) -> TrackId:
        """The track with an id, its beginning, or an absolute path; hidden ones too."""
        ...

    def edit_track(
        self, track_id: TrackId, values: Mapping[str, EditValue | None], edited_by: str
    ) -> EditBook:
        """Say something of fields of a track, which wins over tags and path."""
        ...

    def undo_track_edits(self, track_id: TrackId) -> EditBook:
        """Undo the edits that were made last, in one go."""
        ...

    def hide_track(self, track_id: TrackId, hidden_by: str) -> bool:
        """Take a track out of the library, not its file; says whether it was in."""
        ...

    def restore_track(self, track_id: TrackId) -> bool:
        """Bring a hidden track back; says whether it was out."""
        ...

    def check(self, *, reads_artefacts: bool) -> Iterable[CheckFinding]:
        """Every place where catalogue, analyses and index disagree.

        `reads_artefacts` reads every analysis and verifies its checksum, which takes longer.
        """
        ...

    def repair(self, *, reads_artefacts: bool, on_progress: Callable[[int, int], None]) -> None:
        """Mend every disagreement that `check` finds, decoding nothing; takes the lock.

        `on_progress` is told of recordings when the whole index has to be made again.
        """
        ...

    def rebuild(self, *, on_progress: Callable[[int, int], None]) -> RebuildSummary:
        """Make the index again; `on_progress` is told how many recordings of how many are done."""
        ...

    def move_catalogue(self, to: str, on_progress: Callable[[int, int, str], None]) -> MoveSummary:
        """Copy the catalogue to a database and compare it; takes the lock.

        `on_progress` is told how many rows of how many are copied, and the table at hand.
        """
        ...

    def move_vectors(
        self, to: str, on_progress: Callable[[int, int, str], None]
    ) -> VectorMoveSummary:
        """Copy the vectors to a Qdrant server, or to `files`; takes the lock."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The two doors into the application."""

    open_application: Callable[[Settings], AbstractContextManager[Application]]
    """Opens the library of `data_dir`, making an empty one when there is none."""
    diagnose: Callable[[Settings], Iterable[Diagnosis]]
    """Looks at the installation without opening the library, so that it never fails."""
