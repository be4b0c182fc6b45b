"""`audio-ident check` and `audio-ident rebuild`."""

from typing import Annotated

import typer

from audio_ident.cli.documents import finding_document, rebuild_document
from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.reports import CheckFinding

COLUMNS = ("CODE", "SUBJECT", "FACT", "REMEDY")


Deep = Annotated[
    bool, typer.Option("--deep", help="Also read every analysis and verify its checksum.")
]


def check(context: typer.Context, is_deep: Deep = False, as_json: AsJson = False) -> None:
    """Compare catalogue, analyses and index, both ways; changes nothing."""
    with command(context, as_json=as_json) as output:
        with library(context) as application:
            findings = list(application.check(reads_artefacts=is_deep))
        if output.form is Form.JSON:
            output.document({"findings": [finding_document(finding) for finding in findings]})
        elif findings:
            _show_findings(output, findings)
        else:
            output.text("catalogue, analyses and index agree")
        raise typer.Exit(ExitCode.FAILED if findings else ExitCode.OK)


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


def _show_findings(output: Output, findings: list[CheckFinding]) -> None:
    if findings:
        rows = [(f.code, f.subject, f.fact, f.remedy) for f in findings]
        output.table(COLUMNS, rows)
