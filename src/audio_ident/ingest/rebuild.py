"""Makes the fingerprint index anew from the stored analyses; no audio is decoded."""

from collections.abc import Callable, Iterable, Iterator

from audio_ident.ingest.sweep import find_artefact, withdraw
from audio_ident.ingest.tools import Artefacts, version_of
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.model.reports import RebuildSummary
from audio_ident.stores.sql.unit_of_work import Catalogue


def rebuild(
    catalogue: Catalogue,
    artefacts: Artefacts,
    landmarks_of: Callable[[Analysis], Landmarks],
    wanted_version: str,
    replace_index: Callable[[Iterable[tuple[AudioDigest, Landmarks]]], None],
    on_progress: Callable[[int, int], None],
) -> RebuildSummary:
    """Replace the index by one made from the analyses that rows speak of.

    Recordings that people hid are left out.

    The old index, sound or damaged, need not be open. Memory does not grow with the library: one
    analysis is held at a time.

    Parameters
    ----------
    wanted_version
        Version of the listeners in use; an analysis by others is not indexed.
    replace_index
        Makes the new index beside the old one and swaps them when it is complete.
    on_progress
        Told how many recordings of how many are done.
    """
    with catalogue.reading() as rows:
        wanted = sorted(rows.audios.derived().keys() - rows.hidden.digests())
    lost: list[AudioDigest] = []

    def recordings() -> Iterator[tuple[AudioDigest, Landmarks]]:
        for done, digest in enumerate(wanted):
            on_progress(done, len(wanted))
            analysis = find_artefact(artefacts, digest)
            if analysis is None or version_of(analysis) != wanted_version:
                lost.append(digest)
            else:
                yield digest, landmarks_of(analysis)

    replace_index(recordings())
    on_progress(len(wanted), len(wanted))
    withdraw(catalogue, lost)
    return RebuildSummary(indexed=len(wanted) - len(lost), lost=tuple(lost))
