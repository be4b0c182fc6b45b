"""Mends what `library.check` finds, without decoding any audio.

What can be made again from the music is given up when it is damaged: the rows then say that the
file must be listened to, and the next import of its folder does. No decision of a person is lost.
"""

from audio_ident.ingest.sweep import find_artefact, sweep
from audio_ident.ingest.tools import Stores


def repair(stores: Stores, *, reads_artefacts: bool) -> None:
    """Bring rows, artefacts and an index that can be opened into agreement.

    Parameters
    ----------
    reads_artefacts
        Whether every analysis is read, so that damaged ones are found and given up.
    """
    with stores.catalogue.writing() as rows:
        rows.orphans.remove()
        rows.listings.refresh({file_id for file_id, _ in rows.listings.mismatches()})
    if reads_artefacts:
        for digest in list(stores.artefacts.digests()):
            find_artefact(stores.artefacts, digest)
    sweep(stores)
    _forget_lost_pictures(stores)
    _drop_unnamed_artefacts(stores)
    stores.index.publish()


def _forget_lost_pictures(stores: Stores) -> None:
    """The sweep has said that their files must be read again, which brings them back."""
    with stores.catalogue.writing() as rows:
        shown = rows.descriptions.shown_pictures()
        lost = {sha256 for sha256 in shown if not stores.pictures.has(sha256)}
        rows.descriptions.forget_pictures(lost)
    for sha256 in lost:
        stores.pictures.delete(sha256)  # a size or two may be left


def _drop_unnamed_artefacts(stores: Stores) -> None:
    with stores.catalogue.reading() as rows:
        derived = rows.audios.derived().keys()
    for digest in set(stores.artefacts.digests()) - derived:
        stores.artefacts.delete(digest)
