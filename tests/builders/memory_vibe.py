"""What sounds alike, as prepared answers, to stand behind the command line in tests."""

import dataclasses
from pathlib import Path
from typing import Any

from audio_ident.errors import AudioIdentError
from audio_ident.model.answer import Span
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixStep, MixWish, PathAnswer, PathStep
from audio_ident.model.vibe import Blend, LikeSpan, SimilarAnswer, SimilarTrack, VibeWish
from builders.browsing import START
from builders.reports import a_track
from builders.sounding import TIMBRE


def a_similar_track(**changes: Any) -> SimilarTrack:
    """A track that was found, with all reasons."""
    facts: dict[str, Any] = {
        "track": a_track(),
        "added_at": START,
        "likeness": 0.987,
        "cosine": 0.81234,
        "blocks": {"timbre": 0.9, "harmony": 0.2, "rhythm": 0.8},
        "agreeing": ("timbre", "rhythm"),
        "spans": (
            LikeSpan(
                query=Span(start_s=70.0, end_s=100.0),
                track=Span(start_s=35.0, end_s=65.5),
                cosine=0.95,
            ),
        ),
    }
    return SimilarTrack(**facts | changes)


def a_similar_answer(*found: SimilarTrack, coverage: float = 1.0) -> SimilarAnswer:
    """An answer of the space of timbre."""
    return SimilarAnswer(tracks=found, space=TIMBRE, coverage=coverage)


def a_path(*paths: str, wanted: int = 3) -> PathAnswer:
    """A path through files."""
    return PathAnswer(
        steps=tuple(
            PathStep(
                track=a_track(id=TrackId(f"t{number}"), path=path),
                added_at=START,
                progress=number / 10,
                cosine=0.7 if number else None,
            )
            for number, path in enumerate(paths)
        ),
        wanted=wanted,
    )


def a_mix(*paths: str, is_used_up: bool = False) -> MixAnswer:
    """A mix of files."""
    return MixAnswer(
        steps=tuple(
            MixStep(track=a_track(id=TrackId(f"t{n}"), path=path), added_at=START, cosine=0.5)
            for n, path in enumerate(paths)
        ),
        is_used_up=is_used_up,
    )


@dataclasses.dataclass(slots=True)
class MemoryVibe:
    """Gives prepared answers, and remembers what was asked."""

    answer: SimilarAnswer = dataclasses.field(default_factory=a_similar_answer)
    found_path: PathAnswer = dataclasses.field(default_factory=a_path)
    found_mix: MixAnswer = dataclasses.field(default_factory=a_mix)
    remark: str | None = None
    trouble: AudioIdentError | None = None
    asked: list[Any] = dataclasses.field(default_factory=list)

    def similar(self, blend: Blend, wish: VibeWish) -> SimilarAnswer:
        """The prepared answer."""
        self._note(blend, wish)
        return self.answer

    def similar_to_clip(self, clip: Path, wish: VibeWish) -> tuple[SimilarAnswer, str | None]:
        """The prepared answer and remark."""
        self._note(clip, wish)
        return self.answer, self.remark

    def path(self, start: TrackId, end: TrackId, steps: int) -> PathAnswer:
        """The prepared path."""
        self._note(start, end, steps)
        return self.found_path

    def mix(self, wish: MixWish) -> MixAnswer:
        """The prepared mix."""
        self._note(wish)
        return self.found_mix

    def _note(self, *asked: object) -> None:
        self.asked = list(asked)
        if self.trouble:
            raise self.trouble
