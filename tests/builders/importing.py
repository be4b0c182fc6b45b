"""A small, complete import: wav files, an analyser that reads them, and stores in folders.

Everything here is real and durable, only small, so that processes can be killed under it.
"""

import contextlib
import datetime
import pickle
import time
import uuid
from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.ingest.describe import FileDescriber
from audio_ident.ingest.tools import Clock, ImportTools, Stores, Versions, analysis_version
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.segment import Segment, Snapshot
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.databases import catalogue_url_of
from builders.wav import WavAnalyser


def landmarks_of(analysis: Analysis) -> Landmarks:
    """The landmarks that `WavAnalyser` heard."""
    frame = np.asarray(analysis.sections["landmarks"].fields["frame"], np.uint32)
    return Landmarks(
        frame=frame,
        bin=frame.astype(np.uint16),
        strength=frame.astype(np.uint8),
        frame_count=len(frame),
    )


class FolderStore:
    """Pickles by digest, one file each, replaced atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, digest: str, thing: object) -> None:
        """Store durably."""
        temporary = self.folder / f".{digest}"
        temporary.write_bytes(pickle.dumps(thing))
        temporary.replace(self.folder / digest)

    def delete(self, digest: AudioDigest) -> None:
        """Forget."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / digest).unlink()

    def digests(self) -> frozenset[AudioDigest]:
        """What is stored."""
        return frozenset(
            AudioDigest(p.name) for p in self.folder.iterdir() if not p.name.startswith(".")
        )


class FolderArtefacts(FolderStore):
    """An artefact store."""

    def put(self, analysis: Analysis) -> None:
        """Store durably."""
        self.keep(analysis.digest, analysis)

    def get(self, digest: AudioDigest) -> Analysis:
        """Read back."""
        try:
            found = pickle.loads((self.folder / digest).read_bytes())  # noqa: S301
        except FileNotFoundError as error:
            raise ArtefactMissing(digest) from error
        except (pickle.UnpicklingError, EOFError) as error:
            raise ArtefactCorrupt(digest) from error
        assert isinstance(found, Analysis)
        return found


class FolderIndex(FolderStore):
    """A fingerprint index that only remembers."""

    def add(self, digest: AudioDigest, landmarks: Landmarks) -> None:
        """Remember landmarks."""
        self.keep(digest, landmarks.frame.tolist())

    def rebuild(self, recordings: Iterable[tuple[AudioDigest, Landmarks]]) -> None:
        """Replace everything."""
        fresh = {digest: landmarks.frame.tolist() for digest, landmarks in recordings}
        for digest in self.digests() - fresh.keys():
            self.delete(digest)
        for digest, frames in fresh.items():
            self.keep(digest, frames)

    def frames(self) -> dict[str, list[int]]:
        """Everything that is remembered."""
        return {
            digest: pickle.loads((self.folder / digest).read_bytes())  # noqa: S301
            for digest in self.digests()
        }

    def snapshot(self) -> Snapshot:
        """One segment that holds nothing but names."""
        digests = tuple(sorted(self.digests()))
        segment = Segment(digests=digests, arrays={}, parameters={})
        return Snapshot(generation=0, segments=(segment,), alive=(np.ones(len(digests), np.bool_),))

    def publish(self) -> None:
        """Do nothing: everything is visible at once."""

    def close(self) -> None:
        """Do nothing: nothing is held."""


def make_stores(data: Path, version: int = 1, url: str | None = None) -> Stores:
    """Stores in a folder, ready to use; the rows lie there too unless an address is given."""
    data.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue(url or catalogue_url_of(data))
    catalogue.migrate()
    return Stores(
        catalogue=catalogue,
        artefacts=FolderArtefacts(data / "artefacts"),
        index=FolderIndex(data / "index"),
        pictures=FilePictureStore(data / "pictures"),
        landmarks_of=landmarks_of,
        versions=Versions(
            tags="1", analysis=analysis_version([("landmarks", version)]), index=str(version)
        ),
        clock=Clock(now=lambda: datetime.datetime.now(datetime.UTC), monotonic_s=time.monotonic),
    )


def make_tools(stores: Stores, pool: Executor, analyser: WavAnalyser) -> ImportTools:
    """Everything an import needs."""
    return ImportTools(
        stores=stores,
        pool=pool,
        analyse=analyser,
        tag_reader=FileDescriber(MutagenTagReader(), stores.pictures),
        new_id=lambda: str(uuid.uuid4()),
    )
