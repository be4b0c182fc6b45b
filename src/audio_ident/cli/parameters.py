"""`audio-ident parameters`."""

import typer

from audio_ident.cli.documents import parameter_document
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, command
from audio_ident.cli.words import in_words
from audio_ident.model.parameters import PARAMETERS

COLUMNS = ("PARAMETER", "DEFAULT", "UNIT", "ALLOWED", "EFFECT", "MEANING")


def parameters(context: typer.Context, as_json: AsJson = False) -> None:
    """List what an import can be told, with default, unit, range and when it takes effect."""
    with command(context, as_json=as_json) as output:
        documents = [parameter_document(parameter) for parameter in PARAMETERS]
        if output.form is Form.JSON:
            output.document({"parameters": documents})
            return
        names = ("name", "default", "unit", "allowed", "effect", "meaning")
        rows = [
            [in_words(document[name]) if name == "default" else document[name] for name in names]
            for document in documents
        ]
        output.table(COLUMNS, rows)
