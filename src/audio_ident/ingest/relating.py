"""Asks how recordings are related: a new one before it is indexed, or all of them again."""

import contextlib
import functools
from collections.abc import Callable

from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.ingest.tools import Artefacts, Relate, Stores
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.kinship import Relation
from audio_ident.model.segment import Snapshot
from audio_ident.stores.sql.unit_of_work import Catalogue


def find_relations(stores: Stores, analysis: Analysis) -> tuple[Relation, ...]:
    """How a recording is related to those that are indexed, published or not.

    To be asked before the recording itself is written anywhere; see decision 12.
    """
    find_analysis = functools.partial(_find_analysis, stores.artefacts)
    return stores.relate(stores.index.snapshot(), analysis, find_analysis)


def relate_all(
    catalogue: Catalogue,
    artefacts: Artefacts,
    snapshot: Snapshot,
    relate: Relate,
    on_progress: Callable[[int, int], None],
) -> None:
    """Make every relation again from the stored analyses; what people decided stays.

    `on_progress` is told how many recordings of how many are done.
    """
    find_analysis = functools.partial(_find_analysis, artefacts)
    with catalogue.reading() as rows:
        hidden = rows.hidden.digests()
        # hidden ones last: they are not in the index, so only they themselves tell of their ties
        digests = sorted(rows.audios.derived(), key=lambda digest: (digest in hidden, digest))
    for done, digest in enumerate(digests, start=1):
        analysis = find_analysis(digest)
        if analysis is not None:
            relations = relate(snapshot, analysis, find_analysis)
            with catalogue.writing() as rows:
                audio_id = rows.audios.save(digest, analysis.facts)
                rows.relations.replace(audio_id, relations)
        on_progress(done, len(digests))


def _find_analysis(artefacts: Artefacts, digest: AudioDigest) -> Analysis | None:
    with contextlib.suppress(ArtefactMissing, ArtefactCorrupt):
        return artefacts.get(digest)
    return None
