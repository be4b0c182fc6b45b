"""Every code that an error, a warning or an outcome can have, in one table.

Errors are the classes of `errors.py`, `vibe_errors.py` and `refusals.py`; remarks about files that
are used all the same are listed here. `docs/reference/errors.md` is made from this table.
"""

import dataclasses
from collections.abc import Iterator

from audio_ident import refusals, vibe_errors  # noqa: F401 -- read, so that its classes are found below
from audio_ident.errors import AudioIdentError, Severity


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What one code means."""

    code: str
    severity: str
    """`warn`: the file is used; `skip_file`: it is not; `abort`: the work ends;
    `outcome`: nothing is wrong."""
    is_retryable: bool
    """Whether trying again may help, so that an import does by itself."""
    meaning: str
    remedy: str
    http_status: int | None = None
    """How the service answers with it; None for what is only noted."""


OUTCOME = "outcome"
"""Severity of what is worth telling and nothing to be mended."""


def _remark(code: str, meaning: str, remedy: str, severity: str = Severity.WARN) -> Code:
    return Code(
        code=code, severity=str(severity), is_retryable=False, meaning=meaning, remedy=remedy
    )


REMARKS: tuple[Code, ...] = (
    _remark(
        "DECODE_PARTIAL",
        "Only a part of the audio could be decoded; the file is used as far as it goes.",
        "Play the file to its end; if it stops early there too, replace it.",
    ),
    _remark(
        "DURATION_MISMATCH",
        "The length that the file claims is not the length of its audio.",
        "Nothing to do; another program may show a wrong length.",
    ),
    _remark(
        "LARGE_FILE",
        "The file has more than 2 GiB: it takes long, and may hold more than one piece of music.",
        "Nothing to do if that is meant.",
    ),
    _remark(
        "TAGS_BROKEN",
        "The tags cannot be read; the audio is used without them.",
        "Write the tags again with a tag editor.",
    ),
    _remark(
        "TAG_REJECTED",
        "A tag is not what it should be, such as an id that is none; it is left out.",
        "Correct the tag with a tag editor.",
    ),
    _remark(
        "TAGS_ENCODING_UNSURE",
        "A text seems to be written in an old encoding that nothing names; it is kept as it is.",
        "If it reads wrongly, write the tag again with a tag editor.",
    ),
    _remark(
        "CUE_BROKEN",
        "A cue sheet has lines that cannot be understood; the others are used.",
        "Correct the cue sheet; its problem is named with its line.",
    ),
    _remark(
        "PICTURE_REJECTED",
        "A picture is no picture, or too large; the file is used without it.",
        "Replace the picture with a tag editor.",
    ),
    _remark(
        "MISSING_ALBUM_ART",
        "There is no picture in the file nor beside it.",
        "Nothing to do.",
        OUTCOME,
    ),
    _remark(
        "DUPLICATE_EXACT",
        "The file has the same bytes as another one, so it was not decoded.",
        "Nothing to do.",
        OUTCOME,
    ),
)
"""Codes that are noted and never raised."""


def _leaves(kind: type[AudioIdentError]) -> Iterator[type[AudioIdentError]]:
    if "code" in vars(kind):
        yield kind
    for child in kind.__subclasses__():
        yield from _leaves(child)


def _code_of(kind: type[AudioIdentError]) -> Code:
    return Code(
        code=kind.code,
        severity=str(kind.severity),
        is_retryable=kind.is_retryable,
        meaning=kind.meaning(),
        remedy=kind.remedy,
        http_status=kind.http_status,
    )


_RAISED = (_code_of(leaf) for kind in AudioIdentError.__subclasses__() for leaf in _leaves(kind))

CODES: tuple[Code, ...] = tuple(sorted((*_RAISED, *REMARKS), key=lambda code: code.code))
"""Every code, by name."""

_BY_NAME = {code.code: code for code in CODES}


def remedy_of(code: str) -> str:
    """What a person can do about a code; nothing for one of another version of the program."""
    known = find_code(code)
    return known.remedy if known else ""


def find_code(name: str) -> Code | None:
    """What a code means; None for one that there is not."""
    return _BY_NAME.get(name)
