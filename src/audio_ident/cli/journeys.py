"""`audio-ident path` and `audio-ident mix`: tracks in an order that is made by how they sound."""

from typing import Annotated

import typer

from audio_ident.cli.documents_vibe import mix_step_document, path_step_document
from audio_ident.cli.names import artist_and_title
from audio_ident.cli.playlists import (
    Mappings,
    Playlist,
    check_playlist,
    mappings_of,
    save_playlist,
)
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, AsJsonLines, command, library
from audio_ident.cli.similar import ID_CHARACTERS
from audio_ident.cli.vibe_sources import track_id_of
from audio_ident.identify.vibe.paths import LEAST_STEPS, MOST_STEPS
from audio_ident.model.mixes import MixAnswer, MixWish, PathAnswer

PATH_COLUMNS = ("#>", "WAY>", "COSINE>", "TRACK…", "ID")
MIX_COLUMNS = ("#>", "COSINE>", "TRACK…", "ID")

MOST_NUMBER = 2**31 - 1

Start = Annotated[str, typer.Argument(metavar="FROM", help="Id of a track, its beginning, a path.")]
End = Annotated[str, typer.Argument(metavar="TO", help="The track that the path leads to.")]
Steps = Annotated[
    int, typer.Option("--steps", min=LEAST_STEPS, max=MOST_STEPS, help="Tracks, both included.")
]
Seeds = Annotated[list[str], typer.Argument(metavar="SEED", help="Tracks that the mix stays near.")]
Played = Annotated[
    list[str] | None,
    typer.Option(
        "--played", metavar="TRACK", help="Was played already; may be repeated, in order."
    ),
]
Count = Annotated[int, typer.Option("--count", min=1, max=1000, help="Tracks that follow.")]
Adventurousness = Annotated[
    float,
    typer.Option(min=0, max=1, help="0 plays the most alike in order, 1 wanders and surprises."),
]
Number = Annotated[
    int, typer.Option("--number", min=0, max=MOST_NUMBER, help="Another number, another mix.")
]


def path(  # noqa: PLR0913 -- typer: one for each option
    context: typer.Context,
    start: Start,
    end: End,
    steps: Steps = 10,
    playlist: Playlist = None,
    mappings: Mappings = None,
    as_json: AsJson = False,
    as_lines: AsJsonLines = False,
) -> None:
    """Lead from one track to another in small steps, each nearer to the end."""
    check_playlist(playlist)
    wanted = mappings_of(mappings)
    with (
        command(context, as_json=as_json, as_lines=as_lines) as output,
        library(context) as application,
    ):
        ends = [track_id_of(application, name) for name in (start, end)]
        answer = application.vibe.path(ends[0], ends[1], steps)
        _show_path(output, answer)
        if len(answer.steps) < steps:
            between = len(answer.steps) - LEAST_STEPS
            words = "1 track lies" if between == 1 else f"{between} tracks lie"
            output.note(f"only {words} between the two")
        save_playlist(output, playlist, [step.track for step in answer.steps], wanted)


def mix(  # noqa: PLR0913 -- typer: one for each option
    context: typer.Context,
    seeds: Seeds,
    count: Count = 20,
    adventurousness: Adventurousness = 0.3,
    number: Number = 0,
    played: Played = None,
    playlist: Playlist = None,
    mappings: Mappings = None,
    as_json: AsJson = False,
    as_lines: AsJsonLines = False,
) -> None:
    """Mix tracks that stay near some seeds; no recording comes twice, artists are spaced."""
    check_playlist(playlist)
    wanted = mappings_of(mappings)
    with (
        command(context, as_json=as_json, as_lines=as_lines) as output,
        library(context) as application,
    ):
        wish = MixWish(
            seeds=tuple(track_id_of(application, name) for name in seeds),
            played=tuple(track_id_of(application, name) for name in played or ()),
            count=count,
            adventurousness=adventurousness,
            number=number,
        )
        answer = application.vibe.mix(wish)
        _show_mix(output, answer)
        if answer.is_used_up:
            output.note("nothing is left to play after these")
        save_playlist(output, playlist, [step.track for step in answer.steps], wanted)


def _show_path(output: Output, answer: PathAnswer) -> None:
    documents = [path_step_document(number, step) for number, step in enumerate(answer.steps, 1)]
    if output.form is Form.JSON:
        output.document({"wanted": answer.wanted, "steps": documents})
    elif output.form is Form.JSONL:
        for document in documents:
            output.line("step", document)
    else:
        rows = [
            (
                str(number),
                f"{step.progress:.0%}",
                "" if step.cosine is None else f"{step.cosine:.3f}",
                artist_and_title(step.track),
                step.track.id[:ID_CHARACTERS],
            )
            for number, step in enumerate(answer.steps, 1)
        ]
        output.table(PATH_COLUMNS, rows)


def _show_mix(output: Output, answer: MixAnswer) -> None:
    documents = [mix_step_document(number, step) for number, step in enumerate(answer.steps, 1)]
    if output.form is Form.JSON:
        output.document({"is_used_up": answer.is_used_up, "steps": documents})
    elif output.form is Form.JSONL:
        for document in documents:
            output.line("step", document)
    elif answer.steps:
        rows = [
            (
                str(number),
                f"{step.cosine:.3f}",
                artist_and_title(step.track),
                step.track.id[:ID_CHARACTERS],
            )
            for number, step in enumerate(answer.steps, 1)
        ]
        output.table(MIX_COLUMNS, rows)
