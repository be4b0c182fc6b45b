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
    AudioIdentError,
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
from audio_ident.identify.ask import HeardClip, Question, ask_about_clip
from audio_ident.identify.found_tracks import TrackFinder
from audio_ident.identify.search_meter import SearchMeter
from audio_ident.identify.sought import Sought
from audio_ident.identify.vibe.lane import LaneAnswer, LanePlan, LaneQuestion, VibeLane
from audio_ident.model.answer import Verdict
from audio_ident.model.search import (
    FoundTrack,
    LaneReport,
    LaneStatus,
    Mode,
    SearchWish,
)
from audio_ident.model.search_answer import SearchAnswer
from audio_ident.refusals import (
    ClipTooShort,
    ClipUndecodable,
    RateLimited,
    RequestRefused,
    SearchTimeout,
    ServiceUnavailable,
)

VIBE_PATIENCE_S = 2.0
"""How long the answer of one lane waits for vectors, which take a tenth of that; who asks for what
sounds alike only waits until the deadline."""

NOT_ASKED = LaneReport(status=LaneStatus.SKIPPED, reason="not asked for")

_ANSWERED = frozenset({LaneStatus.OK, LaneStatus.EMPTY, LaneStatus.DEGRADED})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchTools:
    """Everything that searches work with."""

    pool: CrashProofExecutor
    finder: TrackFinder
    vibe: VibeLane
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
        """
        plan = None if wish.mode is Mode.EXACT else self._tools.vibe.plan()
        # stored windows say how a track sounds
        is_described = plan is not None and sought.track is None
        question = Question(
            path=sought.path,
            span=sought.span,
            own=None if sought.track is None else sought.track.digest,
            is_described=is_described,
            model=plan.model if plan is not None and is_described else None,
        )
        early = EarlyAnswer(self._tools.monotonic_s)
        try:
            call = self._tools.pool.try_submit(
                ask_about_clip,
                question,
                ends_at_s=received_at_s + self._tools.deadline_s,
                on_progress=early.take,
            )
        except PoolFull:
            raise self._refusal() from None
        return RunningSearch(
            tools=self._tools,
            meter=self.meter,
            call=call,
            early=early,
            plan=plan,
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


class EarlyAnswer:
    """What a worker reports before it goes on to describe the clip."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self.heard: HeardClip | None = None
        self.at_s: float | None = None

    def take(self, heard: HeardClip) -> None:
        """Keep it, with the moment."""
        self.heard, self.at_s = heard, self._monotonic_s()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunningSearch:
    """One search that was begun."""

    tools: SearchTools
    meter: SearchMeter
    call: PoolCall[HeardClip]
    early: EarlyAnswer
    plan: LanePlan | None
    """None when what sounds alike was not asked for."""
    sought: Sought
    wish: SearchWish
    received_at_s: float

    def withdraw(self) -> None:
        """End it: nobody waits for the answer any more."""
        self.call.withdraw()

    def answer(self) -> SearchAnswer:
        """Wait for the answer, for as long as the deadline allows.

        Each lane answers whether the other one does or not. Which recording it is, is found out
        in any case: what sounds alike is told without it.

        Raises
        ------
        UnsupportedFormat, ClipUndecodable, ClipTooShort
            The clip cannot be listened to.
        SearchTimeout, ServiceUnavailable
            No lane that was asked for answered; the details say why.
        Cancelled
            It was withdrawn.
        """
        heard, ending = self._hear()
        found, exact = self._exact(heard, ending)
        vibe = self._vibe(heard, ending, exact)
        if self.wish.mode is Mode.VIBE:
            found, exact = (), NOT_ASKED
        lanes = {Mode.EXACT: exact, Mode.VIBE: vibe.report}
        self.meter.count(lanes, self._elapsed_s())
        if not any(lane.status in _ANSWERED for lane in lanes.values()):
            raise _nothing_answered(lanes)
        is_whole = self.wish.mode is not Mode.BOTH or vibe.exists
        return SearchAnswer(
            id=self.tools.new_id(),
            mode_used=self.wish.mode if is_whole else Mode.EXACT,
            exact=found,
            vibe=vibe.answer,
            lanes=lanes,
            verdict=_verdict(heard, found, self.wish.mode),
            clip_s=0.0 if heard is None else heard.clip_s,
            is_truncated=heard is not None and heard.is_truncated,
            elapsed_s=self._elapsed_s(),
        )

    def _hear(self) -> tuple[HeardClip | None, LaneReport]:
        """What the worker heard, maybe not all of it, and how it ended."""
        try:
            return self.call.future.result(self._remaining_s()), LaneReport(status=LaneStatus.OK)
        except (TimeoutError, DecodeTimeout):
            self.call.withdraw()
            return self.early.heard, self._late()
        except CancelledError:
            raise Cancelled("the search was withdrawn") from None
        except StoreProblem as error:
            return self.early.heard, self._failed(error)
        except FileProblem as error:
            if self.early.heard is None:
                raise self._refusal_of(error) from error
            return self.early.heard, self._failed(error)

    def _exact(
        self, heard: HeardClip | None, ending: LaneReport
    ) -> tuple[tuple[FoundTrack, ...], LaneReport]:
        """The lane of the same recording."""
        if heard is None:
            return (), ending
        if isinstance(heard.exact, StoreProblem):
            return (), self._failed(heard.exact)
        if not heard.exact.generation and self.tools.has_recordings():
            return (), self._failed(IndexCorrupt("the fingerprint index is missing"))
        answers = [each for each in (heard.exact.own_answer, heard.exact.answer) if each]
        found = self.tools.finder.found(answers, self.sought.track, self.wish.max_results)
        status = LaneStatus.OK if found else LaneStatus.EMPTY
        return found, LaneReport(status=status, elapsed_s=self._elapsed_s(self.early.at_s))

    def _vibe(self, heard: HeardClip | None, ending: LaneReport, exact: LaneReport) -> LaneAnswer:
        """The lane of what sounds alike."""
        if self.plan is None:
            return LaneAnswer(report=NOT_ASKED)
        sound = None if heard is None else heard.sound
        if sound is None and self.sought.track is None:
            return LaneAnswer(report=dataclasses.replace(ending, elapsed_s=self._elapsed_s()))
        future = self.tools.vibe.begin(
            LaneQuestion(
                plan=self.plan,
                sound=sound,
                track=self.sought.stretch,
                left_out=frozenset() if heard is None else heard.recordings,
                most=self.wish.max_results,
            )
        )
        patience_s = self._remaining_s()
        if exact.status in _ANSWERED and self.wish.mode is Mode.BOTH:
            patience_s = min(patience_s, VIBE_PATIENCE_S)
        try:
            ended = future.result(patience_s)
        except TimeoutError:
            future.cancel()
            return LaneAnswer(report=self._late())
        report = ended.report
        if exact.status not in _ANSWERED and report.status is LaneStatus.OK:
            reason = "the recording itself may be among the answers: it could not be recognised"
            report = dataclasses.replace(report, status=LaneStatus.DEGRADED, reason=reason)
        report = dataclasses.replace(report, elapsed_s=self._elapsed_s())
        return dataclasses.replace(ended, report=report)

    def _late(self) -> LaneReport:
        reason = f"no answer within {min(self._elapsed_s(), self.tools.deadline_s):.1f} s"
        return LaneReport(status=LaneStatus.TIMEOUT, reason=reason, elapsed_s=self._elapsed_s())

    def _failed(self, error: AudioIdentError) -> LaneReport:
        reason = f"{error.code}: {error.remedy}"  # its fact may name folders of the server
        return LaneReport(status=LaneStatus.FAILED, reason=reason, elapsed_s=self._elapsed_s())

    def _refusal_of(self, error: FileProblem) -> Exception:
        if isinstance(error, UnsupportedFormat | VideoFile):
            return UnsupportedFormat(error.fact)
        if isinstance(error, AudioTooShort):
            return ClipTooShort(error.fact)
        if isinstance(error, FileUnreadable) and self.sought.track is not None:
            return NotFound("the file of the track cannot be read")
        return ClipUndecodable(error.fact, details={"code": error.code})

    def _elapsed_s(self, at_s: float | None = None) -> float:
        return (self.tools.monotonic_s() if at_s is None else at_s) - self.received_at_s

    def _remaining_s(self) -> float:
        return max(0.0, self.tools.deadline_s - self._elapsed_s())


