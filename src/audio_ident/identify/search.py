"""Searches: one deadline from the end of an upload to the answer, lanes that say how they ended.

A search is begun and then answered, so that whoever asks can take it back in between. Whatever
listens past the deadline is a process, and is ended.
"""

import dataclasses
from collections.abc import Callable
from concurrent.futures import CancelledError

from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.pool_call import PoolCall, PoolFull
from audio_ident.errors import (
    AudioTooShort,
    Cancelled,
    DecodeTimeout,
    FileProblem,
    FileUnreadable,
    IndexCorrupt,
    NotFound,
    StoreProblem,
    UnsupportedFormat,
    VideoFile,
)
from audio_ident.identify.ask import Heard, Question, ask_about_clip
from audio_ident.identify.found_tracks import TrackFinder
from audio_ident.identify.search_meter import SearchMeter
from audio_ident.identify.sought import Sought
from audio_ident.model.answer import Verdict
from audio_ident.model.search import (
    FoundTrack,
    LaneReport,
    LaneStatus,
    Mode,
    SearchAnswer,
    SearchWish,
)
from audio_ident.refusals import (
    ClipTooShort,
    ClipUndecodable,
    RateLimited,
    RequestRefused,
    SearchTimeout,
    ServiceUnavailable,
)

NO_VIBE = LaneReport(
    status=LaneStatus.SKIPPED,
    reason="this version does not search for what sounds alike; ask with mode=exact",
)
NOT_ASKED = LaneReport(status=LaneStatus.SKIPPED, reason="not asked for")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchTools:
    """Everything that searches work with."""

    pool: CrashProofExecutor
    finder: TrackFinder
    has_recordings: Callable[[], bool]
    """Whether the catalogue knows any, so that there has to be an index."""
    monotonic_s: Callable[[], float]
    new_id: Callable[[], str]
    deadline_s: float
    """From the end of an upload to its answer."""
    workers: int


