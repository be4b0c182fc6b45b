"""Writes docs/reference/parameters.md from the declared parameters; --check compares."""

import sys
from pathlib import Path

from audio_ident.model.parameters import PARAMETERS, Parameter
from pages import table_row, write_or_check

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/parameters.md"

HEADER = """\
# Parameters of an import

What one import can be told, on the command line or in a profile. The effect says when a changed
value makes a difference: *now* in the import that is given it; *next_analysis* for files that are
listened to from then on; *re-analysis* makes the next import listen again to the files that were
listened to with another value. Unknown names and values out of range are refused by name.

`audio-ident parameters` prints this table. It is made from `model/parameters.py`: change it there,
then run `make docs`.

| parameter | default | unit | allowed | effect | meaning |
|---|---|---|---|---|---|
"""


def parameters_reference() -> str:
    """The page."""
    return HEADER + "".join(table_row(_cells(parameter)) for parameter in PARAMETERS)


def _cells(parameter: Parameter) -> tuple[str, ...]:
    default = "none" if parameter.default is None else str(parameter.default).lower()
    return (
        f"`{parameter.name}`",
        f"`{default}`",
        parameter.unit,
        parameter.allowed,
        parameter.effect.value,
        parameter.meaning,
    )


if __name__ == "__main__":
    write_or_check(PAGE, parameters_reference(), sys.argv)
