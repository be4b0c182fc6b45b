"""`similar`, `search`, `path` and `mix` over an application in memory."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audio_ident.cli.app import make_cli
from audio_ident.cli.exits import ExitCode
from audio_ident.cli.similar import why
from audio_ident.model.answer import Span
from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixWish
from audio_ident.model.search import TrackSpan
from audio_ident.model.vibe import Blend, LikeSpan, VibeFilter, VibeWish
from audio_ident.vibe_errors import ModelMissing
from builders.application import MemoryApplication
from builders.memory_vibe import (
    MemoryVibe,
    a_mix,
    a_path,
    a_similar_answer,
    a_similar_track,
)
from builders.reports import a_track

JOGA, HUNTER = TrackId("11111111-aaaa"), TrackId("22222222-bbbb")


@pytest.fixture
def application() -> MemoryApplication:
    """Two tracks, one answer, one path and one mix."""
    return MemoryApplication(
        listed=[a_track(id=JOGA), a_track(id=HUNTER, path="/music/hunter.flac")],
        vibe=MemoryVibe(
            answer=a_similar_answer(a_similar_track()),
            found_path=a_path("/music/a.flac", "/music/b.flac", "/music/c.flac"),
            found_mix=a_mix("/music/a.flac", "/music/b.flac"),
        ),
    )


def invoke(application: MemoryApplication, *arguments: str | Path) -> Any:
    """Run a command."""
    return CliRunner().invoke(make_cli(application.entrance()), [*map(str, arguments)])


def whole(track_id: TrackId) -> TrackSpan:
    """All of a track."""
    return TrackSpan(track_id=track_id, start_s=0.0, end_s=None)


def test_similar_shows_rank_likeness_and_reasons(application: MemoryApplication) -> None:
    """Percent, cosine, name, reasons in words, and an id that other commands take."""
    result = invoke(application, "similar", "1111")

    assert result.exit_code == ExitCode.OK
    for word in ("99%", "0.812", "Björk - Jóga", "timbre and rhythm agree; 1:10-1:40 like", "t1"):
        assert word in result.stdout
    assert application.vibe.asked == [Blend(plus=(whole(JOGA),)), VibeWish()]


@pytest.mark.parametrize("name", ["1111", str(JOGA), "/music/Björk/01 Jóga.flac"])
def test_tracks_are_named_in_any_way(application: MemoryApplication, name: str) -> None:
    """By id, by its beginning, and by path."""
    invoke(application, "similar", name)

    assert application.vibe.asked[0].plus == (whole(JOGA),)


def test_similar_takes_stretches_blends_and_wishes(application: MemoryApplication) -> None:
    """Everything that can be said about the wanted sound arrives."""
    options = "--artist Björk --genre pop --years 1997 --bpm 120-100 --per-artist 1 --count 5"
    result = invoke(
        application,
        *("similar", "1111@1:10-1:40", "2222", "--minus", "2222@30", "--not", "2222"),
        *(*options.split(), "--key", "A minor"),
    )

    assert result.exit_code == ExitCode.OK
    blend, wish = application.vibe.asked
    assert blend == Blend(
        plus=(TrackSpan(track_id=JOGA, start_s=70.0, end_s=100.0), whole(HUNTER)),
        minus=(TrackSpan(track_id=HUNTER, start_s=30.0, end_s=None),),
    )
    assert wish == VibeWish(
        max_results=5,
        most_per_artist=1,
        only=VibeFilter(
            artists=("Björk",),
            genres=("pop",),
            years=(1997, 1997),
            tempi_bpm=(100.0, 120.0),
            keys=("A minor",),
        ),
        without_tracks=frozenset({HUNTER}),
    )


def test_a_file_outside_of_the_library_is_a_clip(
    application: MemoryApplication, tmp_path: Path
) -> None:
    """It is listened to; what is neither a track nor a file is named."""
    clip = tmp_path / "clip@1:10.wav"
    clip.write_bytes(b"RIFF")
    application.vibe.remark = "answered with timbre"
    found = invoke(application, "similar", clip)
    asked = application.vibe.asked[0]
    unknown = invoke(application, "similar", tmp_path / "nothing.wav")

    assert found.exit_code == ExitCode.OK
    assert asked == clip
    assert "answered with timbre" in found.stderr
    assert unknown.exit_code != ExitCode.OK
    assert "nothing.wav" in unknown.stderr


def test_a_clip_is_blended_with_nothing(application: MemoryApplication, tmp_path: Path) -> None:
    """Neither with another source nor with an unwanted one."""
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")

    assert invoke(application, "similar", clip, "--minus", "1111").exit_code == ExitCode.USAGE
    assert invoke(application, "similar", clip, "1111").exit_code != ExitCode.OK
    assert application.vibe.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("similar",),
        ("similar", "1111@1:40-1:10"),
        ("similar", "1111", "--bpm", "fast"),
        ("similar", "1111", "--years", "1990-"),
        ("similar", "1111", "--key", "H moll"),
        ("similar", "1111", "--count", "0"),
        ("similar", "1111", "--playlist", "list.txt"),
        ("similar", "1111", "--playlist", "no-such-folder/list.m3u8"),
        ("map", "--output", "no-such-folder/map.svg"),
        ("export", "--output", "no-such-folder/all.jsonl"),
        ("similar", "1111", "--map", "nonsense"),
        ("similar", "1111", "--json", "--jsonl"),
        ("path", "1111", "2222", "--steps", "1"),
        ("mix", "1111", "--adventurousness", "2"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    application: MemoryApplication, arguments: tuple[str, ...]
) -> None:
    """Before anything is asked."""
    assert invoke(application, *arguments).exit_code == ExitCode.USAGE
    assert application.vibe.asked == []


def test_no_answer_is_told_and_has_an_exit_code() -> None:
    """Filters may leave nothing; so does a library that is not listened to yet, in part."""
    application = MemoryApplication(
        listed=[a_track(id=JOGA)], vibe=MemoryVibe(answer=a_similar_answer(coverage=0.4))
    )
    result = invoke(application, "similar", "1111")

    assert result.exit_code == ExitCode.NO_MATCH
    assert "no track fits" in result.stderr
    assert "40% of the library" in result.stderr


def test_similar_as_json(application: MemoryApplication) -> None:
    """One document, or one object a line."""
    document = json.loads(invoke(application, "similar", "1111", "--json").stdout)
    (line,) = map(json.loads, invoke(application, "similar", "1111", "--jsonl").stdout.splitlines())
    (found,) = document["tracks"]

    assert document["space"]["model"] == "timbre-118"
    assert document["coverage"] == 1.0
    assert (found["rank"], found["likeness"], found["cosine"]) == (1, 0.987, 0.8123)
    assert found["agreeing"] == ["timbre", "rhythm"]
    assert found["spans"][0]["query"] == {"start_ms": 70_000, "end_ms": 100_000}
    assert found["track"]["id"] == "t1"
    assert line == {"type": "similar", "schema": 1, **found}


def test_search_asks_for_a_sentence(application: MemoryApplication) -> None:
    """The words arrive as they are; reasons without times in a question name the track's."""
    span = LikeSpan(query=None, track=Span(start_s=35.0, end_s=65.0), cosine=0.4)
    found = a_similar_track(agreeing=(), blocks={}, spans=(span,))
    application.vibe.answer = a_similar_answer(found)
    result = invoke(application, "search", "calm piano, rain", "--genre", "jazz")

    assert result.exit_code == ExitCode.OK
    assert "most at 0:35-1:05" in result.stdout
    assert application.vibe.asked == [
        Blend(text="calm piano, rain"),
        VibeWish(only=VibeFilter(genres=("jazz",))),
    ]


