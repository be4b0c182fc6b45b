"""Writes docs/reference/errors.md from the table of codes; --check compares."""

import sys
from pathlib import Path

from audio_ident.model.codes import CODES, Code
from pages import table_row, write_or_check

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/errors.md"

HEADER = """\
# Errors, warnings and outcomes

Every code, what it means, and what can be done. Codes are stable: scripts may rely on them.
`audio-ident errors` lists the files that cannot be used as things stand now, `--session` what one
import met, and `--codes` this table.

| severity | meaning |
|---|---|
| `warn` | the file is used, and something about it should be known |
| `skip_file` | this file is not used; all others go on |
| `abort` | the command or the import ends; what was finished stays |
| `outcome` | nothing is wrong |

What is *retryable* may pass by itself: an import tries such files again, at most three times, and
`import --retry-failed` tries any failed file again, however often it failed. The codes of the
services that say who made a recording come with the step that asks them.

The service answers a request that meets an error with the *HTTP* status, the code and the remedy;
the `type` of such an answer is a path of the service itself, `/api/v1/codes/` and the code (below
the `base_path`), where everybody is told what this page tells, without a log-in and without the
internet. Codes without a status are only noted.

This page is made from `errors.py`, `vibe_errors.py`, `refusals.py` and `model/codes.py`: change it
there, then run `make docs`.

| code | severity | retryable | HTTP | meaning | what to do |
|---|---|---|---|---|---|
"""


def errors_reference() -> str:
    """The page."""
    return HEADER + "".join(_row(code) for code in CODES)


def _row(code: Code) -> str:
    retryable = "yes" if code.is_retryable else "no"
    name = f'<a id="{code.code.lower()}"></a>`{code.code}`'
    status = str(code.http_status or "")
    return table_row((name, f"`{code.severity}`", retryable, status, code.meaning, code.remedy))


if __name__ == "__main__":
    write_or_check(PAGE, errors_reference(), sys.argv)
