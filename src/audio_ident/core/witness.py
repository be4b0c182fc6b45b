"""What speaks for and against one place, beyond its score.

A foreign clip can score high where music repeats itself: loops, steady rhythms, shared samples.
These witnesses tell such places from the true one; `core.confidence` weighs them.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.core.clip import Clip, Evidence
from audio_ident.core.layout import FRAMES_PER_BLOCK, peaks_of
from audio_ident.core.places import PLACE, Places, rescore
from audio_ident.core.spectrum import BINS, CLIP_FRAMES_PER_FRAME, FRAMES_PER_SECOND
from audio_ident.model.segment import Segment, Snapshot

CLIP_FRAMES_PER_SECOND = FRAMES_PER_SECOND * CLIP_FRAMES_PER_FRAME

_NEIGHBOURS = np.concatenate([np.arange(-250, -7, 6), np.arange(8, 251, 6)])
"""Distances in clip frames, 0.13 to 4 s, at which the same recording is judged for comparison."""

_STRIPES = 10
"""Parts of equal length that the clip is cut into."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Under:
    """The stored peaks of a place that fall into the clip; arrays of shape `(n,)`."""

    frame: npt.NDArray[np.int64]
    """In clip frames from the start of the clip."""
    bin: npt.NDArray[np.int64]
    """Where they sound in the clip."""


def stored_under(segment: Segment, place: np.void, clip_frames: int) -> Under:
    """The stored peaks that a clip of this length would show at a place."""
    guess = place["guess"]
    step, scale = CLIP_FRAMES_PER_FRAME, float(guess["time_scale"])
    last_place = int(guess["place"]) + int((clip_frames - 1) * scale)
    first = max(int(guess["first"]), int(guess["place"]) // step)
    end = min(int(guess["end"]), last_place // step + 1)
    frames, bins = _stored_between(segment, first, max(first, end))
    heard = np.floor((frames * step - int(guess["place"])) / scale + 0.5).astype(np.int64)
    bins = (bins * float(guess["pitch_scale"]) + 0.5).astype(np.int64)
    inside = (heard >= 0) & (heard < clip_frames) & (bins < BINS)
    return Under(frame=heard[inside], bin=bins[inside])


def _stored_between(
    segment: Segment, first: int, end: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Frames and bins of the stored peaks of some frames of the segment's axis."""
    peaks = peaks_of(segment)
    low, high = first // FRAMES_PER_BLOCK, -(-end // FRAMES_PER_BLOCK)
    starts = peaks.block_start[low : high + 1].astype(np.int64)
    part = slice(int(starts[0]), int(starts[-1]))
    blocks = np.repeat(np.arange(low, high), np.diff(starts))
    frames = blocks * FRAMES_PER_BLOCK + peaks.frame_in_block[part]
    inside = (frames >= first) & (frames < end)
    return frames[inside], peaks.bin[part][inside].astype(np.int64)


def witnesses(
    snapshot: Snapshot, clip: Clip, evidence: Evidence, place: np.void, rival_score: float
) -> npt.NDArray[np.float64]:
    """The witnesses of a place, in the order of `NAMES`, shape `(len(NAMES),)`."""
    under = stored_under(snapshot.segments[int(place["segment"])], place, clip.frame_count)
    found = evidence[under.frame, under.bin]
    score = float(place["score"])
    stripes = np.sort(_stripe_scores(under.frame, found, clip.frame_count))
    bands = np.sort(_stripe_scores(under.bin, found, BINS))
    nearby = _nearby_scores(snapshot, evidence, place)
    return np.array(
        [
            score,
            np.sqrt(max(score, 0.0)),
            float(found.mean()) if len(found) else 0.0,
            len(found) / clip.frame_count * CLIP_FRAMES_PER_SECOND,
            *_explained(clip, under, peaks_per_second=12),
            *_explained(clip, under, peaks_per_second=25),
            nearby.mean(),
            nearby.std(),
            nearby.max(),
            stripes[0],
            stripes[2],
            stripes[5],
            bands[2],
            bands[5],
            rival_score,
            np.log(clip.frame_count / CLIP_FRAMES_PER_SECOND),
            float(clip.height.mean()) if len(clip.height) else 0.0,
            np.log(max(int(place["votes"]), 1)),
        ]
    )


NAMES = (
    "score",
    "root_score",
    "mean_evidence",
    "stored_per_second",
    "explained_strongest",
    "explained_strongest_score",
    "explained_strong",
    "explained_strong_score",
    "nearby_mean",
    "nearby_deviation",
    "nearby_most",
    "stripe_least",
    "stripe_low",
    "stripe_middle",
    "band_low",
    "band_middle",
    "rival_score",
    "log_seconds",
    "clip_height",
    "log_votes",
)


def _stripe_scores(
    where: npt.NDArray[np.int64], found: npt.NDArray[np.float32], length: int
) -> npt.NDArray[np.float64]:
    """Score of each of ten equal parts of an axis, shape `(10,)`."""
    stripe = where * _STRIPES // length
    total = np.bincount(stripe, weights=found, minlength=_STRIPES)
    scores: npt.NDArray[np.float64] = total / np.sqrt(np.bincount(stripe, minlength=_STRIPES) + 1.0)
    return scores


def _explained(clip: Clip, under: Under, *, peaks_per_second: float) -> tuple[float, float]:
    """How many of the clip's own strongest peaks the place explains.

    Returns
    -------
    tuple
        The share, 0..1, and how far the number exceeds chance in standard deviations.
    """
    wanted = int(peaks_per_second * clip.frame_count / CLIP_FRAMES_PER_SECOND)
    strongest = np.argsort(-clip.height, kind="stable")[:wanted]
    if not len(strongest):
        return 0.0, 0.0
    near = np.zeros((clip.frame_count + 4, BINS + 2), np.bool_)
    for i in range(5):
        for j in range(3):
            near[under.frame + i, under.bin + j] = True
    near = near[2:-2, 1:-1]
    bins = clip.bin[strongest].astype(np.int64)
    hits = near[clip.frame[strongest].astype(np.int64), bins]
    chance = near.mean(axis=0)[bins]
    spread = np.sqrt((chance * (1 - chance)).sum() + 1.0)
    return float(hits.mean()), float((hits - chance).sum() / spread)


def _nearby_scores(
    snapshot: Snapshot, evidence: Evidence, place: np.void
) -> npt.NDArray[np.float64]:
    """Scores of the same recording a little earlier and later: what chance and rhythm give."""
    nearby: Places = np.repeat(np.array([place], PLACE), len(_NEIGHBOURS))
    nearby["guess"]["place"] += _NEIGHBOURS
    rescore(snapshot, evidence, nearby)
    usable = nearby["score"][nearby["peaks"] >= 0.5 * place["peaks"]]
    return usable if len(usable) >= 8 else np.zeros(1)
