"""The lane of what sounds alike, in searches: what it needs of a worker, and how it ends."""

import dataclasses
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from audio_ident.errors import StoreProblem
from audio_ident.identify.vibe.clip_sound import ClipSound, ModelSound
from audio_ident.identify.vibe.similar import SimilarTracks
from audio_ident.model.analysis import AudioDigest, Fields
from audio_ident.model.search import LaneReport, LaneStatus, TrackSpan
from audio_ident.model.vectors import Space, SpaceId, WindowVectors
from audio_ident.model.vibe import Blend, SimilarAnswer, Sound, VibeWish
from audio_ident.refusals import NotListenedYet, ValidationFailed
from audio_ident.stores.sql.spaces import KnownSpace

ENOUGH = 0.98
"""Share of the recordings from which an answer is as good as whole."""

SILENT = "there is nothing but silence in the clip"
NOT_LISTENED = "the library has not been listened to for this yet; that happens after imports"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LanePlan:
    """What was decided when a search began, and is kept to."""

    space: Space | None
    """The space that answers; None when there is none."""
    timbre: Space | None
    model: str | None
    """The model that has to hear the clip."""

    @property
    def space_id(self) -> SpaceId | None:
        """Id of the space that answers."""
        return None if self.space is None else self.space.id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneQuestion:
    """What is looked for."""

    plan: LanePlan
    sound: ClipSound | None
    """How the clip sounds, unless stored windows are looked for."""
    track: TrackSpan | None
    """Stretch of a track whose stored windows are looked for."""
    left_out: Collection[AudioDigest]
    most: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaneTools:
    """Everything that the lane works with."""

    similar: SimilarTracks
    timbre_windows: Callable[[Space, Fields], WindowVectors]
    """Puts the description of a sound into a space of `timbre`."""
    has_recordings: Callable[[], bool]
    threads: ThreadPoolExecutor
    """Where searches of the index run, which may hang when its server does."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LaneAnswer:
    """How the lane ended."""

    report: LaneReport
    answer: SimilarAnswer | None = None
    exists: bool = True
    """Whether this library has the lane at all."""


class VibeLane:
    """Answers what sounds like a clip, or like a stretch of a track."""

    def __init__(self, tools: LaneTools) -> None:
        self._tools = tools

    def plan(self) -> LanePlan:
        """What a worker has to hear for this library as it is now; raises a `StoreProblem`."""
        active, timbre = self._tools.similar.spaces()
        model = None
        if active is not None and active.space.embedder != "timbre":
            model = str(active.space.parameters["name"])
        return LanePlan(space=_space(active), timbre=_space(timbre), model=model)

    def begin(self, question: LaneQuestion) -> "Future[LaneAnswer]":
        """Look for it in a thread of its own."""
        return self._tools.threads.submit(self._answer, question)

    def _answer(self, question: LaneQuestion) -> LaneAnswer:
        try:
            return self._asked(question)
        except StoreProblem as problem:  # its fact may name folders and servers
            return _ended(LaneStatus.FAILED, f"{problem.code}: {problem.remedy}")
        except NotListenedYet:
            return _ended(LaneStatus.DEGRADED, "the track has not been listened to for this yet")
        except ValidationFailed as refusal:
            return _ended(LaneStatus.EMPTY, refusal.fact)

    def _asked(self, question: LaneQuestion) -> LaneAnswer:
        plan = question.plan
        if plan.space is None:
            if self._tools.has_recordings():
                return LaneAnswer(report=_report(LaneStatus.SKIPPED, NOT_LISTENED), exists=False)
            return _ended(LaneStatus.EMPTY, "the library is empty")
        wish = VibeWish(max_results=question.most)
        if question.track is not None:
            blend = Blend(plus=(question.track,))
            return _told(self._tools.similar.similar_to_blend(blend, wish))
        if question.sound is None:
            return _ended(LaneStatus.FAILED, "nobody has heard how the clip sounds")
        sound, remark = self.placed(plan, question.sound)
        if not len(sound.windows.vectors):
            return _ended(LaneStatus.EMPTY, SILENT)
        return _told(self._tools.similar.similar_to_sound(sound, wish, question.left_out), remark)

    def placed(self, plan: LanePlan, heard: ClipSound) -> tuple[Sound, str | None]:
        """A clip in the space that answers, without its model in that of `timbre`, and why.

        Raises
        ------
        NotListenedYet
            There is no space yet.
        StoreProblem
            There is none but that of a model, which cannot be used.
        """
        timbre = None
        if plan.timbre is not None:
            timbre = self._tools.timbre_windows(plan.timbre, heard.descriptors)
            timbre = _within(timbre, heard.clip_s)
        by_model = heard.by_model
        if isinstance(by_model, ModelSound) and by_model.space == plan.space_id:
            windows = _within(by_model.windows, heard.clip_s)
            return Sound(space=by_model.space, windows=windows, timbre=timbre), None
        if plan.timbre is None or timbre is None:
            if isinstance(by_model, StoreProblem):
                raise by_model
            raise NotListenedYet("it is not known yet how tracks sound")
        sound = Sound(space=plan.timbre.id, windows=timbre, timbre=timbre)
        if plan.model is None:
            return sound, None
        why = (
            f"{by_model.code}: {by_model.remedy}"
            if isinstance(by_model, StoreProblem)
            else "the model was exchanged meanwhile"
        )
        return sound, f"answered with timbre instead of the model: {why}"


def _within(windows: WindowVectors, clip_s: float) -> WindowVectors:
    """Windows that end with the clip at the latest, as people count its time."""
    last_ms = np.uint32(round(1000 * clip_s))
    return dataclasses.replace(
        windows,
        start_ms=np.minimum(windows.start_ms, last_ms),
        end_ms=np.minimum(windows.end_ms, last_ms),
    )


def _space(known: KnownSpace | None) -> Space | None:
    return None if known is None else known.space


def _told(answer: SimilarAnswer, remark: str | None = None) -> LaneAnswer:
    remarks = [] if remark is None else [remark]
    if answer.coverage < ENOUGH:
        remarks.append(f"{100 * answer.coverage:.0f} % of the library can be compared so far")
    status = LaneStatus.OK if answer.tracks else LaneStatus.EMPTY
    if remarks:
        status = LaneStatus.DEGRADED
    return LaneAnswer(report=_report(status, "; ".join(remarks) or None), answer=answer)


def _ended(status: LaneStatus, reason: str) -> LaneAnswer:
    return LaneAnswer(report=_report(status, reason))


def _report(status: LaneStatus, reason: str | None) -> LaneReport:
    return LaneReport(status=status, reason=reason)
