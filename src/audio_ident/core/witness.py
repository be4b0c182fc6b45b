"""What speaks for and against one place, beyond its score.

A foreign clip can score high where music repeats itself: loops, steady rhythms, shared samples.
These witnesses tell such places from the true one; `core.confidence` weighs them.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from audio_ident.core.clip import Clip, Evidence
from audio_ident.core.layout import FRAMES_PER_BLOCK, peaks_of
from audio_ident.core.places import PLACE, SETTLING, Places, rescore
from audio_ident.core.spectrum import BINS, CLIP_FRAMES_PER_FRAME, FRAMES_PER_SECOND
from audio_ident.model.segment import Segment, Snapshot

CLIP_FRAMES_PER_SECOND = FRAMES_PER_SECOND * CLIP_FRAMES_PER_FRAME

_NEIGHBOURS = np.concatenate([np.arange(-250, -7, 6), np.arange(8, 251, 6)])
"""Distances in clip frames, 0.13 to 4 s, at which the same recording is judged for comparison."""

_LEAST_NEIGHBOURS = 8
"""Fewer say nothing: the recording is about as short as the clip."""


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


NAMES = (
    "score",
    "root_score",
    "mean_evidence",
    "log_seconds",
    "nearby_mean",
    "nearby_deviation",
    "nearby_most",
    "clip_height",
    "log_votes",
)
"""The witnesses in order. `nearby_*` tell what the same recording scores a little earlier and
later; `clip_height` how far the peaks of the clip stand out, which tells noise from music. What
was tried and gained nothing that lasted is told in decision 9."""


def witnesses(
    snapshot: Snapshot, clip: Clip, evidence: Evidence, place: np.void
) -> npt.NDArray[np.float64]:
    """The witnesses of a place, in the order of `NAMES`, shape `(len(NAMES),)`."""
    score, peaks = float(place["score"]), float(place["peaks"])
    nearby = _nearby_scores(snapshot, evidence, place)
    return np.array(
        [
            score,
            np.sqrt(max(score, 0.0)),
            score * np.sqrt(peaks + SETTLING) / max(peaks, 1.0),
            np.log(clip.frame_count / CLIP_FRAMES_PER_SECOND),
            nearby.mean(),
            nearby.std(),
            nearby.max(),
            float(clip.height.mean()) if len(clip.height) else 0.0,
            np.log(max(int(place["votes"]), 1)),
        ]
    )


def _nearby_scores(
    snapshot: Snapshot, evidence: Evidence, place: np.void
) -> npt.NDArray[np.float64]:
    """Scores of the same recording a little earlier and later: what chance and rhythm give."""
    nearby: Places = np.repeat(np.array([place], PLACE), len(_NEIGHBOURS))
    nearby["guess"]["place"] += _NEIGHBOURS
    rescore(snapshot, evidence, nearby)
    usable = nearby["score"][nearby["peaks"] >= 0.5 * place["peaks"]]
    return usable if len(usable) >= _LEAST_NEIGHBOURS else np.zeros(1)
