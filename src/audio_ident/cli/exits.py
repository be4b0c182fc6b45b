"""Exit codes, as `docs/reference/cli.md` documents them."""

import enum

from audio_ident.errors import (
    AddressInUse,
    AudioIdentError,
    BadInput,
    Cancelled,
    LibraryLocked,
)


class ExitCode(enum.IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SOME_FILES_FAILED = 3
    NO_MATCH = 4
    NOT_AVAILABLE = 5
    DEGRADED = 6
    INTERRUPTED = 130


def exit_code_of_error(error: AudioIdentError) -> ExitCode:
    if isinstance(error, Cancelled):
        return ExitCode.INTERRUPTED
    if isinstance(error, BadInput):
        return ExitCode.USAGE
    # what another program holds is nobody's failure: the same command works a little later
    is_held = isinstance(error, (LibraryLocked, AddressInUse))
    return ExitCode.NOT_AVAILABLE if is_held else ExitCode.FAILED


def exit_code_of_files(succeeded: int, failed: int) -> ExitCode:
    if not failed:
        return ExitCode.OK
    return ExitCode.SOME_FILES_FAILED if succeeded else ExitCode.FAILED
