"""`audio-ident check` and `audio-ident rebuild`."""

from typing import Annotated

import typer

from audio_ident.cli.application import Application
from audio_ident.cli.documents import finding_document, rebuild_document
from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.reports import CheckFinding

COLUMNS = ("CODE", "SUBJECT", "FACT", "REMEDY")


Deep = Annotated[
    bool, typer.Option("--deep", help="Also read every analysis and verify its checksum.")
]

Repair = Annotated[
    bool, typer.Option("--repair", help="Mend what is found, then compare again; see --deep.")
]


def check(
    context: typer.Context,
    is_deep: Deep = False,
    is_repair: Repair = False,
    as_json: AsJson = False,
) -> None:
    """Compare catalogue, analyses and index, both ways; changes nothing without --repair."""
    with command(context, as_json=as_json) as output:
        with library(context) as application:
            found = list(application.check(reads_artefacts=is_deep))
            left = found
            if is_repair and found:
                _repair(output, application, is_deep)
                left = list(application.check(reads_artefacts=is_deep))
        repaired = [finding for finding in found if finding not in left]
        if output.form is Form.JSON:
            output.document(
                {
                    "findings": [finding_document(finding) for finding in left],
                    "repaired": [finding_document(finding) for finding in repaired],
                }
            )
        else:
            _show_findings(output, left, repaired)
        raise typer.Exit(ExitCode.FAILED if left else ExitCode.OK)


def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    """Make the index again from the stored analyses; decodes no audio."""
    with command(context, as_json=as_json) as output:
        with library(context) as application, output.progress("rebuild") as advance:
            summary = application.rebuild(on_progress=lambda done, total: advance(done, total, ""))
        if output.form is Form.JSON:
            output.document(rebuild_document(summary))
        else:
            output.text(f"{summary.indexed} recordings are in the new index")
            if summary.lost:
                output.note(f"{len(summary.lost)} analyses cannot be used; import their folders")
        raise typer.Exit(exit_code_of_files(summary.indexed, len(summary.lost)))


def _repair(output: Output, application: Application, is_deep: bool) -> None:
    with output.progress("repair") as advance:
        application.repair(
            reads_artefacts=is_deep, on_progress=lambda done, total: advance(done, total, "")
        )


def _show_findings(output: Output, left: list[CheckFinding], repaired: list[CheckFinding]) -> None:
    if repaired:
        output.table(("REPAIRED", "SUBJECT"), [(f.code, f.subject) for f in repaired])
        output.note("what could not be saved is listened to again by the next import")
    if left:
        output.table(COLUMNS, [(f.code, f.subject, f.fact, f.remedy) for f in left])
    else:
        output.text("catalogue, analyses and index agree")
