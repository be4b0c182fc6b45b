"""Which recordings belong together, once people have had their say.

A person's word is final: recordings that somebody keeps apart are never in one group, not even by
way of a third that both resemble; the weaker ties give way then.
"""

from collections.abc import Collection, Iterable, Sequence

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Decision, DuplicateVerdict, Kinship, Relation

Pair = tuple[AudioDigest, AudioDigest]


def group_recordings(
    digests: Collection[AudioDigest], relations: Iterable[Relation], decisions: Sequence[Decision]
) -> list[tuple[AudioDigest, ...]]:
    """Recordings that are one, each exactly once; those that stand alone too.

    Parameters
    ----------
    digests
        Every recording to be placed; ties to others are ignored.
    relations
        Only `SAME_RECORDING` ties; the better agreement first when decisions forbid some ties.
    decisions
        Those that hold.

    Returns
    -------
    list of tuple
        Groups in order of their least digest, members in order.
    """
    apart = pairs_kept_apart(decisions)
    groups = {digest: {digest} for digest in digests}
    for first, second in _ties(relations, decisions):
        if first not in groups or second not in groups or groups[first] is groups[second]:
            continue
        if any(_pair(one, other) in apart for one in groups[first] for other in groups[second]):
            continue
        joined = groups[first] | groups[second]
        for digest in joined:
            groups[digest] = joined
    return sorted({tuple(sorted(group)) for group in groups.values()})


def pairs_kept_apart(decisions: Iterable[Decision]) -> frozenset[Pair]:
    """Pairs that a person said are no duplicates, each in order of digest."""
    return frozenset(
        (decision.first, decision.second)
        for decision in decisions
        if decision.verdict is DuplicateVerdict.NOT_DUPLICATE
    )


def _ties(relations: Iterable[Relation], decisions: Iterable[Decision]) -> list[Pair]:
    """Pairs to be joined: what people say first, then the closest relations."""
    said = [(d.first, d.second) for d in decisions if d.verdict is DuplicateVerdict.DUPLICATE]
    heard = [found for found in relations if found.kinship is Kinship.SAME_RECORDING]
    heard.sort(key=lambda found: (-found.agreement, found.first, found.second))
    return [*said, *(_pair(found.first, found.second) for found in heard)]


def _pair(one: AudioDigest, other: AudioDigest) -> Pair:
    return (one, other) if one <= other else (other, one)
