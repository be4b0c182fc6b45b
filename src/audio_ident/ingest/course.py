"""The ways in which an import may be told to go on."""

import enum


class Course(enum.Enum):
    """How to go on."""

    GO = enum.auto()
    HOLD = enum.auto()
    """Finish what is at hand, begin nothing, wait."""
    FINISH = enum.auto()
    """Finish what is at hand, then end."""
    ABANDON = enum.auto()
    """End now; what is at hand is done again another time."""
