"""A small application that lives in memory, to stand behind the command line in tests."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audio_ident.cli.application import Application, Entrance
from audio_ident.errors import AudioIdentError, NoAudio, NotFound, RootVanished
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Track, TrackId
from audio_ident.model.reports import (
    CheckFinding,
    Diagnosis,
    Health,
    IdentifiedClip,
    ImportProgress,
    ImportSummary,
    RebuildSummary,
    WorkerActivity,
)
from audio_ident.model.sessions import SessionState, StoredSession
from audio_ident.model.track_sheet import TrackSheet
from audio_ident.settings.model import Settings
from builders.duplicates import MemoryDuplicates
from builders.memory_sessions import MemorySessions
from builders.memory_vibe import MemoryVibe
from builders.reports import an_import_progress, an_import_summary, an_unknown_clip


@dataclasses.dataclass(slots=True)
class MemoryApplication:
    """Knows clips by their bytes and tracks by a list."""

    clips: dict[bytes, IdentifiedClip] = dataclasses.field(default_factory=dict)
    listed: list[Track] = dataclasses.field(default_factory=list)
    sheets: dict[str, TrackSheet] = dataclasses.field(default_factory=dict)
    findings: list[CheckFinding] = dataclasses.field(default_factory=list)
    summary: ImportSummary = dataclasses.field(default_factory=an_import_summary)
    health: Health = Health.OK
    trouble: AudioIdentError | None = None
    """Raised when the library is opened."""
    on_file: Callable[[], None] = lambda: None
    """Called for every file of an import."""
    opened_with: Settings | None = None
    lost: tuple[AudioDigest, ...] = ()
    was_tracklist: bool = False
    was_retried: bool = False
    was_deep: bool = False
    watched: tuple[Path, ...] = ()
    accounts: Any = None
    exporter: Any = None
    backups: Any = None
    selftest: Any = None
    models: Any = None
    vectors: Any = None
    duplicates: MemoryDuplicates = dataclasses.field(default_factory=MemoryDuplicates)
    vibe: MemoryVibe = dataclasses.field(default_factory=MemoryVibe)
    _imports: MemorySessions = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self._imports = MemorySessions(self._import)

    @property
    def queue(self) -> MemorySessions:
        """Runs sessions."""
        return self._imports

    @property
    def sessions(self) -> MemorySessions:
        """Knows sessions."""
        return self._imports

    @property
    def watching(self) -> "MemoryWatching":
        """Pretends to watch."""
        return MemoryWatching(self)

    def _import(
        self,
        session: StoredSession,
        on_progress: Callable[[ImportProgress], None],
        should_stop: Callable[[], bool],
    ) -> ImportSummary:
        """Count the files and give the prepared summary."""
        self.was_retried = session.order.parameters.retry_failed
        paths = [p for folder in session.order.folders for p in sorted(Path(folder).iterdir())]
        for number, path in enumerate(paths, start=1):
            self.on_file()
            worker = WorkerActivity(file=path.name, stage="listening", since_s=0.5)
            on_progress(
                an_import_progress(files_done=number, files_total=len(paths), workers=(worker,))
            )
            if should_stop():
                return dataclasses.replace(
                    self.summary, state=SessionState.CANCELLED, imported=number
                )
        return self.summary

    def identify(self, clip: Path, *, as_tracklist: bool) -> IdentifiedClip:
        """Look the bytes up; no bytes are no audio."""
        self.was_tracklist = as_tracklist
        content = clip.read_bytes()
        if not content:
            raise NoAudio("the file is empty")
        return self.clips.get(content, an_unknown_clip())

    def tracks(self) -> Iterator[Track]:
        """Give the list."""
        return iter(self.listed)

    def track_id(self, name: str) -> TrackId:
        """Look the id, its beginning, or the path up."""
        found = [t.id for t in self.listed if t.path == name or t.id.startswith(name)]
        if len(found) != 1:
            raise NotFound(name)
        return found[0]

    def track_sheet(self, name: str) -> TrackSheet:
        """Look the name up."""
        if name not in self.sheets:
            raise NotFound(name)
        return self.sheets[name]

    def check(self, *, reads_artefacts: bool) -> Iterator[CheckFinding]:
        """Give the findings."""
        self.was_deep = reads_artefacts
        return iter(self.findings)

    def repair(self, *, reads_artefacts: bool, on_progress: Callable[[int, int], None]) -> None:
        """Mend the first finding."""
        on_progress(0, 1)
        self.was_deep = reads_artefacts
        self.findings = self.findings[1:]

    def rebuild(self, *, on_progress: Callable[[int, int], None]) -> RebuildSummary:
        """Pretend nothing: there is no index to make again."""
        on_progress(0, len(self.listed))
        return RebuildSummary(indexed=len(self.listed), lost=self.lost)

    def entrance(self) -> Entrance:
        """Doors into this application."""

        @contextmanager
        def open_application(settings: Settings) -> Iterator[Application]:
            self.opened_with = settings
            if self.trouble:
                raise self.trouble
            yield self

        def diagnose(settings: Settings) -> Iterator[Diagnosis]:
            fact = f"{settings.data_dir} is there"
            yield Diagnosis(
                part="data directory", health=self.health, fact=fact, effect="", remedy=""
            )

        return Entrance(open_application=open_application, diagnose=diagnose)


@dataclasses.dataclass(slots=True)
class MemoryWatching:
    """Imports once, meets a problem if there is one, and watches no longer."""

    application: MemoryApplication

    def run(
        self,
        folders: Sequence[Path],
        *,
        on_import: Callable[[ImportSummary], None],
        on_problem: Callable[[AudioIdentError], None],
        should_stop: Callable[[], bool],
    ) -> None:
        """Tell of one import and of one problem."""
        self.application.watched = tuple(folders)
        assert not should_stop()
        on_import(self.application.summary)
        on_problem(RootVanished("/music is gone"))
