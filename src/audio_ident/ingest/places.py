"""Turns the folders that a person names into roots of the library and folders below them.

Roots never overlap: a folder inside a known root belongs to that root, and a new root around a
known one leaves it out. So no file is ever known under two names.
"""

import datetime
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from audio_ident.errors import BadInput, RootVanished
from audio_ident.ingest.worklist import Place, is_below
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.roots import Root, RootKind, Roots
from audio_ident.stores.sql.unit_of_work import Catalogue

_SYSTEM_FOLDERS = frozenset({"/", "/etc", "/sys", "/proc", "/dev", "/boot", "/run"})


def choose_places(
    folders: Iterable[Path], roots: Roots, now: datetime.datetime, *, accept_missing: bool = False
) -> list[Place]:
    """The parts of roots to import; new roots are remembered.

    Parameters
    ----------
    accept_missing
        Whether a root may be gone: then its files are gone too.

    Raises
    ------
    BadInput
        Something named is no folder, or belongs to the system.
    RootVanished
        A folder of the library is gone.
    """
    places: list[Place] = []
    known_paths = {root.path for root in roots.all()}
    for path in sorted({os.path.realpath(folder) for folder in folders}):
        if path not in known_paths:
            check_folder(path)
        elif not os.path.isdir(path) and not accept_missing:  # noqa: PTH112 -- odd bytes
            raise RootVanished(f"{display_name(path)} is gone, and files are known in it")
        known = roots.all()
        home = _home_of(path, known) or roots.add(path, now)
        inside = [root for root in known if root.id != home.id and is_inside(root.path, path)]
        places.append(_place(home, path, known))
        places.extend(_place(root, root.path, known) for root in inside)
    return _without_covered(places)


def check_folder(path: str) -> None:
    """Raise `BadInput` for what is no folder, or one that holds no music."""
    if not os.path.isdir(path):  # noqa: PTH112 -- odd bytes
        raise BadInput(f"{display_name(path)} is not a folder, or cannot be reached")
    if path in _SYSTEM_FOLDERS or is_inside(path, "/proc") or is_inside(path, "/sys"):
        raise BadInput(f"{path} belongs to the system and holds no music")


def _home_of(path: str, roots: Sequence[Root]) -> Root | None:
    around = [root for root in roots if is_inside(path, root.path)]
    return max(around, key=lambda root: len(root.path), default=None)


def _place(root: Root, path: str, known: Sequence[Root]) -> Place:
    nested = (other.path for other in known if other.id != root.id)
    return Place(
        root_id=root.id,
        root=Path(root.path),
        below=relative_to(path, root.path),
        excluded=frozenset(relative_to(p, root.path) for p in nested if is_inside(p, root.path)),
    )


def _without_covered(places: Iterable[Place]) -> list[Place]:
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (place.root_id, place.below)):
        if not any(p.root_id == place.root_id and is_below(place.below, p.below) for p in kept):
            kept.append(place)
    return kept


def relative_to(path: str, root: str) -> str:
    """A path below a root, `/` between folders; empty for the root itself."""
    relative = os.path.relpath(path, root)
    return "" if relative == "." else relative.replace(os.sep, "/")


def is_inside(path: str, root: str) -> bool:
    """Whether an absolute path is a folder or lies in it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def root_folders(catalogue: Catalogue) -> list[Path]:
    """All folders of the library that people fill."""
    with catalogue.reading() as rows:
        return [Path(root.path) for root in rows.roots.all() if root.kind is RootKind.FOLDER]


def root_is_gone(root: Path) -> bool:
    """Whether a folder that held files is no longer there, or is the empty place of a mount."""
    try:
        with os.scandir(root) as entries:
            return next(entries, None) is None
    except OSError:
        return True
