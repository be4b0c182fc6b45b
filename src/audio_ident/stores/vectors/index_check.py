"""Reads every byte of a vector index and says what is wrong with it."""

from collections.abc import Iterator
from pathlib import Path

from audio_ident.model.vectors import SpaceId
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.vectors.index_files import space_ids
from audio_ident.stores.vectors.recording_file import check_recordings, open_recordings
from audio_ident.stores.vectors.space_files import is_manifest_lost
from audio_ident.stores.vectors.space_manifest import MANIFEST_NAME, SpaceManifest, parse_manifest
from audio_ident.vibe_errors import VectorsCorrupt


def find_vector_problems(folder: Path) -> tuple[str, ...]:
    """Sentences about what is damaged or missing; none when all checksums hold.

    May be called while another process writes: what that removes meanwhile is no problem.
    """
    if not folder.is_dir():
        return ()
    return tuple(fact for _, fact in _problems(folder))


def find_damaged_spaces(folder: Path) -> frozenset[SpaceId]:
    """Spaces that `find_vector_problems` has something to say about."""
    if not folder.is_dir():
        return frozenset()
    return frozenset(space_id for space_id, _ in _problems(folder))


def _problems(folder: Path) -> Iterator[tuple[SpaceId, str]]:
    for space_id in space_ids(folder):
        for fact in _problems_of(folder / space_id):
            yield space_id, fact


def _problems_of(folder: Path) -> list[str]:
    with disk_errors_named(folder):
        while True:
            try:
                manifest = _find_manifest(folder)
            except VectorsCorrupt as problem:
                return [problem.fact]
            if manifest is None:
                return [f"{folder}: the manifest is missing"] if is_manifest_lost(folder) else []
            problems = list(_damaged(folder, manifest))
            if not problems or _is_current(folder, manifest):
                return problems


def _damaged(folder: Path, manifest: SpaceManifest) -> Iterator[str]:
    if manifest.space.id != folder.name:
        yield f"{folder}: its manifest is that of {manifest.space.id}"
    for held in (*manifest.windows, *manifest.passages):
        path = folder / held.file_name
        try:
            check_recordings(open_recordings(path))
        except VectorsCorrupt as problem:
            yield problem.fact
        except FileNotFoundError:
            yield f"{path}: missing"


def _find_manifest(folder: Path) -> SpaceManifest | None:
    path = folder / MANIFEST_NAME
    try:
        return parse_manifest(path, path.read_bytes())
    except FileNotFoundError:
        return None


def _is_current(folder: Path, manifest: SpaceManifest) -> bool:
    try:
        return _find_manifest(folder) == manifest
    except VectorsCorrupt:
        return False