def test_search_without_a_model_says_what_to_do(application: MemoryApplication) -> None:
    """The code and the remedy are those of the error."""
    application.vibe.trouble = ModelMissing("no model understands sentences")
    result = invoke(application, "search", "calm piano")

    assert result.exit_code == ExitCode.FAILED
    assert "no model understands sentences" in result.stderr
    assert ModelMissing.remedy in result.stderr


@pytest.mark.parametrize(
    ("agreeing", "expected"),
    [
        ((), "1:10-1:40 like 0:35-1:06"),
        (("rhythm",), "rhythm agrees; 1:10-1:40 like 0:35-1:06"),
        (
            ("harmony", "timbre", "rhythm"),
            "harmony, timbre and rhythm agree; 1:10-1:40 like 0:35-1:06",
        ),
    ],
)
def test_reasons_are_a_sentence(agreeing: tuple[str, ...], expected: str) -> None:
    """Blocks in the order that they come in, then the times that match best."""
    assert why(a_similar_track(agreeing=agreeing)) == expected
    assert why(a_similar_track(agreeing=(), spans=())) == ""


def test_times_are_rounded_as_people_count_them() -> None:
    """Windows end a few hundredths before a whole second; seconds and minutes both carry."""
    nearly = LikeSpan(
        query=Span(start_s=0.0, end_s=9.984), track=Span(start_s=49.92, end_s=59.9), cosine=0.9
    )

    assert why(a_similar_track(agreeing=(), spans=(nearly,))) == "0:00-0:10 like 0:50-1:00"


