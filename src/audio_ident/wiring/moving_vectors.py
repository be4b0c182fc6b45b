"""Moves the vectors of a library to a Qdrant server, or from there into its data directory."""

from collections.abc import Mapping, Sequence

import pydantic

from audio_ident.errors import BadInput
from audio_ident.library.passages import digest_of_passages, passages_of
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.vector_migration import CopiedSpace, OnProgress, copy_vectors
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.moves import VectorMoveSummary
from audio_ident.model.vectors import Entry, Passage, Space
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import PutRecording, SpaceOfStore
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.wiring.parts import CLOCK, writer_lock
from audio_ident.wiring.vectors import open_vector_index, open_vector_reader

FILES = "files"
"""The address of the vectors in the data directory."""

_UNKNOWN = "unknown"
"""In place of a digest of passages: nobody knows what an interrupted copy told filters."""


def move_vectors(
    settings: Settings, catalogue: Catalogue, to: str, on_progress: OnProgress
) -> VectorMoveSummary:
    """Copy the vectors of a library to another store, and say what to do next.

    Raises
    ------
    BadInput
        The address is none, or the vectors lie there already.
    LibraryLocked
        Somebody imports.
    StoreProblem
        One of the stores cannot be asked; what was copied is not copied again.
    """
    places = LibraryPlaces(data_directory=settings.data_dir)
    target_settings = _pointed_at(settings, to)
    with (
        writer_lock(settings, catalogue)(),
        open_vector_reader(settings, places) as source,
        open_vector_index(target_settings, places) as target,
    ):
        if source.name == target.name:
            raise BadInput("--to: the vectors lie there already")
        copy = _Copy(catalogue, FileArtefactStore(places.analyses), target)
        copied = copy_vectors(
            source,
            target,
            copy.spaces(),
            passages_of=copy.passages_of,
            on_progress=on_progress,
            on_copied=copy.mark,
        )
        return _summary(copied, target.name, to)


class _Copy:
    """What rows say about a copy."""

    def __init__(
        self, catalogue: Catalogue, sounds: FileArtefactStore, target: VectorReader
    ) -> None:
        self._catalogue = catalogue
        self._sounds = sounds
        self._store = target.name

    def spaces(self) -> list[Space]:
        """Every space that the library has or had."""
        with self._catalogue.reading() as rows:
            return [known.space for known in rows.spaces.all()]

    def passages_of(
        self, digests: Sequence[AudioDigest]
    ) -> Mapping[AudioDigest, tuple[Passage, ...]]:
        """What filters see of recordings."""
        with self._catalogue.reading() as rows:
            listed = rows.passages.of(digests)
        return passages_of(listed, self._sounds, digests)

    def mark(self, space: Space, new: Sequence[Entry], passed_by: Sequence[Entry]) -> None:
        """Note that the target has recordings; filters are told anew of those that it had."""
        place = SpaceOfStore(space_id=space.id, store=self._store)
        had = [entry.digest for entry in passed_by]
        with self._catalogue.writing() as rows:
            unmarked = set(had) - rows.vector_marks.marked(place, had)
            put = [_put(entry, digest_of_passages(entry.passages)) for entry in new]
            put += [_put(entry, _UNKNOWN) for entry in passed_by if entry.digest in unmarked]
            rows.vector_marks.begin(place, [one.digest for one in put], CLOCK.now())
            rows.vector_marks.finish(place, put, CLOCK.now())
            rows.vector_marks.make_untold(self._store, had)


def _put(entry: Entry, passages_digest: str) -> PutRecording:
    return PutRecording(
        digest=entry.digest,
        windows=len(entry.windows.vectors),
        passages_digest=passages_digest,
    )


def _pointed_at(settings: Settings, to: str) -> Settings:
    """Settings of a library whose vectors lie at an address."""
    values = settings.model_dump() | {"qdrant_url": "" if to == FILES else to}
    try:
        return Settings(**values)
    except pydantic.ValidationError:
        raise BadInput(f"--to: no address of a Qdrant server, nor `{FILES}`") from None


def _summary(copied: Sequence[CopiedSpace], address: str, to: str) -> VectorMoveSummary:
    is_server = to != FILES
    return VectorMoveSummary(
        spaces={one.space.id: one.recordings for one in copied if one.recordings},
        copied=sum(one.copied for one in copied),
        address=address,
        next_step="Set AUDIO_IDENT_QDRANT_URL to this address from now on."
        if is_server
        else "Remove AUDIO_IDENT_QDRANT_URL: files are the default.",
    )
