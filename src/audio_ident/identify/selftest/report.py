"""Counts the answers of a self-test and says in a sentence what they come to."""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from audio_ident.identify.selftest.conditions import CLEAN, CLIP_LENGTHS_S, CONDITIONS
from audio_ident.model.selftest import (
    ConditionResult,
    ForeignResult,
    Latency,
    Misnaming,
    SelfTestReport,
)

OFFSET_TOLERANCE_S = 0.25
"""Half of what a listener notices; the index itself is good for a few hundredths."""

LEAST_CLEAN_RECALL = 0.95
"""Of clean clips of 5 s and more. Below it something is wrong: the index, or most of the music is
of a kind that nobody tested, such as tones or speech."""

MISNAMINGS_SHOWN = 20

FOREIGN_MEANINGS = {
    "held out": "real music while its recording is hidden; a name is an error or a copy",
    "backwards": "the same clip from its end, which is in no library; a name is an error",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What was asked."""

    name: str
    clip_s: float
    is_foreign: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One clip and its answer."""

    kind: Kind
    origin: str
    is_named: bool
    """Whether anything was named."""
    offset_error_s: float | None
    """How far from the truth, None when the right track was not named."""
    named_instead: str | None
    """File of another track, when only others were named."""
    elapsed_s: float


def report_of(seed: int, tracks: int, skipped: int, asked: Sequence[Asked]) -> SelfTestReport:
    """The report on all answers."""
    conditions = tuple(
        _condition(condition.name, clip_s, asked)
        for condition in CONDITIONS
        for clip_s in CLIP_LENGTHS_S
    )
    foreign = tuple(_foreign(name, asked) for name in FOREIGN_MEANINGS)
    is_good = _is_good(conditions, foreign)
    return SelfTestReport(
        seed=seed,
        tracks=tracks,
        skipped=skipped,
        conditions=conditions,
        foreign=foreign,
        misnamings=tuple(_misnamings(asked))[:MISNAMINGS_SHOWN],
        is_good=is_good,
        verdict=_verdict(is_good, conditions, foreign),
    )


def _condition(name: str, clip_s: float, asked: Iterable[Asked]) -> ConditionResult:
    mine = [one for one in asked if one.kind == Kind(name=name, clip_s=clip_s)]
    errors_s = [one.offset_error_s for one in mine if one.offset_error_s is not None]
    return ConditionResult(
        condition=name,
        clip_s=clip_s,
        asked=len(mine),
        recognised=len(errors_s),
        elsewhere=sum(error_s > OFFSET_TOLERANCE_S for error_s in errors_s),
        misnamed=sum(one.is_named and one.offset_error_s is None for one in mine),
        latency=_latency(mine),
    )


def _foreign(name: str, asked: Iterable[Asked]) -> ForeignResult:
    mine = [one for one in asked if one.kind.is_foreign and one.kind.name == name]
    return ForeignResult(
        kind=name,
        meaning=FOREIGN_MEANINGS[name],
        asked=len(mine),
        named=sum(one.is_named for one in mine),
        latency=_latency(mine),
    )


def _latency(asked: Sequence[Asked]) -> Latency:
    if not asked:
        return Latency(median_s=0.0, p95_s=0.0)
    median_s, p95_s = np.quantile([one.elapsed_s for one in asked], (0.5, 0.95))
    return Latency(median_s=float(median_s), p95_s=float(p95_s))


def _misnamings(asked: Iterable[Asked]) -> list[Misnaming]:
    pairs = {(one.origin, one.named_instead) for one in asked if one.named_instead}
    return [Misnaming(origin=origin, named=str(named)) for origin, named in sorted(pairs)]


def _is_good(conditions: Sequence[ConditionResult], foreign: Sequence[ForeignResult]) -> bool:
    clean = [c for c in conditions if c.condition == CLEAN.name and c.clip_s >= 5]
    asked = sum(c.asked for c in clean)
    recognised = sum(c.recognised for c in clean)
    errors = sum(f.named for f in foreign if f.kind == "backwards")
    return asked > 0 and recognised >= LEAST_CLEAN_RECALL * asked and not errors


def _verdict(
    is_good: bool, conditions: Sequence[ConditionResult], foreign: Sequence[ForeignResult]
) -> str:
    asked, recognised = sum(c.asked for c in conditions), sum(c.recognised for c in conditions)
    named, strangers = sum(f.named for f in foreign), sum(f.asked for f in foreign)
    share = recognised / asked if asked else 0.0
    word = "works as it should" if is_good else "does NOT work as it should"
    return (
        f"the library {word}: {share:.1%} of {asked} degraded clips recognised,"
        f" {named} of {strangers} foreign clips named"
    )