class ClipSearch:
    """Searches of one service; safe to use from any thread."""

    def __init__(self, tools: SearchTools) -> None:
        self._tools = tools
        self.meter = SearchMeter()

    @property
    def open_searches(self) -> int:
        """Searches that wait for a worker or have one."""
        return self._tools.pool.open_calls

    @property
    def living_workers(self) -> int:
        """Workers that listen or could."""
        return self._tools.pool.living_workers

    def now_s(self) -> float:
        """The moment by which deadlines are counted."""
        return self._tools.monotonic_s()

    def refuse_if_busy(self) -> None:
        """Raise `RateLimited` when a search would not even be queued."""
        if self._tools.pool.is_full:
            raise self._refusal()

    def begin(self, sought: Sought, wish: SearchWish, received_at_s: float) -> "RunningSearch":
        """Have a clip listened to.

        Parameters
        ----------
        received_at_s
            When the upload ended, by `now_s`.

        Raises
        ------
        RateLimited
            As many searches wait as may.
        ServiceUnavailable
            No lane that was asked for exists.
        """
        if wish.mode is Mode.VIBE:
            raise _unavailable({Mode.EXACT: NOT_ASKED, Mode.VIBE: NO_VIBE})
        own = None if sought.track is None else sought.track.digest
        question = Question(path=sought.path, span=sought.span, own=own)
        ends_at_s = received_at_s + self._tools.deadline_s
        try:
            call = self._tools.pool.try_submit(ask_about_clip, question, ends_at_s=ends_at_s)
        except PoolFull:
            raise self._refusal() from None
        return RunningSearch(
            tools=self._tools,
            meter=self.meter,
            call=call,
            sought=sought,
            wish=wish,
            received_at_s=received_at_s,
        )

    def _refusal(self) -> RateLimited:
        self.meter.count_refusal()
        mean_s = self.meter.tally().recent_mean_s
        return RateLimited(
            "as many clips wait for an answer as may",
            details={"waiting": self.open_searches},
            retry_after_s=max(1.0, mean_s * self.open_searches / self._tools.workers),
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunningSearch:
    """One search that was begun."""

    tools: SearchTools
    meter: SearchMeter
    call: PoolCall[Heard]
    sought: Sought
    wish: SearchWish
    received_at_s: float

    def withdraw(self) -> None:
        """End it: nobody waits for the answer any more."""
        self.call.withdraw()

    def answer(self) -> SearchAnswer:
        """Wait for the answer, for as long as the deadline allows.

        Raises
        ------
        UnsupportedFormat, ClipUndecodable, ClipTooShort
            The clip cannot be listened to.
        SearchTimeout, ServiceUnavailable
            No lane answered; the details say why.
        Cancelled
            It was withdrawn.
        """
        heard, lane = self._hear()
        found: tuple[FoundTrack, ...] = ()
        if heard is not None:
            found = self._found(heard)
            status = LaneStatus.OK if found else LaneStatus.EMPTY
            lane = LaneReport(status=status, elapsed_s=self._elapsed_s())
        self.meter.count(lane.status, self._elapsed_s())
        lanes = {
            Mode.EXACT: lane,
            Mode.VIBE: NO_VIBE if self.wish.mode is Mode.BOTH else NOT_ASKED,
        }
        if heard is None:
            late = lane.status is LaneStatus.TIMEOUT
            raise _too_late(lanes) if late else _unavailable(lanes)
        return SearchAnswer(
            id=self.tools.new_id(),
            mode_used=Mode.EXACT,
            exact=found,
            lanes=lanes,
            verdict=_verdict(heard.answer.verdict, found),
            clip_s=heard.answer.clip_duration_s,
            is_truncated=heard.is_truncated,
            elapsed_s=self._elapsed_s(),
        )

    def _hear(self) -> tuple[Heard | None, LaneReport]:
        """What the worker heard, or how the lane ended without."""
        try:
            heard = self.call.future.result(self._remaining_s())
            if not heard.generation and self.tools.has_recordings():
                raise IndexCorrupt("the fingerprint index is missing")
        except (TimeoutError, DecodeTimeout):
            self.call.withdraw()
            reason = f"no answer within {self.tools.deadline_s:g} s"
            return None, self._ended(LaneStatus.TIMEOUT, reason)
        except CancelledError:
            raise Cancelled("the search was withdrawn") from None
        except StoreProblem as error:  # its fact may name folders of the server
            return None, self._ended(LaneStatus.FAILED, f"{error.code}: {error.remedy}")
        except FileProblem as error:
            raise self._refusal_of(error) from error
        return heard, LaneReport(status=LaneStatus.OK)

    def _ended(self, status: LaneStatus, reason: str) -> LaneReport:
        return LaneReport(status=status, reason=reason, elapsed_s=self._elapsed_s())

    def _found(self, heard: Heard) -> tuple[FoundTrack, ...]:
        answers = [each for each in (heard.own_answer, heard.answer) if each is not None]
        return self.tools.finder.found(answers, self.sought.track, self.wish.max_results)

    def _refusal_of(self, error: FileProblem) -> Exception:
        if isinstance(error, UnsupportedFormat | VideoFile):
            return UnsupportedFormat(error.fact)
        if isinstance(error, AudioTooShort):
            return ClipTooShort(error.fact)
        if isinstance(error, FileUnreadable) and self.sought.track is not None:
            return NotFound("the file of the track cannot be read")
        return ClipUndecodable(error.fact, details={"code": error.code})

    def _elapsed_s(self) -> float:
        return self.tools.monotonic_s() - self.received_at_s

    def _remaining_s(self) -> float:
        return max(0.0, self.tools.deadline_s - self._elapsed_s())


def _verdict(heard: Verdict, found: tuple[FoundTrack, ...]) -> Verdict:
    if heard is Verdict.SILENCE or (heard is Verdict.AMBIGUOUS and found):
        return heard
    return Verdict.MATCH if found else Verdict.NO_MATCH


def _too_late(lanes: dict[Mode, LaneReport]) -> RequestRefused:
    return SearchTimeout("no lane had an answer before the deadline", details=_told(lanes))


def _unavailable(lanes: dict[Mode, LaneReport]) -> RequestRefused:
    reasons = "; ".join(
        f"{mode.value}: {lane.reason}" for mode, lane in lanes.items() if lane is not NOT_ASKED
    )
    fact = f"no lane that was asked for could answer ({reasons})"
    return ServiceUnavailable(fact, details=_told(lanes))


def _told(lanes: dict[Mode, LaneReport]) -> dict[str, dict[str, dict[str, str | None]]]:
    return {
        "lanes": {
            mode.value: {"status": lane.status.value, "reason": lane.reason}
            for mode, lane in lanes.items()
        }
    }