def _verdict(heard: HeardClip | None, found: tuple[FoundTrack, ...], mode: Mode) -> Verdict | None:
    if heard is None or isinstance(heard.exact, StoreProblem):
        return None
    verdict = heard.exact.answer.verdict
    if verdict is Verdict.SILENCE or (verdict is Verdict.AMBIGUOUS and found):
        return verdict
    if mode is Mode.VIBE:  # whether it is in the library was not asked
        return None
    return Verdict.MATCH if found else Verdict.NO_MATCH


def _nothing_answered(lanes: dict[Mode, LaneReport]) -> RequestRefused:
    asked = {mode: lane for mode, lane in lanes.items() if lane is not NOT_ASKED}
    details = {
        "lanes": {
            mode.value: {"status": lane.status.value, "reason": lane.reason}
            for mode, lane in lanes.items()
        }
    }
    tried = [lane for lane in asked.values() if lane.status is not LaneStatus.SKIPPED]
    if tried and all(lane.status is LaneStatus.TIMEOUT for lane in tried):
        return SearchTimeout("no lane had an answer before the deadline", details=details)
    reasons = "; ".join(f"{mode.value}: {lane.reason}" for mode, lane in asked.items())
    fact = f"no lane that was asked for could answer ({reasons})"
    return ServiceUnavailable(fact, details=details)
