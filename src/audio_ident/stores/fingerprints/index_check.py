"""Reads every byte of an index and says what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

from audio_ident.errors import IndexCorrupt
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.fingerprints.index_directory import is_manifest_lost
from audio_ident.stores.fingerprints.log import read_log
from audio_ident.stores.fingerprints.manifest import Manifest, find_manifest
from audio_ident.stores.fingerprints.segment_file import check_segment


def find_index_problems(directory: Path) -> tuple[str, ...]:
    """Sentences about what is damaged or missing; none when all checksums hold.

    May be called while another process writes: what that removes meanwhile is no problem.
    """
    while True:
        with disk_errors_named(directory):
            try:
                manifest = find_manifest(directory)
            except IndexCorrupt as problem:
                return (problem.fact,)
            if manifest is None:
                if is_manifest_lost(directory):
                    return (f"{directory}: the manifest is missing",)
                return ()
            problems = _problems_of(directory, manifest)
            if not problems or _is_current(directory, manifest):
                return problems


def _problems_of(directory: Path, manifest: Manifest) -> tuple[str, ...]:
    checks: list[tuple[Callable[[Path], object], str]] = [
        (check_segment, entry.file_name) for entry in manifest.segments
    ]
    checks.append((read_log, manifest.log_name))
    found = [_problem(check, directory / file_name) for check, file_name in checks]
    return tuple(problem for problem in found if problem is not None)


def _problem(check: Callable[[Path], object], path: Path) -> str | None:
    try:
        check(path)
    except IndexCorrupt as problem:
        return problem.fact
    except FileNotFoundError:
        return f"{path}: missing"
    return None


def _is_current(directory: Path, manifest: Manifest) -> bool:
    try:
        return find_manifest(directory) == manifest
    except IndexCorrupt:
        return False
