"""What each part of a running service can do at this moment, found out without making anyone wait.

Every part has a probe. Probes run in threads of their own: one that hangs, as a look at a dead
network disk does, is itself an answer.
"""

import dataclasses
import enum
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from audio_ident.errors import AudioIdentError

FRESH_S = 3.0
"""How long what a probe found is told again."""

PATIENCE_S = 0.5
"""How long a report waits for probes that were just begun."""

HANG_S = 10.0
"""A probe that has not ended by then has failed."""

PROBES_AT_ONCE = 8


class State(enum.StrEnum):
    """How well a part works."""

    OK = "ok"
    LOADING = "loading"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a probe found. The texts are shown to everybody: no paths, addresses or names."""

    state: State = State.OK
    reason: str = ""
    remedy: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How one part is looked at."""

    name: str
    look: Callable[[], Condition]
    """May take its time, and may raise an `AudioIdentError`."""
    is_vital: bool = False
    """Whether the service cannot serve at all without the part."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The conditions of all parts."""

    state: State
    """`failed` or `loading` only when a vital part is; `degraded` when any other is not ok."""
    components: dict[str, Condition]

    @property
    def can_serve(self) -> bool:
        """Whether requests make sense."""
        return self.state in {State.OK, State.DEGRADED}


def failed(error: AudioIdentError) -> Condition:
    """The condition that an error tells of."""
    return Condition(state=State.FAILED, reason=error.meaning(), remedy=error.remedy)


class Readiness:
    """Reports about the parts that there are; safe to use from any thread.

    Parameters
    ----------
    probes
        Those of this moment: there are more once the library is open.
    monotonic_s
        A clock that never goes back.
    """

    def __init__(
        self, probes: Callable[[], Sequence[Probe]], monotonic_s: Callable[[], float]
    ) -> None:
        self._probes = probes
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._looks: dict[str, _Look] = {}
        self._pool = ThreadPoolExecutor(PROBES_AT_ONCE, thread_name_prefix="readiness")

    def report(self) -> Report:
        """The conditions of all parts, at most some seconds old."""
        probes = self._probes()
        with self._lock:
            begun = [self._begin(probe) for probe in probes]
        wait([look.future for look in begun], PATIENCE_S)
        with self._lock:
            now_s = self._monotonic_s()
            components = {
                probe.name: look.condition(now_s) for probe, look in zip(probes, begun, strict=True)
            }
        return Report(state=_overall(probes, components), components=components)

    def close(self) -> None:
        """Begin no more looks."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, probe: Probe) -> "_Look":
        """The look at a part that is under way, or was ended not long ago."""
        now_s = self._monotonic_s()
        last = self._looks.get(probe.name)
        if last is not None and (
            not last.future.done() or (now_s - last.begun_s < FRESH_S and last.probe is probe)
        ):
            return last
        known = (
            last.condition(now_s)
            if last is not None
            else Condition(state=State.LOADING, reason="It has not been looked at yet.")
        )
        look = _Look(probe, self._pool.submit(_look_at, probe), now_s, known)
        self._looks[probe.name] = look
        return look


@dataclasses.dataclass(frozen=True, slots=True)
class _Look:
    """One run of a probe."""

    probe: Probe
    future: "Future[Condition]"
    begun_s: float
    known: Condition
    """What was found before."""

    def condition(self, now_s: float) -> Condition:
        """What is to be told of the part."""
        if self.future.done():
            return self.future.result()
        if now_s - self.begun_s < HANG_S:
            return self.known
        return Condition(
            state=State.FAILED,
            reason="It does not answer.",
            remedy="Look whether a disk or a server that holds a part of the library hangs.",
        )


def _look_at(probe: Probe) -> Condition:
    try:
        return probe.look()
    except AudioIdentError as error:
        return failed(error)


def _overall(probes: Sequence[Probe], components: dict[str, Condition]) -> State:
    vital = {components[probe.name].state for probe in probes if probe.is_vital}
    for state in (State.FAILED, State.LOADING):
        if state in vital:
            return state
    all_ok = all(condition.state is State.OK for condition in components.values())
    return State.OK if all_ok else State.DEGRADED
