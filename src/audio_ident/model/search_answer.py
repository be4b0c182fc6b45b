"""The whole answer about a clip."""

import dataclasses
from collections.abc import Mapping

from audio_ident.model.answer import Verdict
from audio_ident.model.search import FoundTrack, LaneReport, Mode
from audio_ident.model.vibe import SimilarAnswer


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """What is known of a clip."""

    id: str
    mode_used: Mode
    """Without the lanes that do not exist here."""
    exact: tuple[FoundTrack, ...]
    vibe: SimilarAnswer | None
    """None when the lane has no answer."""
    lanes: Mapping[Mode, LaneReport]
    verdict: Verdict | None
    """None when nobody can say."""
    clip_s: float
    """How much was listened to."""
    is_truncated: bool
    """Whether the clip is longer than that."""
    elapsed_s: float
    """From the end of the upload to the answer."""
