"""Looks at an installation part by part; whatever it finds is told, never raised."""

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from audio_ident.core import kernels
from audio_ident.engines.pyav_open import library_versions
from audio_ident.errors import AudioIdentError, DiskFull, StoreInaccessible
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.reports import Diagnosis, Health
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.lock import find_writer
from audio_ident.stores.sql.dialect import sqlite_url
from audio_ident.stores.sql.unit_of_work import Catalogue

LEAST_FREE_BYTES = 1 << 30
"""Less than this is worth a warning: about 400 hours of audio more fit into it."""

_NO_LIBRARY = "there is no library yet; the first command makes an empty one"


def diagnose_installation(places: LibraryPlaces) -> Iterator[Diagnosis]:
    """What can be said of each part that a library in these places needs."""
    parts: dict[str, Callable[[], Diagnosis]] = {
        "FFmpeg": lambda: _ok(_ffmpeg()),
        "kernels": lambda: _ok(_kernels()),
        "data directory": lambda: _data_directory(places.data_directory),
        "disk space": lambda: _disk_space(places.data_directory),
        "lock": lambda: _ok(_writer(places.data_directory)),
        "catalogue": lambda: _catalogue(places.catalogue),
        "index": lambda: _ok(_index(places.index)),
    }
    for part, diagnose in parts.items():
        try:
            found = diagnose()
        except AudioIdentError as error:
            found = _diagnosis(Health.FAILED, error.fact, error.remedy)
        except OSError as error:
            fact = f"{error.filename}: {error.strerror}"
            found = _diagnosis(Health.FAILED, fact, StoreInaccessible.remedy)
        yield dataclasses.replace(found, part=part)


def _ffmpeg() -> str:
    return ", ".join(f"{name} {version}" for name, version in library_versions().items())


def _kernels() -> str:
    # they were opened when this module was imported; this tells that they also compute
    packed = np.zeros(16, np.uint8)
    records = np.array([1, 2, 3], np.uint64)
    kernels.pack_records(records, 5, 0, packed)
    is_right = np.array_equal(kernels.unpack_records(packed, 5, 0, 3), records)
    return "compiled and computing" if is_right else "compiled, but computing wrongly"


def _data_directory(directory: Path) -> Diagnosis:
    if not directory.exists():
        return _ok(f"{directory}: {_NO_LIBRARY}")
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        fact = f"{directory} cannot be written by this user"
        return _diagnosis(Health.FAILED, fact, StoreInaccessible.remedy)
    return _ok(f"{directory}")


def _disk_space(directory: Path) -> Diagnosis:
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    free_bytes = shutil.disk_usage(existing).free
    fact = f"{free_bytes / 2**30:.1f} GiB free"
    if free_bytes < LEAST_FREE_BYTES:
        return _diagnosis(Health.WARNING, fact, DiskFull.remedy)
    return _ok(fact)


def _writer(directory: Path) -> str:
    process_id = find_writer(directory)
    return "nobody is writing" if process_id is None else f"process {process_id} is writing"


def _catalogue(path: Path) -> Diagnosis:
    if not path.exists():
        return _ok(_NO_LIBRARY)
    size = f"{path.stat().st_size / 2**20:.1f} MiB"
    with closing(Catalogue(sqlite_url(path))) as catalogue:
        if catalogue.is_up_to_date():
            return _ok(f"{size}, up to date")
    remedy = "The next command brings it up to date, unless a newer audio-ident made it."
    return _diagnosis(Health.WARNING, f"{size}, made by another version", remedy)


def _index(directory: Path) -> str:
    with closing(SegmentIndexReader(directory)) as reader:
        snapshot = reader.snapshot()
        recordings = sum(int(alive.sum()) for alive in snapshot.alive)
        segments = len(snapshot.segments)
    size_bytes = sum(path.stat().st_size for path in directory.glob("*") if path.is_file())
    return f"{recordings} recordings, {segments} segments, {size_bytes / 2**20:.1f} MiB"


def _ok(fact: str) -> Diagnosis:
    return _diagnosis(Health.OK, fact, "")


def _diagnosis(health: Health, fact: str, remedy: str) -> Diagnosis:
    return Diagnosis(part="", health=health, fact=fact, remedy=remedy)
