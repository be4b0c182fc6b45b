"""Names a clip that lies in a file: decode, compare with the index, look up the tracks."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from audio_ident.engines.clip import decode_clip
from audio_ident.engines.protocols import DecodeLimits, Decoder
from audio_ident.errors import IndexCorrupt
from audio_ident.identify.ask import usable_snapshot
from audio_ident.identify.exact import LONGEST_CLIP_S, identify
from audio_ident.identify.naming import TracksAt, name_matches, verdict_of
from audio_ident.identify.tracklist import TracklistFinder
from audio_ident.model.answer import Answer
from audio_ident.model.audio import Feed
from audio_ident.model.reports import IdentifiedClip
from audio_ident.model.segment import Snapshot
from audio_ident.stores.fingerprints.protocol import FingerprintReader


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IdentifyTools:
    """Everything that naming a clip works with."""

    decoder: Decoder
    limits: DecodeLimits
    """For whole recordings; of a clip only the first `LONGEST_CLIP_S` are decoded."""
    index: FingerprintReader
    has_recordings: Callable[[], bool]
    """Whether the catalogue knows any, so that there has to be an index."""
    tracks_at: TracksAt
    monotonic_s: Callable[[], float]


def identify_file(
    path: Path, tools: IdentifyTools, *, as_tracklist: bool = False
) -> IdentifiedClip:
    """Name the clip in a file; as a tracklist, every recording that is heard in it, in order.

    Raises
    ------
    FileProblem
        The file cannot be listened to.
    IndexCorrupt
        The index cannot be asked, which is never told as "no match".
    """
    started_s = tools.monotonic_s()
    snapshot = _get_snapshot(tools)
    answer_of = _hear_recording if as_tracklist else _hear_clip
    answer = answer_of(path, tools, snapshot)
    matches = name_matches(answer, tools.tracks_at)
    return IdentifiedClip(
        verdict=verdict_of(answer, matches),
        clip_duration_s=answer.clip_duration_s,
        matches=matches,
        elapsed_s=tools.monotonic_s() - started_s,
    )


def _get_snapshot(tools: IdentifyTools) -> Snapshot:
    snapshot = usable_snapshot(tools.index)
    if not snapshot.generation and tools.has_recordings():
        raise IndexCorrupt("the fingerprint index is missing")
    return snapshot


def _hear_clip(path: Path, tools: IdentifyTools, snapshot: Snapshot) -> Answer:
    limits = dataclasses.replace(tools.limits, first_s=LONGEST_CLIP_S)
    return identify(snapshot, decode_clip(tools.decoder, path, limits))


def _hear_recording(path: Path, tools: IdentifyTools, snapshot: Snapshot) -> Answer:
    finder = TracklistFinder(snapshot)
    tools.decoder.listen(path, {Feed.MONO_16K: finder.feed}, tools.limits)
    return finder.finish()
