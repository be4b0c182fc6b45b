"""`audio-ident selftest`."""

from typing import Annotated

import typer

from audio_ident.cli.documents import selftest_document
from audio_ident.cli.exits import ExitCode
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.selftest import Latency, SelfTestOptions, SelfTestReport

HowMany = Annotated[int, typer.Option("--tracks", min=1, max=10_000, help="Tracks to test with.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Chooses tracks, places and noise.")]

COLUMNS = ("CONDITION", "CLIP>", "ASKED>", "RECALL>", "ELSEWHERE>", "MISNAMED>", "MEDIAN>", "P95>")
FOREIGN_COLUMNS = ("FOREIGN", "ASKED>", "NAMED>", "MEDIAN>", "P95>", "MEANING")


def selftest(
    context: typer.Context, how_many: HowMany = 20, seed: Seed = 1, as_json: AsJson = False
) -> None:
    """Degrade clips of your own tracks and see whether they are recognised; reads only."""
    with command(context, as_json=as_json) as output:
        options = SelfTestOptions(tracks=how_many, seed=seed)
        with library(context) as application, output.progress("self-test") as advance:
            report = application.selftest(options, lambda done, total: advance(done, total, ""))
        if output.form is Form.JSON:
            output.document(selftest_document(report))
        else:
            _show(output, report)
        raise typer.Exit(ExitCode.OK if report.is_good else ExitCode.FAILED)


def _show(output: Output, report: SelfTestReport) -> None:
    rows = [
        (
            result.condition,
            f"{result.clip_s:g} s",
            str(result.asked),
            f"{result.recall:.0%}",
            str(result.elsewhere),
            str(result.misnamed),
            *_times(result.latency),
        )
        for result in report.conditions
    ]
    output.table(COLUMNS, rows)
    output.text("")
    foreign = [
        (f.kind, str(f.asked), str(f.named), *_times(f.latency), f.meaning) for f in report.foreign
    ]
    output.table(FOREIGN_COLUMNS, foreign)
    for pair in report.misnamings:
        output.text(f"other track named: {pair.origin} -> {pair.named}")
    output.text("")
    output.text(report.verdict)


def _times(latency: Latency) -> tuple[str, str]:
    return f"{1000 * latency.median_s:.0f} ms", f"{1000 * latency.p95_s:.0f} ms"
