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
    for_form: list[structlog.typing.Processor] = [
        _show_control_characters,
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        ),
    ]
    if form == "json":
        for_form = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *for_form,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def _show_control_characters(
    logger: structlog.typing.WrappedLogger, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    # file names come from strangers and could steer the terminal
    del logger, method
    return {
        key: repr(value) if isinstance(value, str) and not value.isprintable() else value
        for key, value in event.items()
    }
