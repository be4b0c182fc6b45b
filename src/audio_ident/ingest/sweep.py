"""Brings rows, artefacts and index into agreement after whatever ended the last import.

The rows are the truth. What they say was begun is finished from its artefact, or withdrawn so
that the file is listened to again; what no row speaks of leaves the index.
"""

import dataclasses
from collections.abc import Collection

from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.ingest.tools import Artefacts, Stores, version_of
from audio_ident.ingest.writer import finish_pending
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.library import StageStatus
from audio_ident.stores.sql.unit_of_work import Catalogue


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What was brought into agreement."""

    finished: int
    """Files that were pending and are ready now."""
    withdrawn: int
    """Recordings that must be listened to again."""
    forgotten: int
    """Recordings that no file holds any more, that only the index knew, or that are hidden."""


def sweep(stores: Stores) -> SweepReport:
    """Finish or withdraw what was begun, and drop what no file holds."""
    finished, withdrawn = _settle_pending(stores)
    withdrawn += _mend_derived(stores)
    _mend_pictures(stores)
    return SweepReport(finished=finished, withdrawn=withdrawn, forgotten=forget_unheld(stores))


def forget_unheld(stores: Stores) -> int:
    """Forget audio that no file holds: index and artefact first, so that none is left alone."""
    with stores.catalogue.reading() as rows:
        unheld = rows.audios.without_files()
        wanted = rows.audios.derived().keys() - rows.hidden.digests()
    strangers = stores.index.digests() - wanted
    for digest in strangers.union(unheld):
        stores.index.delete(digest)
    for digest in unheld:
        stores.artefacts.delete(digest)
    if unheld:
        with stores.catalogue.writing() as rows:
            rows.audios.delete(unheld)
    _forget_unshown_pictures(stores)
    return len(strangers.union(unheld))


def _forget_unshown_pictures(stores: Stores) -> None:
    with stores.catalogue.writing() as rows:
        shown = rows.descriptions.shown_pictures()
        rows.descriptions.forget_unshown()
    for sha256 in set(stores.pictures.hashes()) - shown:
        stores.pictures.delete(sha256)


def _mend_pictures(stores: Stores) -> None:
    """Have the tags read again of files that show a picture which is not stored."""
    stores.pictures.delete_unfinished()
    with stores.catalogue.reading() as rows:
        shown = rows.descriptions.shown_pictures()
    lost = [sha256 for sha256 in sorted(shown) if not stores.pictures.has(sha256)]
    if lost:
        with stores.catalogue.writing() as rows:
            for sha256 in lost:
                rows.descriptions.make_due(sha256)


def withdraw(catalogue: Catalogue, digests: Collection[AudioDigest]) -> None:
    """Say that audio must be listened to again; the next import of its folder does."""
    if not digests:
        return
    with catalogue.writing() as rows:
        rows.stages.make_due(digests)
        rows.audios.forget_derived(digests)


def find_artefact(artefacts: Artefacts, digest: AudioDigest) -> Analysis | None:
    """A stored analysis, None when it is missing or damaged; a damaged one is deleted."""
    try:
        return artefacts.get(digest)
    except ArtefactMissing:
        return None
    except ArtefactCorrupt:
        artefacts.delete(digest)
        return None


def _settle_pending(stores: Stores) -> tuple[int, int]:
    with stores.catalogue.reading() as rows:
        pending = rows.stages.pending()
    by_digest: dict[AudioDigest | None, list[int]] = {}
    for file_id, digest in pending.items():
        by_digest.setdefault(digest, []).append(file_id)
    finished = 0
    withdrawn = 0
    for digest, file_ids in by_digest.items():
        analysis = find_artefact(stores.artefacts, digest) if digest else None
        if analysis is not None and version_of(analysis) == stores.versions.analysis:
            finish_pending(stores, analysis, file_ids)
            finished += len(file_ids)
            continue
        with stores.catalogue.writing() as rows:
            rows.stages.settle(file_ids, StageStatus.DUE, stores.clock.now())
        withdrawn += 1
    return finished, withdrawn


def _mend_derived(stores: Stores) -> int:
    """Index what only lacks its index entry, withdraw what lacks its artefact."""
    with stores.catalogue.reading() as rows:
        derived = rows.audios.derived().keys()
        hidden, waiting = rows.hidden.digests(), rows.hidden.waiting()
    stored = frozenset(stores.artefacts.digests())
    lost = set(derived - stored)
    for digest in sorted(derived - lost - hidden - stores.index.digests()):
        analysis = find_artefact(stores.artefacts, digest)
        if analysis is None:
            lost.add(digest)
        else:
            stores.index.add(digest, stores.landmarks_of(analysis))
    with stores.catalogue.writing() as rows:
        rows.hidden.settle_index(waiting & derived - lost - hidden)
    withdraw(stores.catalogue, lost)
    return len(lost)
