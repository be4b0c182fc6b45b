"""The one table of codes."""

import re
from pathlib import Path

import audio_ident
from audio_ident.model.codes import CODES, OUTCOME, remedy_of

SOURCE = Path(audio_ident.__file__).parent


def test_every_code_is_unique_and_explained() -> None:
    """Each has a meaning and a remedy that are sentences, and a known severity."""
    names = [code.code for code in CODES]

    assert len(set(names)) == len(names)
    for code in CODES:
        assert re.fullmatch(r"[A-Z][A-Z_]+", code.code)
        assert code.severity in {"warn", "skip_file", "abort", OUTCOME}
        assert (code.meaning[-1], code.remedy[-1]) == (".", "."), code.code


def test_every_warning_in_the_program_is_in_the_table() -> None:
    """No file of the program notes a code that a person could not look up."""
    found = {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(
            r'(?:AudioWarning\(\s*code=|_warn\(|warnings\()"([A-Z_]+)"',
            path.read_text(encoding="utf-8"),
        )
    }

    assert {"DECODE_PARTIAL", "TAG_REJECTED", "CUE_BROKEN"} <= found
    assert found <= {code.code for code in CODES}


def test_a_code_of_another_version_has_no_remedy() -> None:
    """What the table does not know is shown all the same."""
    assert remedy_of("FROM_THE_FUTURE") == ""
