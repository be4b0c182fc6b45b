"""The command line over an application in memory."""

import dataclasses
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audio_ident.cli.app import make_cli
from audio_ident.errors import IndexCorrupt, LibraryLocked
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Verdict
from audio_ident.model.path_evidence import PathEvidence
from audio_ident.model.reports import CheckFinding, FindingCode, Health, IdentifiedMatch
from audio_ident.model.tags import Tags
from builders.application import MemoryApplication
from builders.reports import (
    a_failure,
    a_match,
    a_track,
    an_identified_clip,
    an_import_summary,
    an_unknown_clip,
)
from builders.tools import a_selftest_report

FINDING = CheckFinding(code=FindingCode.NOT_INDEXED, subject="ab", fact="gone", remedy="rebuild")


def invoke(application: MemoryApplication, *arguments: str | Path, stdin: bytes = b"") -> Any:
    """Run one command."""
    cli = make_cli(application.entrance())
    return CliRunner().invoke(cli, [str(a) for a in arguments], input=stdin)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Folder with three files."""
    folder = tmp_path / "music"
    folder.mkdir()
    for name in ("a.mp3", "b.flac", "c.ogg"):
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """File that `MemoryApplication` can be told to know."""
    path = tmp_path / "clip.wav"
    path.write_bytes(b"known")
    return path


def test_tracks_as_json_is_one_document() -> None:
    """`tracks --json` gives {"tracks": [...]} with times in whole milliseconds."""
    result = invoke(MemoryApplication(listed=[a_track()]), "tracks", "--json")

    assert result.exit_code == 0
    (track,) = json.loads(result.stdout)["tracks"]
    assert track["title"] == "Jóga"
    assert track["duration_ms"] == 180_500
    assert track["album"] is None


def test_tracks_as_json_lines_is_one_object_a_line() -> None:
    """`tracks --jsonl` gives every track a line with its type and schema."""
    result = invoke(MemoryApplication(listed=[a_track(), a_track(id="t2")]), "tracks", "--jsonl")

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["type"], line["schema"], line["id"]) for line in lines] == [
        ("track", 1, "t1"),
        ("track", 1, "t2"),
    ]


def test_hostile_names_are_shown_harmlessly() -> None:
    """A title can neither steer the terminal nor break the encoding nor be taken for markup."""
    track = a_track(tags=Tags(title="\x1b[2J[red]"), path="/music/\udcff.mp3")

    table = invoke(MemoryApplication(listed=[track]), "tracks")
    document = invoke(MemoryApplication(listed=[track]), "tracks", "--json")

    assert "\x1b" not in table.stdout
    assert r"\x1b[2J[red]" in table.stdout
    assert r"\udcff.mp3" in table.stdout
    assert json.loads(document.stdout)["tracks"][0]["path"] == "/music/\udcff.mp3"


def test_json_and_json_lines_exclude_each_other() -> None:
    """Asking for both shapes at once is a usage error."""
    assert invoke(MemoryApplication(), "tracks", "--json", "--jsonl").exit_code == 2


def test_empty_library_is_said_on_stderr_only() -> None:
    """A list of nothing leaves stdout empty."""
    result = invoke(MemoryApplication(), "tracks")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "empty" in result.stderr
    assert invoke(MemoryApplication(), "--quiet", "tracks").stderr == ""


def test_identify_tells_track_offset_and_confidence(clip: Path) -> None:
    """A known clip is a row with the answer and exit code 0."""
    result = invoke(MemoryApplication(clips={b"known": an_identified_clip()}), "identify", clip)

    assert result.exit_code == 0
    for cell in ("clip.wav", "Björk - Jóga", "1:01.2", "99.9%"):
        assert cell in result.stdout


def test_identify_as_json_gives_evidence(clip: Path) -> None:
    """The document of a clip has status, place and evidence of every match."""
    application = MemoryApplication(clips={b"known": an_identified_clip()})

    result = invoke(application, "identify", "--json", "--tracklist", clip)

    (document,) = json.loads(result.stdout)["clips"]
    (match,) = document["matches"]
    assert application.was_tracklist
    assert (document["status"], document["source"]) == ("match", str(clip))
    assert match["offset_ms"] == 61_250
    assert match["query"] == {"start_ms": 100, "end_ms": 4900}
    assert match["evidence"]["aligned_landmarks"] == 140
    assert match["tracks"][0]["artist"] == "Björk"


def test_identify_reads_a_clip_from_standard_input() -> None:
    """`-` stands for the bytes on standard input."""
    application = MemoryApplication(clips={b"known": an_identified_clip()})

    result = invoke(application, "identify", "-", "--jsonl", stdin=b"known")

    assert json.loads(result.stdout)["status"] == "match"


def test_standard_input_is_limited(tmp_path: Path) -> None:
    """More bytes than the settings allow are refused, not spooled."""
    config = tmp_path / "settings.toml"
    config.write_text("max_file_bytes = 1024\n", encoding="utf-8")

    result = invoke(MemoryApplication(), "--config", config, "identify", "-", stdin=bytes(1025))

    assert result.exit_code == 1
    assert "LIMIT_EXCEEDED" in result.stderr


@pytest.mark.parametrize("verdict", [Verdict.NO_MATCH, Verdict.TOO_SHORT, Verdict.SILENCE])
def test_no_answer_has_its_own_exit_code(clip: Path, verdict: Verdict) -> None:
    """A clip without a match ends with 4 and says why."""
    result = invoke(MemoryApplication(clips={b"known": an_unknown_clip(verdict)}), "identify", clip)

    assert result.exit_code == 4
    assert verdict.replace("_", " ") in result.stdout


def test_one_bad_clip_does_not_hide_the_others(clip: Path, tmp_path: Path) -> None:
    """A clip that cannot be read is reported, the others are answered, the exit code is 3."""
    empty = tmp_path / "empty.wav"
    empty.touch()
    application = MemoryApplication(clips={b"known": an_identified_clip()})

    result = invoke(application, "identify", empty, clip)

    assert result.exit_code == 3
    assert "failed NO_AUDIO" in result.stderr
    assert "Jóga" in result.stdout
    assert invoke(application, "identify", empty).exit_code == 1


def test_import_tells_what_was_done(music: Path) -> None:
    """The summary goes to stdout; without a terminal there is no progress."""
    result = invoke(MemoryApplication(), "import", music)

    assert result.exit_code == 0
    assert result.stdout == "3 imported; 9.0 min of audio in 2.0 s\n"
    assert result.stderr == ""


def test_import_with_failed_files_names_them(music: Path) -> None:
    """Failures are told with code, fact and remedy, and the exit code is 3."""
    failure = a_failure(path=str(music / "b.flac"))
    summary = an_import_summary(imported=2, failed=2, failures=(failure,))

    result = invoke(MemoryApplication(summary=summary), "import", music)
    as_json = invoke(MemoryApplication(summary=summary), "import", music, "--json")

    assert (result.exit_code, as_json.exit_code) == (3, 3)
    assert "failed DECODE_ERROR: " in result.stderr
    assert "Replace it." in result.stderr
    assert "... and 1 more" in result.stderr
    assert json.loads(as_json.stdout)["failures"][0]["code"] == "DECODE_ERROR"


def test_import_of_nothing_but_failures_failed(music: Path) -> None:
    """When no file could be used the command failed."""
    summary = an_import_summary(imported=0, failed=1, failures=(a_failure(),))

    assert invoke(MemoryApplication(summary=summary), "import", music).exit_code == 1


def test_import_of_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    """A folder that is not there, and that the library does not know, is a slip of the pen."""
    assert invoke(MemoryApplication(), "import", tmp_path / "nowhere").exit_code == 2


def test_watch_tells_of_imports_and_problems(music: Path) -> None:
    """Imports are data, problems are messages; it watches what it was given."""
    application = MemoryApplication()

    result = invoke(application, "watch", music)

    assert result.exit_code == 0
    assert "3 imported" in result.stdout
    assert "ROOT_VANISHED" in result.stderr
    assert application.watched == (music,)


def test_watch_tells_one_object_a_line(music: Path) -> None:
    """Programs get imports and problems alike on stdout."""
    lines = invoke(MemoryApplication(), "watch", music, "--jsonl").stdout.splitlines()

    assert [json.loads(line)["type"] for line in lines] == ["import", "error"]


def test_import_hands_on_what_it_is_told(music: Path) -> None:
    """Thoroughness and accepted losses reach the order."""
    application = MemoryApplication()

    invoke(application, "import", music, "--thorough", "--accept-missing")

    (session,) = application.sessions.known.values()
    assert session.order.parameters.thorough
    assert session.order.parameters.accept_missing


def test_first_interrupt_finishes_the_file_at_hand(music: Path) -> None:
    """One Ctrl-C ends after the file at hand with a summary and exit code 130."""
    application = MemoryApplication(on_file=lambda: signal.raise_signal(signal.SIGINT))

    result = invoke(application, "import", music, "--json")

    assert result.exit_code == 130
    assert json.loads(result.stdout)["imported"] == 1


def test_second_interrupt_stops_at_once(music: Path) -> None:
    """Two Ctrl-C end without a summary."""

    def interrupt_twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    result = invoke(MemoryApplication(on_file=interrupt_twice), "import", music, "--json")

    assert (result.exit_code, result.stdout) == (130, "")


def test_errors_are_one_line_and_a_remedy() -> None:
    """An error is told to a person on stderr with its code, and to a program as JSON."""
    application = MemoryApplication(trouble=IndexCorrupt("segment 7 fails its checksum"))

    result = invoke(application, "tracks")
    as_json = invoke(application, "tracks", "--json")

    assert (result.exit_code, as_json.exit_code) == (1, 1)
    assert result.stderr.startswith("error INDEX_CORRUPT: segment 7 fails its checksum\n")
    assert "audio-ident rebuild" in result.stderr
    assert json.loads(as_json.stdout)["error"]["code"] == "INDEX_CORRUPT"


def test_locked_library_is_not_available(music: Path) -> None:
    """Another writer is no failure: the exit code says to come back later."""
    application = MemoryApplication(trouble=LibraryLocked("process 7 is writing"))

    assert invoke(application, "import", music).exit_code == 5


def test_check_fails_when_something_disagrees() -> None:
    """A finding is told and makes the command fail; none is success."""
    result = invoke(MemoryApplication(findings=[FINDING]), "check")

    assert result.exit_code == 1
    assert "NOT_INDEXED" in result.stdout
    assert invoke(MemoryApplication(), "check").exit_code == 0


def test_check_can_go_deep() -> None:
    """`--deep` asks for every analysis to be read."""
    application = MemoryApplication()

    invoke(application, "check", "--deep")

    assert application.was_deep


def test_rebuild_tells_what_the_index_holds() -> None:
    """The summary counts recordings; the exit code tells that some were lost, or all."""
    lost = (AudioDigest("cd" * 16),)

    result = invoke(MemoryApplication(listed=[a_track()]), "rebuild", "--json")

    assert json.loads(result.stdout) == {"indexed": 1, "lost": []}
    assert invoke(MemoryApplication(listed=[a_track()], lost=lost), "rebuild").exit_code == 3
    assert invoke(MemoryApplication(lost=lost), "rebuild").exit_code == 1


def test_doctor_shows_settings_with_their_origin(tmp_path: Path) -> None:
    """The doctor tells health, versions and where every setting came from."""
    result = invoke(MemoryApplication(), "--data-dir", tmp_path, "doctor", "--json")

    document = json.loads(result.stdout)
    origins = {setting["name"]: setting["origin"] for setting in document["settings"]}
    assert result.exit_code == 0
    assert (origins["data_dir"], origins["workers"]) == ("command line", "default")
    assert {"audio-ident", "packages", "data directory"} <= {
        diagnosis["part"] for diagnosis in document["diagnoses"]
    }
    assert invoke(MemoryApplication(health=Health.FAILED), "doctor").exit_code == 5


def test_options_of_an_import_are_its_parameters(music: Path) -> None:
    """`--workers` and `--retry-failed` reach the session as its parameters."""
    application = MemoryApplication()

    invoke(application, "import", music, "--workers", "3", "--retry-failed")

    assert application.was_retried

    assert application.sessions.get("s1").order.parameters.workers == 3


def test_version_is_printed() -> None:
    """`--version` needs no library."""
    result = invoke(MemoryApplication(), "--version")

    assert (result.exit_code, result.stdout.split()[0]) == (0, "audio-ident")


def test_names_that_only_the_path_suggests_are_marked(clip: Path) -> None:
    """A star says that no tag claims the name, in lists and in answers; nothing is hidden."""
    track = a_track(tags=Tags(), evidence=PathEvidence(artist="Björk", title="Jóga"))
    matches = (IdentifiedMatch(match=a_match(), tracks=(track,)),)
    application = MemoryApplication(
        listed=[track, a_track(tags=Tags(), path="/music/Track 01.mp3")],
        clips={b"known": an_identified_clip(matches=matches)},
    )

    table = invoke(application, "tracks")
    answer = invoke(application, "identify", clip)
    document = json.loads(invoke(application, "tracks", "--json").stdout)["tracks"][0]

    assert "Björk *" in table.stdout
    assert "Jóga *" in table.stdout
    assert "Unknown Artist" in table.stdout
    assert "Track 01" in table.stdout
    assert "not by tags" in table.stderr
    assert "Björk - Jóga *" in answer.stdout
    assert document["title"] is None
    assert document["shown"]["title"] == {"text": "Jóga", "origin": "path"}
    assert document["tags"]["musicbrainz_recording_id"] is None
    assert "acoustid_fingerprint" not in document["tags"]


def test_config_shows_values_and_their_origin(tmp_path: Path) -> None:
    """Values come alone or with where they came from."""
    plain = invoke(MemoryApplication(), "--data-dir", tmp_path, "config", "show", "--json")
    told = invoke(
        MemoryApplication(), "--data-dir", tmp_path, "config", "show", "--origin", "--json"
    )

    by_name = {setting["name"]: setting for setting in json.loads(told.stdout)["settings"]}
    assert by_name["data_dir"] == {
        "name": "data_dir",
        "value": str(tmp_path),
        "origin": "command line",
    }
    assert by_name["log_level"]["origin"] == "default"
    assert all("origin" not in setting for setting in json.loads(plain.stdout)["settings"])


def test_config_check_tells_all_mistakes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Misspelt names come with the nearest one, values out of range with the range."""
    settings_file = tmp_path / "config/audio-ident/audio-ident.toml"
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("worker = 2\nmax_file_bytes = 1\n")
    monkeypatch.setenv("AUDIO_IDENT_WORKERS", "0")

    result = invoke(MemoryApplication(), "config", "check", "--json")
    fact = json.loads(result.stdout)["error"]["fact"]

    assert result.exit_code == 1
    assert "did you mean workers?" in fact
    assert "workers (AUDIO_IDENT_WORKERS): allowed is 1 to 256, not '0'" in fact
    assert f"max_file_bytes ({settings_file}): allowed is 1024 to" in fact


