"""Which recordings are one and the same; what people decided counts."""

from collections.abc import Collection, Mapping, Sequence

from audio_ident.core.grouping import group_recordings, pairs_kept_apart
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Decision, DuplicateVerdict, Kinship
from audio_ident.stores.sql.unit_of_work import Rows


def kin_of(rows: Rows, digests: Collection[AudioDigest]) -> frozenset[AudioDigest]:
    """Recordings, their copies, and those that hold or are held in one of all these."""
    if not digests:
        return frozenset()
    decisions = rows.decisions.all()
    known = _reachable(rows, digests, decisions)
    relations = rows.relations.of(known)
    groups = group_recordings(known, relations, decisions)
    own = {digest for group in groups if not set(group).isdisjoint(digests) for digest in group}
    apart = pairs_kept_apart(decisions)
    held = {
        digest
        for one in relations
        if one.kinship is Kinship.CONTAINED_IN and not own.isdisjoint((one.first, one.second))
        if (min(one.first, one.second), max(one.first, one.second)) not in apart
        for digest in (one.first, one.second)
    }
    return frozenset(own | held)


def group_numbers(rows: Rows, digests: Collection[AudioDigest]) -> Mapping[AudioDigest, int]:
    """For each recording a number that it shares with those that are the same one."""
    groups = group_recordings(digests, rows.relations.among(digests), rows.decisions.all())
    return {digest: number for number, group in enumerate(groups) for digest in group}


def _reachable(
    rows: Rows, digests: Collection[AudioDigest], decisions: Sequence[Decision]
) -> set[AudioDigest]:
    """Recordings that some are tied to, directly or by way of others."""
    said = [
        (decision.first, decision.second)
        for decision in decisions
        if decision.verdict is DuplicateVerdict.DUPLICATE
    ]
    known, newest = set(digests), set(digests)
    while newest:
        heard = rows.relations.of(newest)
        ties = [(one.first, one.second) for one in heard if one.kinship is Kinship.SAME_RECORDING]
        tied = {digest for pair in (*ties, *said) if not newest.isdisjoint(pair) for digest in pair}
        newest = tied - known
        known |= newest
    return known
