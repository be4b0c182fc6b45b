"""What a self-test asks of a library, and what came out."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestOptions:
    """How much is tested."""

    tracks: int = 20
    """Tracks of the library that clips are cut from."""
    seed: int = 1
    """The same seed chooses the same tracks, places and noise, as long as the library stays."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long answers took, from the samples of the clip to the answer."""

    median_s: float
    p95_s: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConditionResult:
    """Clips of tracks that are in the library, treated alike."""

    condition: str
    clip_s: float
    asked: int
    recognised: int
    """The right track was named, at its place or, as loops allow, at another."""
    elsewhere: int
    """Of these, at another place."""
    misnamed: int
    """Only other tracks were named: an error, or another file with the same recording."""
    latency: Latency

    @property
    def recall(self) -> float:
        """Share of the clips whose track was named."""
        return self.recognised / self.asked if self.asked else 0.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ForeignResult:
    """Clips that nothing in the library should match."""

    kind: str
    meaning: str
    asked: int
    named: int
    """Something was named all the same."""
    latency: Latency


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Misnaming:
    """A clip for which another track was named; worth a look, it may be a copy."""

    origin: str
    """File that the clip was cut from."""
    named: str
    """File that was named."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestReport:
    """What came out."""

    seed: int
    tracks: int
    skipped: int
    """Tracks that could not be read, or with no audible place."""
    conditions: tuple[ConditionResult, ...]
    foreign: tuple[ForeignResult, ...]
    misnamings: tuple[Misnaming, ...]
    """At most the first twenty pairs."""
    is_good: bool
    verdict: str
    """A sentence."""
