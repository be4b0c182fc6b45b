"""The reference pages tell what the program has."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audio_ident.cli import (
    documents,
    documents_accounts,
    documents_duplicates,
    documents_models,
    documents_track,
)
from audio_ident.cli.exits import ExitCode
from audio_ident.model.accounts import ApiKey, Owner, Scope
from audio_ident.model.answer import Span
from audio_ident.model.codes import CODES
from audio_ident.model.embedding_models import ModelCheck
from audio_ident.model.library import FileError, Stage
from audio_ident.model.parameters import PARAMETERS, ImportParameters
from audio_ident.model.reports import (
    CheckFinding,
    Diagnosis,
    FindingCode,
    Health,
    IdentifiedMatch,
    RebuildSummary,
)
from audio_ident.model.sessions import Profile
from builders.duplicates import a_containment, a_decision, a_group
from builders.memory_sessions import NOON, a_session
from builders.reports import a_failure, a_match, a_track, an_identified_clip, an_import_summary
from builders.sheets import a_sheet
from builders.tiny_clap import a_listing
from builders.tools import a_restore_summary, a_selftest_report
from command_tree import commands

ROOT = Path(__file__).resolve().parents[2]
CLI_PAGE = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")


FAILURE = a_failure()
A_PROFILE = Profile(
    name="all", folders=(), parameters=ImportParameters(), created_at=NOON, last_used_at=None
)
A_FILE_ERROR = FileError(
    path="/a", stage=Stage.ANALYSIS, code="NO_AUDIO", fact="", attempts=1, is_retryable=False,
    occurred_at=NOON,
)  # fmt: skip
AN_OWNER = Owner(name="kim", password_hash="", created_at=NOON, changed_at=NOON)
A_KEY = ApiKey(
    id="1", name="phone", hint="aid_abcd", scopes=frozenset({Scope.READ}), created_at=NOON,
    expires_at=None, used_at=None,
)  # fmt: skip
DOCUMENTS = [
    documents.clip_document(
        "clip.wav",
        an_identified_clip(
            matches=(
                IdentifiedMatch(
                    match=a_match(gaps=(Span(start_s=1, end_s=2),)), tracks=(a_track(),)
                ),
            )
        ),
    ),
    documents.failed_clip_document("clip.wav", FAILURE),
    documents.import_document(an_import_summary(failures=(FAILURE,), notices=(FAILURE,))),
    documents.finding_document(
        CheckFinding(code=FindingCode.UNHELD, subject="ab", fact="no file", remedy="import")
    ),
    documents.rebuild_document(RebuildSummary(indexed=1, lost=())),
    documents.session_document(a_session()),
    documents.profile_document(A_PROFILE),
    documents.file_error_document(A_FILE_ERROR),
    documents.code_document(CODES[0]),
    documents.diagnosis_document(
        Diagnosis(part="index", health=Health.OK, fact="", effect="", remedy="")
    ),
    documents.restore_document(a_restore_summary()),
    documents.selftest_document(a_selftest_report()),
    documents.parameter_document(PARAMETERS[0]),
    documents_duplicates.group_document(a_group()),
    documents_duplicates.containment_document(a_containment()),
    documents_duplicates.decision_document(a_decision()),
    documents_track.sheet_document(a_sheet()),
    documents_accounts.owner_document(AN_OWNER),
    documents_accounts.key_document(A_KEY),
    documents_models.listing_document(a_listing()),
    documents_models.check_document(ModelCheck(name="tiny", problems=())),
]
"""One of each shape, with everything filled in."""


def fields_of(document: Any) -> Iterator[str]:
    """Names of all fields of a document and of those inside it."""
    if isinstance(document, dict):
        yield from document
    for part in document.values() if isinstance(document, dict) else document:
        if isinstance(part, dict | list):
            yield from fields_of(part)


def test_every_command_and_option_is_documented() -> None:
    """The page names each command with its options."""
    for name, command in commands():
        if name and not getattr(command, "commands", {}):
            assert f"| `{name}" in CLI_PAGE, name
        for option in (option for parameter in command.params for option in parameter.opts):
            if option.startswith("--") and "completion" not in option:
                assert f"`{option}" in CLI_PAGE, option


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes has exactly the codes that there are."""
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", CLI_PAGE, re.MULTILINE)] == list(
        ExitCode
    )


@pytest.mark.parametrize(
    "script",
    [
        "module_map",
        "settings_reference",
        "errors_reference",
        "session_diagram",
        "parameters_reference",
        "man_page",
    ],
)
def test_generated_pages_are_up_to_date(script: str) -> None:
    """What is made from the code was made again after its last change."""
    result = subprocess.run(
        [sys.executable, str(ROOT / f"scripts/{script}.py"), "--check"],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_field_of_json_is_documented(document: Any) -> None:
    """The page names each field of each document, however deep it lies."""
    for field in fields_of(document):
        assert re.search(rf"`{field}`", CLI_PAGE), field


def test_make_lists_itself() -> None:
    """`make` tells about each of its commands."""
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)

    listed = re.findall(r"^  make ([\w-]+)", result.stdout, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert listed == phony[1].split()
