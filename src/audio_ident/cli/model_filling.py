"""`audio-ident models fill` and `audio-ident models refit`."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.interrupt import gentle_interrupt
from audio_ident.cli.render import Document, Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.filling import FillProgress, FillSummary, SpaceCoverage

Shipped = Annotated[
    bool, typer.Option("--shipped", help="Go back to the scaling that comes with the program.")
]


def fill(context: typer.Context, as_json: AsJson = False) -> None:
    """Let the chosen model listen to whatever it has not heard; `timbre` needs no listening.

    A running service does the same while nothing is imported. Ctrl-C keeps everything done so far;
    the same command continues later.
    """
    with command(context, as_json=as_json) as output, library(context) as application:
        vectors = application.vectors
        summary = _run(output, vectors.fill)
        _tell(output, summary, vectors.coverage())
        raise typer.Exit(_exit_code(summary))


def refit(context: typer.Context, is_shipped: Shipped = False, as_json: AsJson = False) -> None:
    """Fit `timbre` to this library, as a new version; the one before answers until it is filled."""
    with command(context, as_json=as_json) as output, library(context) as application:
        vectors = application.vectors

        def work(
            on_progress: Callable[[FillProgress], None], should_stop: Callable[[], bool]
        ) -> FillSummary:
            return vectors.refit(on_progress, should_stop, is_shipped=is_shipped)

        summary = _run(output, work)
        _tell(output, summary, vectors.coverage())
        raise typer.Exit(_exit_code(summary))


def coverage_document(coverage: SpaceCoverage) -> Document:
    """How a space stands, as JSON."""
    return {
        "id": coverage.space.id,
        "embedder": coverage.space.embedder,
        "model": coverage.space.model,
        "revision": coverage.space.revision,
        "is_wanted": coverage.is_wanted,
        "is_active": coverage.is_active,
        "recordings": coverage.covered,
        "recordings_wanted": coverage.wanted,
        "failures": dict(coverage.failures),
    }


def show_coverage(output: Output, found: Sequence[SpaceCoverage]) -> None:
    """How all spaces stand, as a table."""
    rows = [
        (
            coverage.space.id,
            _state(coverage),
            f"{coverage.covered} of {coverage.wanted}",
            ", ".join(f"{count} {code}" for code, count in coverage.failures.items()),
        )
        for coverage in found
    ]
    output.table(("SPACE", "STATE", "RECORDINGS>", "FAILED"), rows)


def _state(coverage: SpaceCoverage) -> str:
    if coverage.is_active:
        return "answers" if coverage.is_wanted else "answers until another one is filled"
    return "is being filled" if coverage.is_wanted else "rests"


def _run(
    output: Output,
    work: Callable[[Callable[[FillProgress], None], Callable[[], bool]], FillSummary],
) -> FillSummary:
    with (
        gentle_interrupt(lambda: output.note("finishing what is at hand ...")) as stopped,
        output.progress("fill") as advance,
    ):
        return work(lambda told: advance(told.done, told.total, told.space_id), stopped)


def _tell(output: Output, summary: FillSummary, found: Sequence[SpaceCoverage]) -> None:
    if output.form is Form.JSON:
        output.document(
            {
                "put": {space.space_id: space.put for space in summary.spaces},
                "failed": {space.space_id: space.failed for space in summary.spaces},
                "described": summary.described,
                "deleted": summary.deleted,
                "is_complete": summary.is_complete,
                "spaces": [coverage_document(coverage) for coverage in found],
            }
        )
        return
    show_coverage(output, found)
    if not summary.is_complete:
        output.note("interrupted; the same command continues")


def _exit_code(summary: FillSummary) -> ExitCode:
    if not summary.is_complete:
        return ExitCode.INTERRUPTED
    put = sum(space.put for space in summary.spaces)
    return exit_code_of_files(put, sum(space.failed for space in summary.spaces))
