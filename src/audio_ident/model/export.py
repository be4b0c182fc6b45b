"""Shapes in which the tracks of a library leave it."""

import dataclasses
import enum


class ExportForm(enum.StrEnum):
    """Shape of an export."""

    JSONL = "jsonl"
    """One JSON object a line; paths keep every byte."""
    CSV = "csv"
    """A table for spreadsheets."""
    M3U8 = "m3u8"
    """A play list in UTF-8."""
    JSPF = "jspf"
    """A play list in JSON, with albums, lengths and ids."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PathMapping:
    """Says that what lies below one folder here lies below another one elsewhere."""

    source: str
    target: str
