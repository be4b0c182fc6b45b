"""`audio-ident identify`."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated

import typer

from audio_ident.cli.application import Application
from audio_ident.cli.documents import clip_document, failed_clip_document
from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.names import artist_and_title
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, AsJsonLines, command, library, settings_of
from audio_ident.errors import FileProblem, LimitExceeded
from audio_ident.model.answer import Verdict
from audio_ident.model.reports import FileFailure, IdentifiedClip, IdentifiedMatch

STDIN = "-"
"""Stands for audio bytes on standard input."""

COPY_BYTES = 1 << 20

COLUMNS = ("CLIP", "ANSWER", "OFFSET>", "CONFIDENCE>", "IN CLIP>", "SPEED>")

Sources = Annotated[
    list[str], typer.Argument(metavar="FILE|-", help="Clips; - reads one from standard input.")
]
AsTracklist = Annotated[
    bool, typer.Option("--tracklist", help="Name every track of a long recording, in order.")
]


def identify(
    context: typer.Context,
    sources: Sources,
    as_tracklist: AsTracklist = False,
    as_json: AsJson = False,
    as_lines: AsJsonLines = False,
) -> None:
    """Name clips: which track, where in it, how sure, or plainly that it is not in the library."""
    with command(context, as_json=as_json, as_lines=as_lines) as output:
        limit_bytes = settings_of(context).settings.max_file_bytes
        results: list[tuple[str, IdentifiedClip | FileFailure]] = []
        with library(context) as application:
            for source in sources:
                result = _identify_one(application, source, as_tracklist, limit_bytes)
                results.append((source, result))
                _show_at_once(output, source, result)
        _show_together(output, results)
        raise typer.Exit(_exit_code([result for _, result in results]))


def _identify_one(
    application: Application, source: str, as_tracklist: bool, limit_bytes: int
) -> IdentifiedClip | FileFailure:
    try:
        with _readable(source, limit_bytes) as path:
            return application.identify(path, as_tracklist=as_tracklist)
    except FileProblem as problem:
        return FileFailure(path=source, code=problem.code, fact=problem.fact, remedy=problem.remedy)


@contextlib.contextmanager
def _readable(source: str, limit_bytes: int) -> Iterator[Path]:
    if source != STDIN:
        yield Path(source).absolute()
        return
    # some containers can only be read by jumping about, which a pipe cannot
    with tempfile.NamedTemporaryFile(prefix="audio-ident-clip-") as spool:
        _copy(sys.stdin.buffer, spool, limit_bytes)
        spool.flush()
        yield Path(spool.name)


def _copy(origin: IO[bytes], target: IO[bytes], limit_bytes: int) -> None:
    copied = 0
    while block := origin.read(COPY_BYTES):
        copied += len(block)
        if copied > limit_bytes:
            raise LimitExceeded(f"standard input has more than {limit_bytes} bytes")
        target.write(block)


def _show_at_once(output: Output, source: str, result: IdentifiedClip | FileFailure) -> None:
    if output.form is Form.JSONL:
        output.line("clip", _document(source, result))
    elif output.form is Form.TABLE and isinstance(result, FileFailure):
        output.failure(result)


def _show_together(output: Output, results: list[tuple[str, IdentifiedClip | FileFailure]]) -> None:
    if output.form is Form.JSON:
        output.document({"clips": [_document(source, result) for source, result in results]})
    elif output.form is Form.TABLE:
        answered = [(s, r) for s, r in results if isinstance(r, IdentifiedClip)]
        rows = [row for source, clip in answered for row in _rows(source, clip)]
        if rows:
            output.table(COLUMNS, rows)


def _document(source: str, result: IdentifiedClip | FileFailure) -> dict[str, object]:
    if isinstance(result, FileFailure):
        return failed_clip_document(source, result)
    return clip_document(source, result)


def _rows(source: str, clip: IdentifiedClip) -> list[tuple[str, ...]]:
    name = source if source == STDIN else Path(source).name
    if not clip.matches:
        return [(name, clip.verdict.replace("_", " "), "", "", "", "")]
    mark = " (ambiguous)" if clip.verdict is Verdict.AMBIGUOUS else ""
    return [_row(name, identified, mark) for identified in clip.matches]


def _row(name: str, identified: IdentifiedMatch, mark: str) -> tuple[str, ...]:
    match = identified.match
    span = f"{clock(match.query_span.start_s)}-{clock(match.query_span.end_s)}"
    return (
        name,
        _title(identified) + mark,
        clock(match.offset_s),
        f"{match.confidence:.1%}",
        span,
        f"{match.speed_factor:.3f}",
    )


def _title(identified: IdentifiedMatch) -> str:
    if not identified.tracks:
        return f"recording {identified.match.digest}"
    return artist_and_title(identified.tracks[0])


def clock(seconds: float) -> str:
    """Time as a player shows it, to a tenth of a second."""
    tenths = round(abs(seconds) * 10)
    sign = "-" if seconds < 0 and tenths else ""
    return f"{sign}{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _exit_code(results: list[IdentifiedClip | FileFailure]) -> ExitCode:
    clips = [result for result in results if isinstance(result, IdentifiedClip)]
    if len(clips) < len(results):
        return exit_code_of_files(len(clips), len(results) - len(clips))
    return ExitCode.OK if any(clip.matches for clip in clips) else ExitCode.NO_MATCH
