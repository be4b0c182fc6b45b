"""`audio-ident errors`: files that cannot be used, why, and what can be done about it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer

from audio_ident.cli.documents import code_document, file_error_document
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.codes import CODES, remedy_of
from audio_ident.model.library import ErrorEntry, FileError

Session = Annotated[
    str | None, typer.Option("--session", help="What one import met, warnings included.")
]
Code = Annotated[str | None, typer.Option("--code", help="Only this code.")]
AllCodes = Annotated[bool, typer.Option("--codes", help="List all codes and their meaning.")]


def errors(
    context: typer.Context,
    session: Session = None,
    code: Code = None,
    all_codes: AllCodes = False,
    as_json: AsJson = False,
) -> None:
    """List the files that cannot be used, why, and what can be done about it."""
    with command(context, as_json=as_json) as output:
        if all_codes:
            _show_codes(output)
            return
        with library(context) as application:
            found: Sequence[FileError | ErrorEntry]
            if session is None:
                found = application.sessions.file_errors(code)
            else:
                met = application.sessions.errors_of(session)
                found = [entry for entry in met if code in {None, entry.code}]
        counts = Counter(error.code for error in found)
        if output.form is Form.JSON:
            documents = [file_error_document(error) for error in found]
            output.document({"errors": documents, "counts": dict(counts)})
        elif found:
            _show(output, found, counts)
        else:
            output.text("no errors")


def _show(
    output: Output, found: Sequence[FileError | ErrorEntry], counts: Mapping[str, int]
) -> None:
    for error in found:
        output.text(error.path)
        output.facts([(f"  {error.code}", error.fact), ("", ", ".join(_circumstances(error)))])
    output.text("")
    rows = [(str(count), code, remedy_of(code)) for code, count in sorted(counts.items())]
    output.table(("FILES>", "CODE", "REMEDY"), rows)


def _circumstances(error: FileError | ErrorEntry) -> Iterator[str]:
    yield error.stage
    if isinstance(error, FileError):
        yield f"attempt {error.attempts}"
    if error.occurred_at:
        yield f"{error.occurred_at.astimezone():%Y-%m-%d %H:%M:%S}"


def _show_codes(output: Output) -> None:
    if output.form is Form.JSON:
        output.document({"codes": [code_document(code) for code in CODES]})
        return
    rows = [
        (code.code, code.severity, "yes" if code.is_retryable else "no", code.meaning)
        for code in CODES
    ]
    output.table(("CODE", "SEVERITY", "RETRYABLE", "MEANING"), rows)
