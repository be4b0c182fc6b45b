"""`audio-ident migrate-store`."""

from typing import Annotated

import typer

from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, command, library

To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="URL",
        help="An empty database, such as postgresql://user:password@host/name; or `sqlite`.",
    ),
]


def migrate_store(context: typer.Context, to: To, as_json: AsJson = False) -> None:
    """Copy the catalogue into another database, compare it, say how to use it from now on.

    End all other processes first. The catalogue that is left stays as it is; a copy that was
    interrupted goes on when the command is given again.
    """
    with command(context, as_json=as_json) as output:
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
