"""Which of several copies to keep: criteria in the order that the user sets, with named reasons.

Each criterion leaves the copies that are best by it, or as good as the best; the next one chooses
among those. Where all are alike, the first path is suggested, so that the answer never changes by
itself.
"""

import enum
from collections.abc import Callable, Sequence

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Copy, Suggestion
from audio_ident.model.library import TrackId


class Criterion(enum.StrEnum):
    """What one copy may have over another."""

    LOSSLESS = "lossless"
    COMPLETE = "complete"
    BANDWIDTH = "bandwidth"
    BIT_RATE = "bit_rate"
    TAGS = "tags"
    FOLDER = "folder"


COMPLETE_WITHIN_S = 1.0
"""Lengths that differ less are the padding of codecs."""

BANDWIDTH_WITHIN_HZ = 500.0
"""Bandwidths that differ less are the same: about the resolution of the estimate."""

BIT_RATE_WITHIN = 0.03
"""Bit rates that differ by less than this share are the same: tags and pictures count as well."""

BandwidthOf = Callable[[AudioDigest], float | None]
"""Highest frequency that is really present in a recording, in Hz; None where unknown."""


def unknown_bandwidth(digest: AudioDigest) -> None:
    """A `BandwidthOf` that knows nothing."""
    del digest


def suggest_keeper(
    copies: Sequence[Copy],
    order: Sequence[Criterion],
    preferred_folders: Sequence[str] = (),
    bandwidth_of: BandwidthOf = unknown_bandwidth,
    kept: TrackId | None = None,
) -> Suggestion:
    """The copy to keep, and why.

    Parameters
    ----------
    copies
        At least one.
    order
        Criteria, the most important first.
    preferred_folders
        Absolute folders, the most preferred first.
    bandwidth_of
        Asked only when the criterion is reached.
    kept
        The track that a person chose; nothing else counts then.
    """
    if any(copy.track.id == kept for copy in copies) and kept is not None:
        return Suggestion(track_id=kept, reasons=("chosen by a person",))
    left = sorted(copies, key=lambda copy: copy.track.path)
    reasons: list[str] = []
    for criterion in order:
        best, reason = _best(criterion, left, preferred_folders, bandwidth_of)
        if len(best) < len(left):
            reasons.append(reason)
        left = best
        if len(left) == 1:
            break
    return Suggestion(
        track_id=left[0].track.id,
        reasons=tuple(reasons) or ("all are alike; it is the first by name",),
    )


def _best(
    criterion: Criterion,
    copies: list[Copy],
    preferred_folders: Sequence[str],
    bandwidth_of: BandwidthOf,
) -> tuple[list[Copy], str]:
    """The copies that are best by a criterion, and what they have over the others."""
    if criterion is Criterion.LOSSLESS:
        return _highest(copies, [float(c.is_lossless) for c in copies], 0.0, "lossless")
    if criterion is Criterion.COMPLETE:
        lengths_s = [copy.duration_s for copy in copies]
        reason = f"complete: {max(lengths_s):.1f} s, others {min(lengths_s):.1f} s"
        return _highest(copies, lengths_s, COMPLETE_WITHIN_S, reason)
    if criterion is Criterion.BANDWIDTH:
        return _widest(copies, bandwidth_of)
    if criterion is Criterion.BIT_RATE:
        rates_bps = [copy.bit_rate_bps for copy in copies]
        reason = f"bit rate: {max(rates_bps) / 1000:.0f} kbit/s"
        return _highest(copies, rates_bps, BIT_RATE_WITHIN * max(rates_bps), reason)
    if criterion is Criterion.TAGS:
        counts = [float(copy.tag_count) for copy in copies]
        return _highest(copies, counts, 0.0, f"tags: {max(counts):.0f} fields are filled")
    ranks = [-float(_rank(copy.track.path, preferred_folders)) for copy in copies]
    return _highest(copies, ranks, 0.0, "in a preferred folder")


def _widest(copies: list[Copy], bandwidth_of: BandwidthOf) -> tuple[list[Copy], str]:
    bandwidths_hz = [bandwidth_of(copy.track.digest) for copy in copies]
    known_hz = [hz for hz in bandwidths_hz if hz is not None]
    if len(known_hz) < len(copies):
        return copies, ""  # what is not known of one is no reason against it
    reason = f"bandwidth: {max(known_hz) / 1000:.1f} kHz"
    return _highest(copies, known_hz, BANDWIDTH_WITHIN_HZ, reason)


def _highest(
    copies: list[Copy], values: Sequence[float], tolerance: float, reason: str
) -> tuple[list[Copy], str]:
    least = max(values) - tolerance
    return [copy for copy, value in zip(copies, values, strict=True) if value >= least], reason


def _rank(path: str, folders: Sequence[str]) -> int:
    """Place of the first preferred folder that a path lies in."""
    for rank, folder in enumerate(folders):
        if path.startswith(folder.rstrip("/") + "/"):
            return rank
    return len(folders)
