"""Each lane of a search answers without the other one."""

import dataclasses
import functools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.engines.pool_call import PoolCall
from audio_ident.errors import DecodeTimeout, IndexCorrupt, StoreProblem, WorkerCrashed
from audio_ident.identify.ask import Heard, HeardClip
from audio_ident.identify.found_tracks import TrackFinder
from audio_ident.identify.search import EarlyAnswer, RunningSearch, SearchTools
from audio_ident.identify.search_meter import SearchMeter
from audio_ident.identify.sought import Sought
from audio_ident.identify.vibe.clip_sound import ClipSound
from audio_ident.identify.vibe.lane import LaneTools, VibeLane
from audio_ident.identify.vibe.similar import SimilarTracks, VibeTools
from audio_ident.library.tracks import find_tracks_at
from audio_ident.model.analysis import AudioDigest, Fields
from audio_ident.model.answer import Answer, Match, Span, Verdict
from audio_ident.model.search import LaneStatus, Mode, SearchWish
from audio_ident.model.search_answer import SearchAnswer
from audio_ident.model.vectors import Space, SpaceId, WindowVectors
from audio_ident.refusals import SearchTimeout, ServiceUnavailable
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.vibe_errors import ModelMissing, VectorsUnreachable
from builders.browsing import track_name
from builders.recordings import digest_of
from builders.sounding import (
    WORDS,
    Soundscape,
    between,
    direction,
    sentence,
    soundscape,
    windows_around,
)

DEADLINE_S = 1.0
"""Reached by what hangs in a test, never by what does not: those are told otherwise."""


@pytest.fixture
def scape(tmp_path: Path) -> Iterator[Soundscape]:
    """Track 1 is nearest to track 0, and track 2 comes next."""
    with soundscape(tmp_path) as made:
        for number in range(3):
            made.add(number, between(direction(0), direction(1), number / 4))
        yield made


def heard_clip(
    exact: Heard | StoreProblem | None = None, *, is_silent: bool = False, **sound: Any
) -> HeardClip:
    """What a worker says of a clip of track 0."""
    windows = 0 if is_silent else 1
    fields: Fields = {"descriptors": np.zeros((windows, len(DIMENSIONS)), np.float32)}
    described = ClipSound(clip_s=5.0, descriptors=fields, **sound)
    return HeardClip(clip_s=5.0, is_truncated=False, exact=exact or recognised(), sound=described)


def recognised() -> Heard:
    """Track 0, and no doubt about it."""
    span = Span(start_s=0.0, end_s=5.0)
    match = Match(
        digest=digest_of(0),
        confidence=0.99,
        offset_s=0.0,
        query_span=span,
        recording_span=span,
        gaps=(),
        coverage=1.0,
        speed_factor=1.0,
        pitch_factor=1.0,
        aligned_landmarks=100,
        expected_by_chance=0.1,
        score=100.0,
    )
    answer = Answer(
        verdict=Verdict.MATCH, matches=(match,), clip_duration_s=5.0, hypotheses_tried=1
    )
    return Heard(answer=answer, own_answer=None, generation=1)


def searching(
    scape: Soundscape,
    outcome: HeardClip | Exception,
    *,
    reader: VectorReader | None = None,
    reported: HeardClip | None = None,
    mode: Mode = Mode.BOTH,
    coverage: float = 1.0,
) -> SearchAnswer:
    """The answer of a search whose worker ends in some way, maybe after a report."""
    with ThreadPoolExecutor(1) as threads:
        lane = VibeLane(
            LaneTools(
                similar=_similar(scape, reader, coverage),
                timbre_windows=_windows_of_track_0,
                has_recordings=lambda: True,
                threads=threads,
            )
        )
        ticks = iter(np.arange(1000) / 1000)
        tools = SearchTools(
            pool=None,  # type: ignore[arg-type]  # the worker has ended already
            finder=TrackFinder(
                catalogue=scape.catalogue,
                tracks_at=functools.partial(find_tracks_at, scape.catalogue),
            ),
            vibe=lane,
            has_recordings=lambda: True,
            monotonic_s=lambda: float(next(ticks)),
            new_id=lambda: "1",
            deadline_s=DEADLINE_S,
            workers=1,
        )
        call: PoolCall[HeardClip] = PoolCall(b"", timeout_s=None)
        early = EarlyAnswer(tools.monotonic_s)
        if reported is not None:
            early.take(reported)
        if isinstance(outcome, Exception):
            call.future.set_exception(outcome)
        else:
            call.future.set_result(outcome)
        return RunningSearch(
            tools=tools,
            meter=SearchMeter(),
            call=call,
            early=early,
            plan=None if mode is Mode.EXACT else lane.plan(),
            sought=Sought(path=Path("clip")),
            wish=SearchWish(mode=mode),
            received_at_s=0.0,
        ).answer()


def _similar(scape: Soundscape, reader: VectorReader | None, coverage: float) -> SimilarTracks:
    return SimilarTracks(
        VibeTools(
            catalogue=scape.catalogue,
            reader=reader or scape.index,
            coverage=lambda _: coverage,
            text_vector=sentence,
            most_per_artist=10,
        )
    )


def _windows_of_track_0(space: Space, fields: Fields) -> WindowVectors:
    """As if track 0 had been heard, or nothing in silence."""
    del space
    return windows_around(direction(0), len(np.asarray(fields["descriptors"])))


