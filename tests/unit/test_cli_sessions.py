"""`sessions`, `profiles`, `errors` and the queue of `import`, over an application in memory."""

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audio_ident.cli.app import make_cli
from audio_ident.model.library import ErrorEntry, FileError, Stage
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.reports import WorkerActivity
from audio_ident.model.sessions import SessionOrder, SessionState, Wish
from builders.application import MemoryApplication
from builders.memory_sessions import NOON, a_session
from builders.reports import an_import_progress

BROKEN = FileError(
    path="/music/broken.mp3",
    stage=Stage.ANALYSIS,
    code="DECODE_ERROR",
    fact="none of 3 packets can be decoded",
    attempts=2,
    is_retryable=False,
    occurred_at=NOON,
)


@pytest.fixture
def application() -> MemoryApplication:
    """A library without imports."""
    return MemoryApplication()


def invoke(application: MemoryApplication, *arguments: str | Path) -> Any:
    """Run one command."""
    return CliRunner().invoke(make_cli(application.entrance()), [str(a) for a in arguments])


def test_an_import_says_that_it_waits(application: MemoryApplication, tmp_path: Path) -> None:
    """While another process writes, the reason is told once on stderr."""
    application.sessions.waits_for = "process 4711 is writing"
    result = invoke(application, "import", tmp_path)

    assert (result.exit_code, "process 4711 is writing" in result.stderr) == (0, True)


def test_a_queued_import_comes_back_at_once(application: MemoryApplication, tmp_path: Path) -> None:
    """With `--queue` nothing is run; the next import, or `sessions run`, does it."""
    queued = invoke(application, "import", tmp_path, "--queue", "--json")
    ran = invoke(application, "sessions", "run", "--json")

    assert json.loads(queued.stdout)["state"] == "queued"
    assert [s["state"] for s in json.loads(ran.stdout)["sessions"]] == ["completed"]
    assert "nothing is queued" in invoke(application, "sessions", "run").stderr


def test_an_import_works_the_queue_off(application: MemoryApplication, tmp_path: Path) -> None:
    """After its own session the process takes those that nobody waits for."""
    invoke(application, "import", tmp_path, "--queue")
    result = invoke(application, "import", tmp_path)

    assert "from the queue: session s1 is completed" in result.stderr


def test_an_import_needs_something_to_do(application: MemoryApplication) -> None:
    """Without folders, profile or `--retry-failed` it is wrong usage; the last suffices."""
    assert invoke(application, "import").exit_code == 2
    assert invoke(application, "import", "--retry-failed").exit_code == 0


def test_a_profile_gives_folders_and_parameters(
    application: MemoryApplication, tmp_path: Path
) -> None:
    """What the command line says counts more than the profile."""
    added = invoke(
        application, "profiles", "add", "home", tmp_path, "--set", "workers=3",
        "--set", "thorough=true",
    )  # fmt: skip
    invoke(application, "import", "--profile", "home", "--workers", "2")
    order = application.sessions.get("s1").order

    assert added.exit_code == 0
    assert (order.folders, order.profile) == ((str(tmp_path),), "home")
    assert (order.parameters.workers, order.parameters.thorough) == (2, True)
    assert "workers=3" in invoke(application, "profiles", "list").stdout
    assert invoke(application, "profiles", "remove", "home").exit_code == 0
    assert invoke(application, "import", "--profile", "home").exit_code == 1


@pytest.mark.parametrize("word", ["worker=1", "workers=0", "workers=many", "thorough=2", "x"])
def test_parameters_that_cannot_be_are_refused_by_name(
    application: MemoryApplication, tmp_path: Path, word: str
) -> None:
    """The message names the parameter and what is allowed."""
    result = invoke(application, "profiles", "add", "p", tmp_path, "--set", word)

    assert (result.exit_code, word.partition("=")[0] in result.stderr) == (2, True)


def test_sessions_are_listed_and_shown(application: MemoryApplication) -> None:
    """The table names state and folders; interrupted ones are offered; JSON has everything."""
    snapshot = {"files_total": 9}
    application.sessions.known["s1"] = a_session(
        state=SessionState.INTERRUPTED, snapshot=snapshot, files_done=4, files_failed=2
    )
    plain = invoke(application, "sessions")
    document = json.loads(invoke(application, "sessions", "show", "s1", "--json").stdout)
    listed = json.loads(invoke(application, "sessions", "--json").stdout)

    assert "interrupted" in plain.stdout
    assert "4/9" in plain.stdout
    assert "resume-interrupted" in plain.stderr
    assert (document["progress"], document["queued_at"]) == (snapshot, NOON.isoformat())
    assert listed == {"sessions": [document]}
    assert invoke(application, "sessions", "show", "s9").exit_code == 1


