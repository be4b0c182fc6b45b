"""Why tracks are answered: which blocks of their sound agree, and which times match best."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from audio_ident.core.vibe.likeness import percentile
from audio_ident.core.vibe.reasons import agreeing_blocks, best_pairs, block_likeness
from audio_ident.identify.vibe.question import Part, VibeQuestion
from audio_ident.identify.vibe.ranking import Candidate
from audio_ident.model.answer import Span
from audio_ident.model.vectors import WindowVectors
from audio_ident.model.vibe import BLOCKS, LikeSpan

MOST_SPANS = 3
"""Times that are told of a track."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is told of an answer besides its track."""

    likeness: float | None
    blocks: Mapping[str, float]
    agreeing: tuple[str, ...]
    spans: tuple[LikeSpan, ...]


def evidence_of(
    question: VibeQuestion, candidate: Candidate, timbre: WindowVectors | None
) -> Evidence:
    """Why a candidate is like the question.

    Parameters
    ----------
    timbre
        Windows of the track in the space that reasons are told from; None if unknown.
    """
    blocks = _blocks(question.parts, timbre)
    return Evidence(
        likeness=_share(question, candidate.likeness),
        blocks=blocks,
        agreeing=agreeing_blocks(blocks) if blocks else (),
        spans=_spans(question.parts, candidate.windows),
    )


def _share(question: VibeQuestion, likeness: float) -> float | None:
    """Share of random pairs that are less alike; sentences are no part of any pair."""
    if not question.is_about_sound:
        return None
    found = percentile(question.space.likeness, likeness)
    return None if found is None else found / 100


def _blocks(parts: Sequence[Part], timbre: WindowVectors | None) -> Mapping[str, float]:
    """Mean over the parts whose blocks are known."""
    if timbre is None or not len(timbre.vectors):
        return {}
    known = [
        block_likeness(part.timbre.vectors, timbre.vectors)
        for part in parts
        if part.timbre is not None and len(part.timbre.vectors)
    ]
    if not known:
        return {}
    return {block: float(np.mean([each[block] for each in known])) for block in BLOCKS}


def _spans(parts: Sequence[Part], windows: WindowVectors) -> tuple[LikeSpan, ...]:
    found = [span for part in parts for span in _spans_of(part, windows)]
    found.sort(key=lambda span: (-span.cosine, span.track.start_s))
    return tuple(found[:MOST_SPANS])


def _spans_of(part: Part, windows: WindowVectors) -> Iterator[LikeSpan]:
    nowhere = np.zeros(len(part.vectors), np.uint32)
    sound = part.windows or WindowVectors(vectors=part.vectors, start_ms=nowhere, end_ms=nowhere)
    for pair in best_pairs(sound, windows, MOST_SPANS):
        yield LikeSpan(
            query=None
            if part.windows is None
            else Span(start_s=pair.query_start_ms / 1000, end_s=pair.query_end_ms / 1000),
            track=Span(start_s=pair.start_ms / 1000, end_s=pair.end_ms / 1000),
            cosine=pair.cosine,
            query_track=part.track_id,
        )
