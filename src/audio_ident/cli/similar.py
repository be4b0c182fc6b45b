"""`audio-ident similar` and `audio-ident search`: what sounds like tracks, a clip, a sentence."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents_vibe import similar_document, similar_track_document
from audio_ident.cli.exits import ExitCode
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
from audio_ident.cli.vibe_sources import clip_or_spans, key_of, range_of, span_of, track_id_of
from audio_ident.cli.words import share_in_words
from audio_ident.model.answer import Span
from audio_ident.model.vibe import (
    Blend,
    LikeSpan,
    SimilarAnswer,
    SimilarTrack,
    VibeFilter,
    VibeWish,
)

COLUMNS = ("#>", "LIKENESS>", "COSINE>", "TRACK…", "WHY", "ID")

ID_CHARACTERS = 8
"""Of an id that are shown: enough for commands to find the track by."""

LEAST_COVERAGE = 0.98
"""Share of the library below which an answer says that it does not speak of all of it."""

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="TRACK|CLIP",
        help="Tracks by id, how it begins, or path, with times as in track@1:10-1:40; "
        "or one file that is not in the library.",
    ),
]
Text = Annotated[str, typer.Argument(help="What it is to sound like, in English.")]
Minus = Annotated[
    list[str] | None,
    typer.Option("--minus", metavar="TRACK", help="Away from this sound; may be repeated."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--not", metavar="TRACK", help="Without this recording; may be repeated."),
]
Artists = Annotated[
    list[str] | None, typer.Option("--artist", help="Only of this artist; may be repeated.")
]
Genres = Annotated[
    list[str] | None, typer.Option("--genre", help="Only of this genre; may be repeated.")
]
Years = Annotated[
    str | None, typer.Option("--years", metavar="FIRST-LAST", help="Only from these years.")
]
Tempi = Annotated[
    str | None, typer.Option("--bpm", metavar="FROM-TO", help="Only in this range of tempo.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Only in this key, such as 'A minor' or Am; may be repeated."),
]
PerArtist = Annotated[
    int | None,
    typer.Option(
        "--per-artist", min=1, help="Tracks of one artist; setting `vibe_most_per_artist`."
    ),
]
Count = Annotated[int, typer.Option("--count", min=1, max=1000, help="Tracks at most.")]


def similar(  # noqa: PLR0913 -- typer: one for each option
    context: typer.Context,
    sources: Sources,
    minus: Minus = None,
    without: Without = None,
    artists: Artists = None,
    genres: Genres = None,
    years: Years = None,
    tempi: Tempi = None,
    keys: Keys = None,
    per_artist: PerArtist = None,
    count: Count = 10,
    playlist: Playlist = None,
    mappings: Mappings = None,
    as_json: AsJson = False,
    as_lines: AsJsonLines = False,
) -> None:
    """Find tracks that sound like some tracks, stretches of them, or a clip, and say why."""
    check_playlist(playlist)
    only = _filter(artists, genres, keys, years, tempi)
    wanted = mappings_of(mappings)
    with (
        command(context, as_json=as_json, as_lines=as_lines) as output,
        library(context) as application,
    ):
        wish = VibeWish(
            max_results=count,
            most_per_artist=per_artist,
            only=only,
            without_tracks=frozenset(track_id_of(application, name) for name in without or ()),
        )
        source = clip_or_spans(application, sources)
        if isinstance(source, Path):
            if minus:
                raise typer.BadParameter("a clip cannot be blended with tracks")
            answer, remark = application.vibe.similar_to_clip(source, wish)
            if remark:
                output.note(remark)
        else:
            unwanted = tuple(span_of(application, name) for name in minus or ())
            answer = application.vibe.similar(Blend(plus=source, minus=unwanted), wish)
        _show(output, answer)
        save_playlist(output, playlist, [found.track for found in answer.tracks], wanted)
        raise typer.Exit(ExitCode.OK if answer.tracks else ExitCode.NO_MATCH)


def search(  # noqa: PLR0913 -- typer: one for each option
    context: typer.Context,
    text: Text,
    artists: Artists = None,
    genres: Genres = None,
    years: Years = None,
    tempi: Tempi = None,
    keys: Keys = None,
    per_artist: PerArtist = None,
    count: Count = 10,
    playlist: Playlist = None,
    mappings: Mappings = None,
    as_json: AsJson = False,
    as_lines: AsJsonLines = False,
) -> None:
    """Find tracks that sound as a sentence says; needs a model that understands sentences."""
    check_playlist(playlist)
    only = _filter(artists, genres, keys, years, tempi)
    wanted = mappings_of(mappings)
    with (
        command(context, as_json=as_json, as_lines=as_lines) as output,
        library(context) as application,
    ):
        wish = VibeWish(max_results=count, most_per_artist=per_artist, only=only)
        answer = application.vibe.similar(Blend(text=text), wish)
        _show(output, answer)
        save_playlist(output, playlist, [found.track for found in answer.tracks], wanted)
        raise typer.Exit(ExitCode.OK if answer.tracks else ExitCode.NO_MATCH)


def _filter(
    artists: list[str] | None,
    genres: list[str] | None,
    keys: list[str] | None,
    years: str | None,
    tempi: str | None,
) -> VibeFilter:
    ends = range_of(years, "--years")
    return VibeFilter(
        artists=tuple(artists or ()),
        genres=tuple(genres or ()),
        years=None if ends is None else (int(ends[0]), int(ends[1])),
        tempi_bpm=range_of(tempi, "--bpm"),
        keys=tuple(map(key_of, keys or ())),
    )


def _show(output: Output, answer: SimilarAnswer) -> None:
    if output.form is Form.JSON:
        output.document(similar_document(answer))
        return
    if output.form is Form.JSONL:
        for rank, found in enumerate(answer.tracks, 1):
            output.line("similar", similar_track_document(rank, found))
        return
    if answer.tracks:
        rows = [_row(rank, found) for rank, found in enumerate(answer.tracks, 1)]
        output.table(COLUMNS, rows)
    else:
        output.note("no track fits")
    if answer.coverage < LEAST_COVERAGE:
        output.note(f"{answer.coverage:.0%} of the library is listened to in this way so far")


def _row(rank: int, found: SimilarTrack) -> tuple[str, ...]:
    return (
        str(rank),
        "" if found.likeness is None else share_in_words(found.likeness),
        f"{found.cosine:.3f}",
        artist_and_title(found.track),
        why(found),
        found.track.id[:ID_CHARACTERS],
    )


def why(found: SimilarTrack) -> str:
    """Why a track was found, in words: what agrees, and where it does most."""
    *others, last = found.agreeing or ("",)
    agreement = ""
    if last:
        agreement = f"{', '.join(others)} and {last} agree" if others else f"{last} agrees"
    return "; ".join(filter(None, [agreement, *map(_alike, found.spans[:1])]))


def _alike(span: LikeSpan) -> str:
    there = _range(span.track)
    return f"most at {there}" if span.query is None else f"{_range(span.query)} like {there}"


def _range(span: Span) -> str:
    return f"{_clock(span.start_s)}-{_clock(span.end_s)}"


def _clock(seconds: float) -> str:
    # windows end a few hundredths before a whole second
    return "{}:{:02d}".format(*divmod(round(seconds), 60))