def test_config_check_looks_at_paths(tmp_path: Path) -> None:
    """A data directory below a file cannot be made."""
    (tmp_path / "file").touch()

    good = invoke(MemoryApplication(), "--data-dir", tmp_path / "new", "config", "check")
    bad = invoke(MemoryApplication(), "--data-dir", tmp_path / "file/x", "config", "check")

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "is no folder" in bad.stdout


def test_parameters_are_listed() -> None:
    """Every parameter of an import is there with its range."""
    result = invoke(MemoryApplication(), "parameters", "--json")

    listed = {parameter["name"]: parameter for parameter in json.loads(result.stdout)["parameters"]}
    assert listed["max_attempts"]["allowed"] == "1 to 10"
    assert "max_attempts" in invoke(MemoryApplication(), "parameters").stdout


def test_doctor_warns_with_an_exit_code_of_its_own() -> None:
    """Something degraded is neither well nor failed."""
    assert invoke(MemoryApplication(health=Health.WARNING), "doctor").exit_code == 6


def test_repair_tells_what_it_mended_and_what_is_left() -> None:
    """Only a library without any finding left is a success."""
    other = dataclasses.replace(FINDING, subject="cd")
    one = invoke(MemoryApplication(findings=[FINDING]), "check", "--repair", "--json")
    two = invoke(MemoryApplication(findings=[FINDING, other]), "check", "--repair", "--json")

    assert (one.exit_code, two.exit_code) == (0, 1)
    assert json.loads(one.stdout)["findings"] == []
    assert [f["subject"] for f in json.loads(two.stdout)["findings"]] == ["cd"]
    assert [f["subject"] for f in json.loads(two.stdout)["repaired"]] == ["ab"]
    assert "REPAIRED" in invoke(MemoryApplication(findings=[FINDING]), "check", "--repair").stdout


@pytest.mark.parametrize("is_good", [True, False])
def test_a_self_test_ends_as_its_verdict(is_good: bool) -> None:
    """The table has a row for each condition, the verdict comes last, and decides the code."""
    report = a_selftest_report(is_good=is_good)
    application = MemoryApplication(selftest=lambda *_: report)

    result = invoke(application, "selftest")

    assert result.exit_code == (0 if is_good else 1)
    assert "phone band" in result.stdout
    assert result.stdout.rstrip().endswith(report.verdict)


def test_a_mapping_needs_two_sides() -> None:
    """`--map` without an equals sign is a usage error."""
    assert invoke(MemoryApplication(), "export", "--map", "/music").exit_code == 2
