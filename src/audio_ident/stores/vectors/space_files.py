"""Files that hold one kind of thing of a space: windows of its recordings, or their passages."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.stores.fingerprints.merge_policy import plan_merge
from audio_ident.stores.vectors.recording_file import Digests, RecordingFile, open_recordings
from audio_ident.stores.vectors.recording_merge import Alive, merge_into
from audio_ident.stores.vectors.space_manifest import MANIFEST_NAME, HeldFile, SpaceManifest
from audio_ident.vibe_errors import VectorsCorrupt

FAN_IN = 8
"""So many files of similar size become one."""

_NUMBERED = re.compile(r"(?:windows|passages)-(\d+)\.vec")

NextPath: TypeAlias = Callable[[], Path]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A file, and which recordings in it count."""

    file: RecordingFile
    alive: Alive

    def places_of(self, digests: Digests) -> npt.NDArray[np.int64]:
        """Where living recordings are, -1 where there is none."""
        return self.living(self.file.find(digests))

    def living(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Places in this file, -1 where there is none or nothing lives."""
        if not len(self.alive):
            return places
        return np.where(self.alive[places], places, -1)

    def held(self) -> HeldFile:
        """What the manifest says of it."""
        dead = np.flatnonzero(~self.alive)
        return HeldFile(file_name=self.file.path.name, dead=tuple(dead.tolist()))


def path_of(folder: Path, kind: str, number: int) -> Path:
    """Where the file of this number lies."""
    return folder / f"{kind}-{number:010d}.vec"


def highest_number(folder: Path) -> int:
    """The largest number in the name of a file, 0 in an empty folder."""
    matches = (_NUMBERED.fullmatch(path.name) for path in folder.iterdir())
    return max((int(match[1]) for match in matches if match), default=0)


def is_manifest_lost(folder: Path) -> bool:
    """Whether there are files without a manifest; a new space gets its manifest first."""
    has_files = next(folder.glob("*-*.vec"), None) is not None
    return has_files and not (folder / MANIFEST_NAME).exists()


def remove_unlisted(folder: Path, manifest: SpaceManifest) -> None:
    """Remove what a killed writer left. Only the writer may, while it writes nothing else."""
    listed = {held.file_name for held in (*manifest.windows, *manifest.passages)}
    for path in folder.iterdir():
        is_ours = path.suffix == ".tmp" or _NUMBERED.fullmatch(path.name)
        if is_ours and path.name not in listed:
            path.unlink(missing_ok=True)


def open_parts(
    folder: Path, held: Iterable[HeldFile], known: Mapping[str, RecordingFile]
) -> tuple[Part, ...]:
    """The files that a manifest names, as it says; those that are open already are kept.

    Raises
    ------
    VectorsCorrupt
        A file is damaged.
    FileNotFoundError
        A file is not there.
    """
    parts = []
    for entry in held:
        file = _opened(folder / entry.file_name, known.get(entry.file_name))
        alive = np.ones(len(file.digests), np.bool_)
        if entry.dead and entry.dead[-1] >= len(alive):
            raise VectorsCorrupt(f"{file.path}: fewer recordings than the manifest says")
        alive[list(entry.dead)] = False
        parts.append(Part(file=file, alive=alive))
    return tuple(parts)


def _opened(path: Path, known: RecordingFile | None) -> RecordingFile:
    # A name may be used again, when a space was dropped and made anew.
    if known is not None and path.stat().st_ino == known.inode:
        return known
    return open_recordings(path)


class Shelf:
    """The files of one kind as their writer sees them."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = list(parts)

    def holds(self, digests: Digests) -> npt.NDArray[np.bool_]:
        """Which of some recordings are there."""
        is_held = np.zeros(len(digests), np.bool_)
        for part in self._parts:
            is_held |= part.places_of(digests) >= 0
        return is_held

    def bury(self, digests: Digests) -> bool:
        """Let recordings count no more; tells whether there was any."""
        is_changed = False
        for part in self._parts:
            places = part.places_of(digests)
            part.alive[places[places >= 0]] = False
            is_changed |= bool((places >= 0).any())
        return is_changed

    def add(self, file: RecordingFile) -> None:
        """Take in a new file."""
        self._parts.append(Part(file=file, alive=np.ones(len(file.digests), np.bool_)))

    def held(self) -> tuple[HeldFile, ...]:
        """What the manifest is to say."""
        return tuple(part.held() for part in self._parts)

    def tidy(self, next_path: NextPath, room_bytes: Callable[[], int]) -> None:
        """Leave out files without life, and merge those that are too many or half dead.

        Merging waits while there is no room: the merged file lies beside the others for a moment.
        """
        self._parts = [part for part in self._parts if part.alive.any()]
        while chosen := self._plan():
            sources = [self._parts[position] for position in chosen]
            if sum(part.file.path.stat().st_size for part in sources) > room_bytes():
                return
            merged = merge_into(
                next_path(), [part.file for part in sources], [part.alive for part in sources]
            )
            self._parts = [part for at, part in enumerate(self._parts) if at not in chosen]
            self.add(merged)

    def _plan(self) -> tuple[int, ...]:
        alive, stored = [], []
        for part in self._parts:
            sizes = np.ones(len(part.alive), np.int64)
            for group in part.file.groups.values():
                sizes += np.diff(group.begins)
            alive.append(int(sizes[part.alive].sum()))
            stored.append(int(sizes.sum()))
        return plan_merge(alive, stored, fan_in=FAN_IN)
