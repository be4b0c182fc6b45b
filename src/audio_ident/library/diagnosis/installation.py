"""Looks at an installation part by part; whatever it finds is told, never raised."""

import dataclasses
import datetime
from collections.abc import Callable, Iterator

from audio_ident.errors import AudioIdentError, StoreInaccessible
from audio_ident.library.diagnosis import content, machine, program
from audio_ident.library.diagnosis.verdicts import broken
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.reports import Diagnosis
from audio_ident.stores.sql.unit_of_work import Catalogue


def diagnose_installation(
    places: LibraryPlaces,
    now: datetime.datetime,
    look_at_vectors: Callable[[], Diagnosis],
    server: Callable[[], Catalogue] | None = None,
) -> Iterator[Diagnosis]:
    """What can be said of each part that a library in these places needs.

    Parameters
    ----------
    look_at_vectors
        Whether they can be asked, wherever they are.
    server
        Gives the catalogue where it lies on a server.
    """
    directory = places.data_directory
    open_catalogue = (
        content.local_catalogue(places.catalogue)
        if server is None
        else content.shared_catalogue(server)
    )
    parts: dict[str, Callable[[], Diagnosis]] = {
        "FFmpeg": program.ffmpeg,
        "decoders": program.decoders,
        "encoders": program.encoders,
        "kernels": program.compiled_kernels,
        "sandbox": program.sandbox,
        "folder watching": program.folder_watching,
        "pictures": program.picture_reading,
        "data directory": lambda: content.data_directory(directory),
        "file system": lambda: machine.file_system(directory),
        "disk space": lambda: machine.disk_space(directory),
        "disk entries": lambda: machine.disk_entries(directory),
        "memory": machine.memory,
        "open files": machine.open_files,
        "watch limit": machine.watch_limit,
        "clock": lambda: machine.clock(now),
        "lock": lambda: content.writer(directory),
        "catalogue": lambda: content.catalogue(open_catalogue),
        "service": lambda: content.service(open_catalogue),
        "index": lambda: content.index(places.index),
        "vectors": look_at_vectors,
    }
    for part, diagnose in parts.items():
        yield dataclasses.replace(_diagnosed(diagnose), part=part)


def _diagnosed(diagnose: Callable[[], Diagnosis]) -> Diagnosis:
    try:
        return diagnose()
    except AudioIdentError as error:
        return broken(error.fact, effect="the library cannot be used", remedy=error.remedy)
    except OSError as error:
        fact = f"{error.filename}: {error.strerror}"
        effect = "the library cannot be used"
        return broken(fact, effect=effect, remedy=StoreInaccessible.remedy)
