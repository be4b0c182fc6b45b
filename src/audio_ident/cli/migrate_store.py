"""`audio-ident migrate-store`."""

from typing import Annotated

import typer

from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library

To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="URL",
        help="An empty database for the catalogue, such as postgresql://user:password@host/name, "
        "or `sqlite`; a Qdrant server for the vectors, such as http://host:6333, or `files`.",
    ),
]


PLACES_OF_VECTORS = ("http://", "https://", "files")


def migrate_store(context: typer.Context, to: To, as_json: AsJson = False) -> None:
    """Copy the catalogue, or the vectors, elsewhere, compare, say how to use them from now on.

    End all other processes first. What is left stays as it is; a copy that was interrupted goes on
    when the command is given again.
    """
    with command(context, as_json=as_json) as output:
        if to.startswith(PLACES_OF_VECTORS):
            _migrate_vectors(context, output, to)
            return
        with library(context) as application, output.progress("copy") as advance:
            summary = application.move_catalogue(to, advance)
        if output.form is Form.JSON:
            output.document(
                {
                    "tables": dict(summary.tables),
                    "rows": sum(summary.tables.values()),
                    "is_resumed": summary.is_resumed,
                    "address": summary.address,
                    "next_step": summary.next_step,
                }
            )
            return
        output.table(
            ("TABLE", "ROWS>"), [(name, str(rows)) for name, rows in summary.tables.items()]
        )
        output.text(f"the catalogue lies in {summary.address} as well, row for row")
        output.text(summary.next_step)


def _migrate_vectors(context: typer.Context, output: Output, to: str) -> None:
    with library(context) as application, output.progress("copy") as advance:
        summary = application.move_vectors(to, advance)
    if output.form is Form.JSON:
        output.document(
            {
                "spaces": dict(summary.spaces),
                "recordings": sum(summary.spaces.values()),
                "copied": summary.copied,
                "address": summary.address,
                "next_step": summary.next_step,
            }
        )
        return
    output.table(
        ("SPACE", "RECORDINGS>"), [(name, str(count)) for name, count in summary.spaces.items()]
    )
    output.text(f"the vectors lie in {summary.address} as well, {summary.copied} of them new")
    output.text(summary.next_step)