def test_a_running_session_tells_its_pace(application: MemoryApplication) -> None:
    """Percent, rate, remaining time, workers, and what was met by code with its remedy."""
    snapshot = dataclasses.asdict(
        an_import_progress(
            files_total=9,
            percent=44.4,
            files_per_s=0.5,
            bytes_per_s=2.5e6,
            remaining_s=605.0,
            failures={"NO_AUDIO": 2},
            warnings={"DECODE_PARTIAL": 3},
            workers=(WorkerActivity(file="a.mp3", stage="listening", since_s=3.2),),
        )
    )
    application.sessions.known["s1"] = a_session(
        state=SessionState.PROCESSING, snapshot=snapshot, files_done=4, files_failed=2
    )
    shown = invoke(application, "sessions", "show", "s1").stdout

    for words in (
        "0 found; 4 done of 9 on its list",
        "44.4 %",
        "30.0 files a minute, 2.5 MB a second",
        "about 10 min 5 s",
        "listening a.mp3 for 3 s",
        "/music",
    ):
        assert words in shown
    rows = [line.split()[:3] for line in shown.splitlines()]
    assert ["2", "NO_AUDIO", "failed"] in rows
    assert ["3", "DECODE_PARTIAL", "warning"] in rows


def test_an_ended_session_tells_what_happened(application: MemoryApplication) -> None:
    """Times, chosen parameters and the reason of its end stand on the page, and no pace."""
    application.sessions.known["s1"] = a_session(
        state=SessionState.FAILED,
        order=SessionOrder(folders=("/a", "/b"), parameters=ImportParameters(thorough=True)),
        started_at=NOON,
        ended_at=NOON + datetime.timedelta(seconds=200),
        error_code="ROOT_VANISHED",
        error_fact="/a is gone",
    )
    shown = invoke(application, "sessions", "show", "s1").stdout

    for words in ("/a", "/b", "thorough=yes", "after 3 min 20 s", "ROOT_VANISHED: /a is gone"):
        assert words in shown
    assert "rate" not in shown


@pytest.mark.parametrize("wish", Wish)
def test_wishes_are_passed_on(application: MemoryApplication, wish: Wish) -> None:
    """`pause`, `resume` and `cancel` leave their wish with the session."""
    application.sessions.known["s1"] = a_session(state=SessionState.PROCESSING)
    result = invoke(application, "sessions", wish, "s1")

    assert (result.exit_code, application.sessions.get("s1").wish) == (0, wish)


def test_interrupted_sessions_are_queued_again(application: MemoryApplication) -> None:
    """`resume-interrupted` tells how many."""
    application.sessions.known["s1"] = a_session(state=SessionState.INTERRUPTED)
    result = invoke(application, "sessions", "resume-interrupted")

    assert "1 queued again" in result.stdout
    assert application.sessions.get("s1").state == SessionState.QUEUED


def test_errors_tell_path_code_fact_and_remedy(application: MemoryApplication) -> None:
    """Each failed file has its reason, each code its count and what to do."""
    application.sessions.failed = [BROKEN]
    told = invoke(application, "errors").stdout
    document = json.loads(invoke(application, "errors", "--json").stdout)

    for words in (BROKEN.path, "DECODE_ERROR", "attempt 2", BROKEN.fact, "Play the file"):
        assert words in told
    assert document["counts"] == {"DECODE_ERROR": 1}
    assert (document["errors"][0]["attempts"], document["errors"][0]["stage"]) == (2, "analysis")
    assert "no errors" in invoke(application, "errors", "--code", "NO_AUDIO").stdout


def test_errors_of_a_session_have_its_warnings(application: MemoryApplication) -> None:
    """`--session` lists what one import met, `--code` only one kind of it."""
    application.sessions.known["s1"] = a_session()
    application.sessions.met = [
        ErrorEntry(
            code=code, severity="warn", fact="", path=f"/{code}", stage="analysis", file_id=1,
            occurred_at=NOON,
        )
        for code in ("TAGS_BROKEN", "DECODE_PARTIAL")
    ]  # fmt: skip
    both = json.loads(invoke(application, "errors", "--session", "s1", "--json").stdout)
    one = invoke(application, "errors", "--session", "s1", "--code", "TAGS_BROKEN").stdout

    assert both["counts"] == {"TAGS_BROKEN": 1, "DECODE_PARTIAL": 1}
    assert ("/TAGS_BROKEN" in one, "/DECODE_PARTIAL" in one) == (True, False)


def test_all_codes_can_be_listed(application: MemoryApplication) -> None:
    """`errors --codes` needs no library."""
    codes = json.loads(invoke(application, "errors", "--codes", "--json").stdout)["codes"]

    assert application.opened_with is None
    assert {"DISK_FULL", "DUPLICATE_EXACT", "DECODE_PARTIAL"} < {code["code"] for code in codes}
    assert "DISK_FULL" in invoke(application, "errors", "--codes").stdout
