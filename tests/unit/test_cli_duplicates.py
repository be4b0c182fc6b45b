"""`audio-ident duplicates` over an application in memory."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audio_ident.cli.app import make_cli
from audio_ident.cli.exits import ExitCode
from audio_ident.model.kinship import DuplicateVerdict, Kinship
from builders.application import MemoryApplication
from builders.duplicates import MemoryDuplicates, a_containment, a_group


@pytest.fixture
def application() -> MemoryApplication:
    """One group and one song inside a mix."""
    found = MemoryDuplicates(found=(a_group(),), contained=(a_containment(),))
    return MemoryApplication(duplicates=found)


def invoke(application: MemoryApplication, *arguments: str | Path) -> Any:
    """Run one of the commands."""
    cli = make_cli(application.entrance())
    return CliRunner().invoke(cli, ["duplicates", *map(str, arguments)])


def test_list_shows_each_group_with_its_keeper(application: MemoryApplication) -> None:
    """Group, kind, keeper and files are told; what is contained only when it is asked for."""
    plain, full = invoke(application, "list"), invoke(application, "list", "--contained")

    assert plain.exit_code == ExitCode.OK
    for word in ("abababab", "same recording", "keep", "/music/a.flac", "/music/b.mp3"):
        assert word in plain.stdout
    assert "mix.mp3" not in plain.stdout
    assert "a part of    /music/a.flac" in full.stdout


def test_list_of_nothing_says_so() -> None:
    """A library without duplicates is no failure."""
    result = invoke(MemoryApplication(), "list")

    assert result.exit_code == ExitCode.OK
    assert "no duplicates are known" in result.stderr


def test_list_as_json(application: MemoryApplication) -> None:
    """One document, or one object a line."""
    document = json.loads(invoke(application, "list", "--json").stdout)
    lines = invoke(application, "list", "--jsonl", "--contained").stdout.splitlines()

    assert document["groups"][0]["keep"] == "t1"
    assert [json.loads(line)["type"] for line in lines] == ["group", "contained"]


@pytest.mark.parametrize("reference", ["abababab", "t2", "/music/b.mp3"])
def test_show_finds_a_group_by_any_name(reference: str, application: MemoryApplication) -> None:
    """A group is shown by its id, or by id or path of a track, with ranges and evidence."""
    result = invoke(application, "show", reference)

    assert result.exit_code == ExitCode.OK
    for word in ("keep: lossless", "0:00.0 to 3:00.0 is 0:04.0 to 3:04.0", "share_of_shorter 0.99"):
        assert word in result.stdout


def test_show_of_the_unknown_fails(application: MemoryApplication) -> None:
    """What nothing is known about is named."""
    result = invoke(application, "show", "elsewhere")

    assert result.exit_code == ExitCode.USAGE
    assert "elsewhere" in result.stderr


@pytest.mark.parametrize(
    ("option", "verdict"),
    [
        ("--not-a-duplicate", DuplicateVerdict.NOT_DUPLICATE),
        ("--duplicate", DuplicateVerdict.DUPLICATE),
        ("--keep", DuplicateVerdict.KEEP),
    ],
)
def test_decide_passes_the_verdict_on(
    option: str, verdict: DuplicateVerdict, application: MemoryApplication
) -> None:
    """Each option is a verdict, which is told with its number."""
    result = invoke(application, "decide", "t1", option, "--json")

    assert json.loads(result.stdout)["decisions"][0]["verdict"] == verdict
    assert application.duplicates.decided[0].verdict is verdict


@pytest.mark.parametrize("options", [[], ["--keep", "--duplicate"]])
def test_decide_wants_one_verdict(options: list[str], application: MemoryApplication) -> None:
    """None or two verdicts are wrong usage."""
    assert invoke(application, "decide", "t1", *options).exit_code == ExitCode.USAGE


def test_undo_takes_back_and_history_shows(application: MemoryApplication) -> None:
    """A decision is in the history until it is revoked; then there is nothing to undo."""
    invoke(application, "decide", "t1", "t2", "--not-a-duplicate")

    assert "not duplicate" in invoke(application, "history").stdout
    assert invoke(application, "undo").exit_code == ExitCode.OK
    assert invoke(application, "undo").exit_code == ExitCode.USAGE


def test_export_tells_where_the_plan_is(application: MemoryApplication, tmp_path: Path) -> None:
    """Paths and counts are told, and how to go on."""
    result = invoke(application, "export", tmp_path, "--trash", tmp_path / "trash", "--json")

    document = json.loads(result.stdout)
    assert document["plan"] == str(tmp_path / "duplicates.jsonl")
    assert (document["groups"], document["files_to_move"]) == (1, 1)


def test_export_never_plans_what_is_only_contained(
    application: MemoryApplication, tmp_path: Path
) -> None:
    """A song inside a mix is no copy of the mix."""
    options = ("--trash", tmp_path, "--kind", Kinship.CONTAINED_IN.value)

    assert invoke(application, "export", tmp_path, *options).exit_code == ExitCode.USAGE