def told(answer: SearchAnswer) -> tuple[list[str], list[str], list[LaneStatus]]:
    """Recognised tracks, tracks that sound alike, and how the two lanes ended."""
    vibe = () if answer.vibe is None else answer.vibe.tracks
    return (
        [found.track.id for found in answer.exact],
        [found.track.id for found in vibe],
        [answer.lanes[lane].status for lane in (Mode.EXACT, Mode.VIBE)],
    )


OK, TIMEOUT, FAILED = LaneStatus.OK, LaneStatus.TIMEOUT, LaneStatus.FAILED


def test_both_lanes_answer_from_one_clip(scape: Soundscape) -> None:
    """What was recognised does not sound like itself."""
    answer = searching(scape, heard_clip())

    assert told(answer) == ([track_name(0)], [track_name(1), track_name(2)], [OK, OK])
    assert (answer.mode_used, answer.verdict) == (Mode.BOTH, Verdict.MATCH)


def test_in_its_own_mode_the_other_lane_keeps_its_answer_to_itself(scape: Soundscape) -> None:
    """And yet the recording is left out."""
    answer = searching(scape, heard_clip(), mode=Mode.VIBE)

    assert told(answer) == ([], [track_name(1), track_name(2)], [LaneStatus.SKIPPED, OK])


@pytest.mark.parametrize(
    ("ending", "status"), [(DecodeTimeout("late"), TIMEOUT), (WorkerCrashed("gone"), FAILED)]
)
def test_a_worker_that_ends_while_it_describes_costs_one_lane(
    scape: Soundscape, ending: Exception, status: LaneStatus
) -> None:
    """What it reported before is answered."""
    answer = searching(scape, ending, reported=dataclasses.replace(heard_clip(), sound=None))

    assert told(answer) == ([track_name(0)], [], [OK, status])
    assert answer.lanes[Mode.VIBE].reason


def test_a_store_that_hangs_costs_one_lane(scape: Soundscape) -> None:
    """It is waited for until the deadline and no longer."""
    index = Hanging(scape.index)
    try:
        answer = _hung(scape, index)
    finally:
        index.may_go_on.set()

    assert told(answer) == ([track_name(0)], [], [OK, TIMEOUT])


def _hung(scape: Soundscape, index: "Hanging") -> SearchAnswer:
    """The answer of a search over an index that is let go once it was given."""
    threading.Timer(4 * DEADLINE_S, index.may_go_on.set).start()
    return searching(scape, heard_clip(), reader=index)


def test_an_outage_of_the_store_costs_one_lane(scape: Soundscape) -> None:
    """With code and remedy, and nothing of what the error told of the server."""
    answer = searching(scape, heard_clip(), reader=Away())

    assert told(answer) == ([track_name(0)], [], [OK, FAILED])
    assert answer.lanes[Mode.VIBE].reason == f"VECTORS_UNREACHABLE: {VectorsUnreachable.remedy}"


def test_an_outage_of_the_other_index_degrades_this_lane(scape: Soundscape) -> None:
    """It answers, and the recording itself may be among the answers."""
    answer = searching(scape, heard_clip(IndexCorrupt("damaged")))

    assert told(answer)[1:] == (
        [track_name(0), track_name(1), track_name(2)],
        [FAILED, LaneStatus.DEGRADED],
    )
    assert answer.verdict is None


def test_when_no_lane_answers_the_search_has_failed(scape: Soundscape) -> None:
    """As late when all were late, else as unavailable."""
    with pytest.raises(SearchTimeout):
        searching(scape, DecodeTimeout("late"))
    with pytest.raises(ServiceUnavailable):
        searching(scape, heard_clip(IndexCorrupt("damaged")), reader=Away())


def test_silence_is_empty_with_a_reason(scape: Soundscape) -> None:
    """Nothing sounds like it."""
    answer = searching(scape, heard_clip(is_silent=True), mode=Mode.VIBE)

    assert answer.lanes[Mode.VIBE].status is LaneStatus.EMPTY
    assert "silence" in (answer.lanes[Mode.VIBE].reason or "")


def test_a_space_that_is_half_filled_degrades_the_lane(scape: Soundscape) -> None:
    """The share is told, and what there is answers."""
    answer = searching(scape, heard_clip(), coverage=0.5)

    assert told(answer)[1:] == ([track_name(1), track_name(2)], [OK, LaneStatus.DEGRADED])
    assert "50 %" in (answer.lanes[Mode.VIBE].reason or "")


def test_without_its_model_timbre_answers(scape: Soundscape) -> None:
    """And the lane says what to do."""
    scape.know(WORDS)
    answer = searching(scape, heard_clip(by_model=ModelMissing("there is none")))

    assert told(answer)[1:] == ([track_name(1), track_name(2)], [OK, LaneStatus.DEGRADED])
    assert "MODEL_MISSING" in (answer.lanes[Mode.VIBE].reason or "")


class Away(ExactVectorIndex):
    """An index on a server that does not answer."""

    def windows_of(
        self, space_id: SpaceId, digests: Collection[AudioDigest]
    ) -> Mapping[AudioDigest, WindowVectors]:
        """Nobody answers."""
        raise VectorsUnreachable(f"https://secret.example: {len(digests)} in {space_id}")

    def search(self, *asked: Any, **how: Any) -> Any:
        """Nobody answers."""
        raise VectorsUnreachable(f"https://secret.example: {asked} {how}")


class Hanging:
    """An index that answers nothing until it may."""

    name = "hanging"

    def __init__(self, index: ExactVectorIndex) -> None:
        self._index = index
        self.may_go_on = threading.Event()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def answered_later(*asked: Any, **how: Any) -> Any:
            self.may_go_on.wait(60)
            return getattr(self._index, name)(*asked, **how)

        return answered_later
