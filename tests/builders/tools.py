"""Made-up results of backups and self-tests."""

import datetime

from audio_ident.model.backup import RestoreChange, RestoreOutcome, RestoreSummary
from audio_ident.model.selftest import (
    ConditionResult,
    ForeignResult,
    Latency,
    Misnaming,
    SelfTestReport,
)

LATENCY = Latency(median_s=0.02, p95_s=0.1)


def a_restore_summary(*, is_dry_run: bool = False) -> RestoreSummary:
    """A summary with one new entry and one that stays."""
    outcomes = (RestoreOutcome.ADDED, RestoreOutcome.SAME)
    return RestoreSummary(
        created_at=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        is_dry_run=is_dry_run,
        changes=tuple(
            RestoreChange(part="library_roots", name=f"/{outcome}", outcome=outcome)
            for outcome in outcomes
        ),
    )


def a_selftest_report(*, is_good: bool = True) -> SelfTestReport:
    """A report with one row of each kind."""
    return SelfTestReport(
        seed=1,
        tracks=4,
        skipped=1,
        conditions=(
            ConditionResult(
                condition="phone band",
                clip_s=5.0,
                asked=4,
                recognised=3,
                elsewhere=1,
                misnamed=1,
                latency=LATENCY,
            ),
        ),
        foreign=(ForeignResult(kind="backwards", meaning="no", asked=4, named=0, latency=LATENCY),),
        misnamings=(Misnaming(origin="/a.mp3", named="/b.mp3"),),
        is_good=is_good,
        verdict="the library works",
    )
