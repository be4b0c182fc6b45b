"""Exit codes, as `docs/reference/cli.md` documents them."""

import enum

from audio_ident.errors import (
    AddressInUse,
    AudioIdentError,
    BadInput,
    Cancelled,
    LibraryLocked,
    OwnerMissing,
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
    # nobody's failure: the same command works a little later, or once there is an owner
    is_waiting = isinstance(error, LibraryLocked | AddressInUse | OwnerMissing)
    return ExitCode.NOT_AVAILABLE if is_waiting else ExitCode.FAILED


def exit_code_of_files(succeeded: int, failed: int) -> ExitCode:
    if not failed:
        return ExitCode.OK
    return ExitCode.SOME_FILES_FAILED if succeeded else ExitCode.FAILED
