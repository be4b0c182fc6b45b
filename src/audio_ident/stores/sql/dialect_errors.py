"""What the error of a database driver means, whichever of the two databases it comes from."""

import re

import sqlalchemy as sa

_SQLITE_FULL = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC"})

_BUSY_STATES = frozenset({"55P03", "40001", "40P01"})
"""A lock that did not come in time, a conflict of two transactions, a deadlock."""

_GONE_STATES = frozenset({"57P01", "57P02", "57P03", "25P03", "53300"})
"""The server stops, starts, has ended our session, or takes no more connections."""

_CREDENTIALS = re.compile(r"//[^/\s]*@|password\s*=\s*('[^']*'|\S+)", re.IGNORECASE)


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the database could not write for want of space."""
    return _sqlite_name(error) in _SQLITE_FULL or _state(error) == "53100"


def is_busy(error: BaseException | None) -> bool:
    """Whether another program holds the database."""
    return _sqlite_name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or (
        _state(error) in _BUSY_STATES
    )


def is_read_only(error: BaseException | None) -> bool:
    """Whether the database may not be written."""
    return _sqlite_name(error).startswith("SQLITE_READONLY") or _state(error) == "25006"


def is_unreachable(error: sa.exc.DBAPIError) -> bool:
    """Whether there is no connection to the server, or none any more."""
    if _sqlite_name(error.orig):
        return False
    state = _state(error.orig)
    if state:
        return state.startswith("08") or state in _GONE_STATES
    # libpq gives no state where there is no server to give one
    return error.connection_invalidated or isinstance(error, sa.exc.OperationalError)


def reason_of(error: sa.exc.DBAPIError) -> str:
    """What the driver says, on one line and without anything that lets somebody in."""
    lines = str(error.orig).splitlines()
    said = " ".join(line.strip() for line in lines if not line.startswith(("LINE ", "DETAIL:")))
    return _CREDENTIALS.sub("***", said)


def _sqlite_name(error: BaseException | None) -> str:
    return getattr(error, "sqlite_errorname", None) or ""


def _state(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""
