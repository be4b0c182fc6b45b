"""Says where rows, artefacts and index disagree, both ways, and what to do about each case."""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.reports import CheckFinding, FindingCode
from audio_ident.stores.fingerprints.protocol import FingerprintReader
from audio_ident.stores.sql.unit_of_work import Catalogue

_IMPORT = "Run `audio-ident import` on the folder: what is missing is made again."
_REBUILD = "Run `audio-ident rebuild`: it makes the index again without decoding any audio."
_REPAIR = "Run `audio-ident check --repair`, which removes it."


_MEANINGS = {
    FindingCode.INDEX_CORRUPT: ("a file of the index is damaged", _REBUILD),
    FindingCode.ARTEFACT_MISSING: ("a row names an analysis that is not stored", _IMPORT),
    FindingCode.ARTEFACT_CORRUPT: (
        "a stored analysis fails its checksum",
        "Run `audio-ident rebuild`, then `audio-ident import` on the folder.",
    ),
    FindingCode.ARTEFACT_UNKNOWN: (
        "an analysis is stored that no row names",
        "Nothing breaks; `audio-ident import` of the folder it came from takes it up again.",
    ),
    FindingCode.NOT_INDEXED: ("a recording is ready but not in the index", _REBUILD),
    FindingCode.INDEXED_UNKNOWN: ("the index knows a recording that no row names", _REBUILD),
    FindingCode.PICTURE_MISSING: ("a row names a picture that is not stored", _IMPORT),
    FindingCode.PICTURE_UNKNOWN: (
        "a picture is stored that no file shows",
        "Nothing breaks; the next `audio-ident import` removes it.",
    ),
    FindingCode.UNFINISHED: ("an import was interrupted on this file", _IMPORT),
    FindingCode.UNHELD: ("no file holds this recording any more", _IMPORT),
    FindingCode.ORPHAN_ROW: ("rows name a row that is not there", _REPAIR),
    FindingCode.LISTING_WRONG: (
        "a track is listed otherwise than its rows say",
        "Run `audio-ident check --repair`, which lists it anew.",
    ),
    FindingCode.LEFTOVER_FILE: ("an interrupted import left this file", _REPAIR),
}


class ReadableArtefacts(Protocol):
    """What a check needs of the artefact store."""

    def get(self, digest: AudioDigest) -> Analysis:
        """Read back; raises `ArtefactMissing` or `ArtefactCorrupt`."""
        ...

    def digests(self) -> Iterable[AudioDigest]:
        """Every digest that is stored."""
        ...


class KnownPictures(Protocol):
    """What a check needs of the picture store."""

    def has(self, sha256: str) -> bool:
        """Whether every size of a picture is there."""
        ...

    def hashes(self) -> Iterable[str]:
        """Every picture of which any size is there."""
        ...


class CheckedStores(Protocol):
    """What is compared; `ingest.tools.Stores` is one."""

    @property
    def catalogue(self) -> Catalogue:
        """The rows, which are the truth."""
        ...

    @property
    def artefacts(self) -> ReadableArtefacts:
        """The analyses."""
        ...

    @property
    def index(self) -> FingerprintReader:
        """The fingerprint index."""
        ...

    @property
    def pictures(self) -> KnownPictures:
        """The thumbnails."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoresForReading:
    """The stores as a process sees them that does not write."""

    catalogue: Catalogue
    artefacts: ReadableArtefacts
    index: FingerprintReader
    pictures: KnownPictures


def check(
    stores: CheckedStores,
    *,
    index_problems: Sequence[str] = (),
    leftovers: Iterable[Path] = (),
    reads_artefacts: bool = False,
) -> list[CheckFinding]:
    """Every disagreement, in a fixed order; an empty list means that all is well.

    Parameters
    ----------
    index_problems
        What is damaged in the index; when there is any, its content is not compared.
    leftovers
        Files in the data directory that nothing names.
    reads_artefacts
        Whether every analysis is read and its checksum verified, which takes longer.
    """
    with stores.catalogue.reading() as rows:
        derived = frozenset(rows.audios.derived())
        unheld = frozenset(rows.audios.without_files())
        pending = rows.stages.pending()
        shown = rows.descriptions.shown_pictures()
        orphans = rows.orphans.counts()
        unindexed = rows.hidden.digests() | rows.hidden.waiting()
        unlike = frozenset(track_id for _, track_id in rows.listings.mismatches())
    stored = frozenset(stores.artefacts.digests())
    indexed = derived if index_problems else _indexed(stores.index)
    begun = frozenset(digest for digest in pending.values() if digest)
    subjects = {
        FindingCode.ARTEFACT_MISSING: derived - stored,
        FindingCode.ARTEFACT_UNKNOWN: stored - derived - begun - unheld,
        FindingCode.NOT_INDEXED: derived - indexed - unindexed,
        FindingCode.INDEXED_UNKNOWN: indexed - derived - begun - unheld,
        FindingCode.UNHELD: unheld,
        FindingCode.PICTURE_MISSING: frozenset(p for p in shown if not stores.pictures.has(p)),
        FindingCode.PICTURE_UNKNOWN: frozenset(stores.pictures.hashes()) - shown,
        FindingCode.UNFINISHED: frozenset(str(file_id) for file_id in pending),
        FindingCode.ORPHAN_ROW: frozenset(orphans),
        FindingCode.LISTING_WRONG: unlike,
        FindingCode.LEFTOVER_FILE: frozenset(map(str, leftovers)),
    }
    if reads_artefacts:
        subjects[FindingCode.ARTEFACT_CORRUPT] = _corrupt(stores.artefacts, derived & stored)
    damage = [
        dataclasses.replace(_finding(FindingCode.INDEX_CORRUPT, "index"), fact=problem)
        for problem in index_problems
    ]
    return damage + [
        _finding(code, subject)
        for code in FindingCode
        for subject in sorted(subjects.get(code, frozenset()))
    ]


def _indexed(index: FingerprintReader) -> frozenset[AudioDigest]:
    snapshot = index.snapshot()
    return frozenset(
        digest
        for segment, alive in zip(snapshot.segments, snapshot.alive, strict=True)
        for digest, is_alive in zip(segment.digests, alive, strict=True)
        if is_alive
    )


def _corrupt(
    artefacts: ReadableArtefacts, digests: frozenset[AudioDigest]
) -> frozenset[AudioDigest]:
    found = set()
    for digest in digests:
        try:
            artefacts.get(digest)
        except (ArtefactCorrupt, ArtefactMissing):
            found.add(digest)
    return frozenset(found)


def _finding(code: FindingCode, subject: str) -> CheckFinding:
    fact, remedy = _MEANINGS[code]
    return CheckFinding(code=code, subject=subject, fact=fact, remedy=remedy)
