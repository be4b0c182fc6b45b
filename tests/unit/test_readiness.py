"""Probes are asked without waiting for those that hang."""

import threading
from collections.abc import Iterator

import pytest

from audio_ident.errors import IndexCorrupt
from audio_ident.library.readiness import (
    FRESH_S,
    HANG_S,
    Condition,
    Probe,
    Readiness,
    Report,
    State,
)


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """The time that was set."""
        return self.now_s


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What a hanging probe waits for; set at the end at the latest."""
    event = threading.Event()
    yield event
    event.set()


def report_of(*probes: Probe) -> Report:
    """One report about some parts."""
    readiness = Readiness(lambda: probes, Watch())
    try:
        return readiness.report()
    finally:
        readiness.close()


def ok(name: str, *, is_vital: bool = False) -> Probe:
    """A part that works."""
    return Probe(name=name, look=Condition, is_vital=is_vital)


def broken(name: str, *, is_vital: bool = False) -> Probe:
    """A part that does not."""

    def look() -> Condition:
        raise IndexCorrupt("/home/ada/index/1.seg fails its checksum")

    return Probe(name=name, look=look, is_vital=is_vital)


@pytest.mark.parametrize(
    ("probes", "state"),
    [
        ((ok("a", is_vital=True), ok("b")), State.OK),
        ((ok("a", is_vital=True), broken("b")), State.DEGRADED),
        ((broken("a", is_vital=True), ok("b")), State.FAILED),
        ((), State.OK),
    ],
)
def test_only_vital_parts_stop_the_service(probes: tuple[Probe, ...], state: State) -> None:
    """Without the others it serves what it can."""
    report = report_of(*probes)

    assert report.state is state
    assert report.can_serve == (state is not State.FAILED)


def test_an_error_is_told_without_its_places() -> None:
    """Reason and remedy are those of the code."""
    condition = report_of(broken("index")).components["index"]

    assert condition.state is State.FAILED
    assert "/home" not in condition.reason
    assert "rebuild" in condition.remedy


def test_a_look_is_told_again_for_some_seconds() -> None:
    """Probes run at most once in that time, however many ask."""
    watch = Watch()
    looks: list[float] = []

    def look() -> Condition:
        looks.append(watch.now_s)
        return Condition()

    probe = Probe(name="a", look=look)
    readiness = Readiness(lambda: (probe,), watch)
    for now_s in (0.0, FRESH_S / 2, FRESH_S, FRESH_S * 1.5):
        watch.now_s = now_s
        readiness.report()
    readiness.close()

    assert looks == [0.0, FRESH_S]


def test_a_probe_that_hangs_is_loading_then_failed_then_whatever_it_finds(
    release: threading.Event,
) -> None:
    """Nobody waits for it, and its part recovers when it ends."""
    watch = Watch()

    def look() -> Condition:
        release.wait()
        return Condition()

    probe = Probe(name="disk", look=look, is_vital=True)
    readiness = Readiness(lambda: (probe,), watch)
    states = [readiness.report().state]
    watch.now_s = HANG_S
    states.append(readiness.report().state)
    release.set()
    for _ in range(100):
        report = readiness.report()
        if report.state is State.OK:
            break
    readiness.close()

    assert states == [State.LOADING, State.FAILED]
    assert report.state is State.OK
