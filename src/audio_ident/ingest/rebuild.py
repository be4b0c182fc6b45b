"""Makes the fingerprint index anew from the stored analyses; no audio is decoded."""

import dataclasses
from collections.abc import Callable, Iterator

from audio_ident.ingest.sweep import find_artefact, withdraw
from audio_ident.ingest.tools import RebuildableIndex, Stores, version_of
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RebuildSummary:
    """What a rebuild did."""

    indexed: int
    lost: tuple[AudioDigest, ...]
    """Recordings whose analysis is missing, damaged or made by another version; the next import
    of their folders listens to them again."""


def rebuild(
    stores: Stores, index: RebuildableIndex, on_progress: Callable[[int, int], None]
) -> RebuildSummary:
    """Replace the index by one made from the analyses that rows speak of.

    The old index answers until the new one is complete. Memory does not grow with the library:
    one analysis is held at a time.

    Parameters
    ----------
    index
        The index of `stores`, which must be rebuildable.
    on_progress
        Told how many recordings of how many are done.
    """
    with stores.catalogue.reading() as rows:
        wanted = sorted(rows.audios.derived())
    lost: list[AudioDigest] = []

    def recordings() -> Iterator[tuple[AudioDigest, Landmarks]]:
        for done, digest in enumerate(wanted):
            on_progress(done, len(wanted))
            analysis = find_artefact(stores, digest)
            if analysis is None or version_of(analysis) != stores.versions.analysis:
                lost.append(digest)
            else:
                yield digest, stores.landmarks_of(analysis)

    index.rebuild(recordings())
    index.publish()
    on_progress(len(wanted), len(wanted))
    withdraw(stores, lost)
    return RebuildSummary(indexed=len(wanted) - len(lost), lost=tuple(lost))
