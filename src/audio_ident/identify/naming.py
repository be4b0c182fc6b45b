"""Which tracks an answer speaks of: from recordings and times to files with tags."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Answer, Match, Verdict
from audio_ident.model.library import Track
from audio_ident.model.reports import IdentifiedMatch
from audio_ident.units import Ticks, seconds_to_ticks

TracksAt: TypeAlias = Callable[[AudioDigest, Ticks], tuple[Track, ...]]
"""Tracks that sound at a time of a recording, in every file that holds it."""


def name_matches(answer: Answer, tracks_at: TracksAt) -> tuple[IdentifiedMatch, ...]:
    """The matches of an answer, in their order, each with its tracks.

    Recordings that the library no longer shows are left out: a person hid their tracks, and the
    index has not forgotten them yet.
    """
    named = (
        IdentifiedMatch(match=match, tracks=tracks_at(match.digest, _middle_ticks(match)))
        for match in answer.matches
    )
    return tuple(match for match in named if match.tracks)


def verdict_of(answer: Answer, named: Sequence[IdentifiedMatch]) -> Verdict:
    """The verdict on what is left of the matches of an answer."""
    if len(named) == len(answer.matches):
        return answer.verdict
    if not named:
        return Verdict.NO_MATCH
    is_ambiguous = answer.verdict is Verdict.AMBIGUOUS and len(named) > 1
    return Verdict.AMBIGUOUS if is_ambiguous else Verdict.MATCH


def _middle_ticks(match: Match) -> Ticks:
    # The ends may lie a little outside of the track, or in its neighbour.
    span = match.recording_span
    return seconds_to_ticks((span.start_s + span.end_s) / 2)
