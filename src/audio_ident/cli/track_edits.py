"""`audio-ident tracks edit|hide|restore`."""

import os
from collections.abc import Mapping
from typing import Annotated

import typer

from audio_ident.cli.application import Application
from audio_ident.cli.render import Document, Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.errors import BadInput
from audio_ident.model.edits import EDITABLE, EditBook, EditValue, checked_edit, value_of_text
from audio_ident.model.library import TrackId

EDITOR = "command line"
"""Who edits and hides, as it is remembered."""

Name = Annotated[
    str, typer.Argument(metavar="TRACK", help="Id of a track, how it begins, or a path.")
]
Names = Annotated[
    list[str], typer.Argument(metavar="TRACK...", help="Ids, how they begin, or paths.")
]
Values = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD=VALUE]...", help=f"Fields: {', '.join(EDITABLE)}."),
]
Forget = Annotated[
    list[str] | None,
    typer.Option("--forget", metavar="FIELD", help="Take an edit back; may be given again."),
]
Undo = Annotated[bool, typer.Option("--undo", help="Undo the edits that were made last.")]


def edit(
    context: typer.Context,
    name: Name,
    values: Values = None,
    forget: Forget = None,
    is_undone: Undo = False,
    as_json: AsJson = False,
) -> None:
    """Say what a track is called, whatever its tags say; without values, show what was said."""
    with command(context, as_json=as_json) as output:
        said = {**_parsed(values or []), **_taken_back(forget or [])}
        if is_undone and said:
            raise BadInput("--undo goes without values")
        with library(context) as application:
            track_id = find_track_id(application, name)
            if is_undone:
                book = application.undo_track_edits(track_id)
            else:
                book = application.edit_track(track_id, said, EDITOR)
        _show(output, track_id, book)


def hide(context: typer.Context, names: Names, as_json: AsJson = False) -> None:
    """Take tracks out of lists, answers and indexes; their files stay where they are."""
    with command(context, as_json=as_json) as output, library(context) as application:
        chosen = [find_track_id(application, name) for name in names]
        was_shown = {track_id: application.hide_track(track_id, EDITOR) for track_id in chosen}
        _tell(output, was_shown, ("hidden", "hidden already"))


def restore(context: typer.Context, names: Names, as_json: AsJson = False) -> None:
    """Bring hidden tracks back."""
    with command(context, as_json=as_json) as output, library(context) as application:
        chosen = [find_track_id(application, name) for name in names]
        was_hidden = {track_id: application.restore_track(track_id) for track_id in chosen}
        _tell(output, was_hidden, ("restored", "was not hidden"))


def find_track_id(application: Application, name: str) -> TrackId:
    """The track that a person names."""
    is_path = "/" in name or os.path.lexists(name)
    return application.track_id(os.path.abspath(name) if is_path else name)  # noqa: PTH100


def edits_document(track_id: TrackId, book: EditBook) -> Document:
    return {
        "track": track_id,
        "revision": book.revision,
        "edits": {name: _plain(value) for name, value in book.held.items()},
    }


def _parsed(texts: list[str]) -> dict[str, EditValue | None]:
    values: dict[str, EditValue | None] = {}
    for text in texts:
        field, sign, value = text.partition("=")
        if not sign:
            raise BadInput(f"{text} is no FIELD=VALUE")
        values[field] = checked_edit(field, value_of_text(field, value))
    return values


def _taken_back(fields: list[str]) -> dict[str, EditValue | None]:
    return {field: checked_edit(field, None) for field in fields}


def _show(output: Output, track_id: TrackId, book: EditBook) -> None:
    if output.form is Form.JSON:
        output.document(edits_document(track_id, book))
    elif book.held:
        output.facts([(name, str(_plain(value))) for name, value in book.held.items()])
    else:
        output.note("nobody says anything of this track; its tags and path count")


def _tell(output: Output, changed: Mapping[TrackId, bool], words: tuple[str, str]) -> None:
    if output.form is Form.JSON:
        tracks = [{"track": name, "is_changed": did} for name, did in changed.items()]
        output.document({"tracks": tracks})
        return
    for track_id, did in changed.items():
        output.text(f"{track_id} {words[0] if did else words[1]}")


def _plain(value: EditValue) -> EditValue | list[str]:
    return list(value) if isinstance(value, tuple) else value
