"""`audio-ident tracks show` over an application in memory."""

import dataclasses
import datetime
import json
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from audio_ident.cli.app import make_cli
from audio_ident.library.track_sheet import figures_of
from audio_ident.model.analysis import Section
from audio_ident.model.path_evidence import PathEvidence
from audio_ident.model.tags import Tags
from audio_ident.model.track_sheet import AnalysisState, SoundFigures, TrackSheet
from builders.application import MemoryApplication
from builders.reports import a_track
from builders.sheets import a_filed_track, a_sheet
from builders.tagging import FULL


def show(sheet: TrackSheet, *options: str) -> Any:
    """Show a track."""
    cli = make_cli(MemoryApplication(sheets={"t1": sheet}).entrance())
    return CliRunner().invoke(cli, ["tracks", "show", "t1", *options])


def facts_of(page: str) -> dict[str, str]:
    """Names and values of a page."""
    lines = (line.split("  ", 1) for line in page.splitlines() if "  " in line)
    return {name: value.strip() for name, value in lines}


def test_a_page_tells_what_was_heard() -> None:
    """Measured figures stand with their units, estimates with their confidence."""
    result = show(a_sheet())

    facts = facts_of(result.stdout)
    assert result.exit_code == 0
    assert facts["format"] == "flac in flac, 44100 Hz, 2 channels, 16 bits"
    assert facts["length"] == "3:00.5"
    assert facts["loudness"] == "-12.3 LUFS, range 6.5 LU; ReplayGain -5.66 dB"
    assert facts["true peak"] == "-0.2 dBTP"
    assert facts["noise floor"] == "-61.5 dBFS"
    assert facts["silence"] == "0.5 s at the start, 1.2 s at the end"
    assert facts["lossy source (estimate)"] == "probably, evidence 0.88"
    assert facts["tempo (estimate)"] == "120.5 BPM, confidence 0.75"
    assert facts["key (estimate)"] == "A minor, confidence 0.25"
    assert facts["failed"] == "tags FILE_UNREADABLE: a.flac: Permission denied"
    assert "cue file" in result.stdout
    assert "64 x 48" in result.stdout
    assert "same recording" in result.stdout
    assert "contained in" in result.stdout


def test_names_stand_with_their_origin() -> None:
    """What the tags say stands plainly, what the path suggests and what nobody knows says so."""
    evidence = PathEvidence(title="Jóga", track_number=1, year=1997)
    track = a_track(tags=Tags(album="Homogenic"), evidence=evidence)
    facts = facts_of(show(a_sheet(filed=a_filed_track(track=track))).stdout)

    assert facts["title"] == "Jóga (suggested by the path)"
    assert facts["artist"] == "Unknown Artist (nobody knows)"
    assert facts["album"] == "Homogenic"
    assert facts["track number"] == "1 (suggested by the path)"
    assert facts["date"] == "1997 (suggested by the path)"


def test_a_page_has_every_claim() -> None:
    """No tag is left out, and several values of one field stand in one line."""
    tags = dataclasses.replace(FULL, acoustid_fingerprint=None)
    facts = facts_of(show(a_sheet(filed=a_filed_track(track=a_track(tags=tags)))).stdout)

    assert facts["artists"] == "Ärtist, Ōther"
    assert facts["is compilation"] == "yes"
    assert facts["MusicBrainz recording ID"] == FULL.musicbrainz_recording_id
    assert facts["ReplayGain track gain"] == "-6.5 dB"
    claims = dataclasses.asdict(tags)
    for claim in claims.values():
        values = claim if isinstance(claim, tuple) else (claim,)
        told = ", ".join(map(str, values))
        assert claim in (None, (), True) or any(value.startswith(told) for value in facts.values())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AnalysisState.MISSING, "not there"),
        (AnalysisState.DAMAGED, "damaged"),
        (AnalysisState.OLDER, "loudness, tempo"),
    ],
)
def test_an_analysis_that_is_not_current_is_no_error(state: AnalysisState, words: str) -> None:
    """The page says what is missing and shows the rest."""
    sheet = a_sheet(
        analysis=state, unheard=("loudness", "tempo"), sound=SoundFigures(), chapters=(),
        pictures=(), groups=(), containments=(), failures=(),
    )  # fmt: skip
    result = show(sheet)

    assert result.exit_code == 0
    assert words in facts_of(result.stdout)["analysis"]
    assert "LUFS" not in result.stdout


def test_a_missing_file_says_since_when() -> None:
    """Its state is the moment it was first looked for and not found."""
    since = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    result = show(a_sheet(filed=a_filed_track(missing_since=since)))

    assert facts_of(result.stdout)["state"].startswith("missing since 2026-03-01")


def test_a_sheet_as_json_has_all_figures() -> None:
    """The document is that of a track, and what is only known of one that is looked at."""
    document = json.loads(show(a_sheet(), "--json").stdout)

    assert document["title"] == "Jóga"
    assert document["sound"]["replaygain_db"] == -5.66
    assert document["chapters"][0]["end_ms"] is None
    assert document["pictures"][0]["source"] == "folder"
    assert document["duplicates"][0]["kinship"] == "same_recording"
    assert document["analysis"] == {"state": "current", "unheard": []}


def test_an_unknown_track_is_refused() -> None:
    """A name that nothing has ends with an error and the remedy."""
    cli = make_cli(MemoryApplication().entrance())
    result = CliRunner().invoke(cli, ["tracks", "show", "t1"])

    assert result.exit_code != 0
    assert "NOT_FOUND" in result.stderr


def test_what_cannot_be_said_is_no_figure() -> None:
    """Loudness of silence, tempo and key of noise are none, however they are stored."""
    sections = {
        "loudness": Section(version=1, fields={"integrated_lufs": -120.0, "range_lu": 0.0}),
        "tempo": Section(version=1, fields={"tempo_estimate_bpm": 0.0, "tempo_confidence": 0.0}),
        "key": Section(version=1, fields={"key_estimate": "", "key_confidence": 0.0}),
        "silence": Section(
            version=1,
            fields={"leading_samples": 8000, "trailing_samples": 0, "start_samples": np.zeros(1)},
        ),
    }

    assert figures_of(sections) == SoundFigures(leading_silence_s=0.5, trailing_silence_s=0.0)


def test_long_titles_are_cut_in_lists() -> None:
    """A title made of ten titles leaves room for the file."""
    title = "; ".join(["Land of Eternal Motion"] * 10)
    cli = make_cli(MemoryApplication(listed=[a_track(tags=Tags(title=title))]).entrance())
    result = CliRunner().invoke(cli, ["tracks"])

    assert "…" in result.stdout
    assert "/music/Björk/01 Jóga.flac" in result.stdout
