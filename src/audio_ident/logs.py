"""Structured log events on stderr.

An event name is a fixed word (`file_skipped`); facts are keys. These keys are bound once, where
they become known, with `structlog.contextvars.bound_contextvars`:

`session`  the import session, in the process that runs it
`file`     the path of the file at hand
`stage`    what is being done to it
"""

import sys
from typing import Literal, TextIO

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logs(
    level: Literal["debug", "info", "warning", "error"],
    form: Literal["console", "json"],
    stream: TextIO | None = None,
) -> None:
    """Send events of at least `level` to a stream, stderr unless told otherwise."""
    stream = stream or sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=True)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