def test_answers_become_play_lists(application: MemoryApplication, tmp_path: Path) -> None:
    """With paths as another machine spells them, in the form that the name ends with."""
    m3u8, m3u, jspf = (tmp_path / f"like Jóga.{ending}" for ending in ("m3u8", "m3u", "JSPF"))
    told = invoke(
        application, "similar", "1111", "--playlist", m3u8, "--map", "/music=Z:\\Music"
    ).stderr
    invoke(application, "path", "1111", "2222", "--playlist", jspf)
    invoke(application, "mix", "1111", "--playlist", m3u)

    assert "1 track in" in told
    assert m3u8.read_text("utf-8").splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:like Jóga",
        "#EXTINF:180,Björk - Jóga",
        "Z:\\Music\\Björk\\01 Jóga.flac",
    ]
    assert m3u.read_text("utf-8").splitlines()[-1] == "/music/b.flac"
    tracks = json.loads(jspf.read_text("utf-8"))["playlist"]["track"]
    assert [track["location"] for track in tracks] == [
        [f"file:///music/{name}.flac"] for name in "abc"
    ]


def test_path_shows_the_way(application: MemoryApplication) -> None:
    """How far each step leads and how near it is to the one before; a shorter path says so."""
    result = invoke(application, "path", "1111", "/music/hunter.flac", "--steps", "5")

    assert result.exit_code == ExitCode.OK
    for word in ("20%", "0.700", "t2"):
        assert word in result.stdout
    assert "only 1 tracks" not in result.stderr
    assert "only 1 track lies between the two" in result.stderr
    assert application.vibe.asked == [JOGA, HUNTER, 5]


def test_path_as_json(application: MemoryApplication) -> None:
    """One document, or a step a line."""
    document = json.loads(invoke(application, "path", "1111", "2222", "--json").stdout)
    lines = invoke(application, "path", "1111", "2222", "--jsonl").stdout.splitlines()

    assert document["wanted"] == 3
    assert [step["cosine"] for step in document["steps"]] == [None, 0.7, 0.7]
    assert [json.loads(line)["type"] for line in lines] == ["step"] * 3


def test_mix_goes_on_from_what_was_played(application: MemoryApplication) -> None:
    """Seeds, what was played, how wild and which one of many."""
    result = invoke(
        application,
        *("mix", "1111", "--played", "2222", "--count", "2"),
        *("--adventurousness", "0.5", "--number", "7"),
    )

    assert result.exit_code == ExitCode.OK
    assert "0.500" in result.stdout
    assert application.vibe.asked == [
        MixWish(seeds=(JOGA,), played=(HUNTER,), count=2, adventurousness=0.5, number=7)
    ]


def test_mix_as_json_says_when_nothing_is_left(application: MemoryApplication) -> None:
    """For programs in the document, for people beside the table."""
    application.vibe.found_mix = a_mix("/music/a.flac", is_used_up=True)
    document = json.loads(invoke(application, "mix", "1111", "--json").stdout)
    lines = invoke(application, "mix", "1111", "--jsonl").stdout.splitlines()

    assert document["is_used_up"]
    assert [step["track"]["path"] for step in document["steps"]] == ["/music/a.flac"]
    assert [json.loads(line)["step"] for line in lines] == [1]
    assert "nothing is left" in invoke(application, "mix", "1111").stderr
