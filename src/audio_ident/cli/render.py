"""The only place that prints: data on stdout, everything else on stderr."""

import enum
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from audio_ident.errors import AudioIdentError
from audio_ident.model.reports import FileFailure

Document: TypeAlias = Mapping[str, Any]
"""Ready for JSON."""

Advance: TypeAlias = Callable[[int, int, str], None]
"""Shows how many of how many are done, and the one just done."""

WIDTH_OF_A_PIPE = 200
"""Columns of a table that no terminal shows."""

LONGEST_CELL = 40
"""Characters of a cell that may be cut; JSON and the page of one thing have all of it."""


class Form(enum.StrEnum):
    """Shape of the data on stdout."""

    TABLE = "table"
    JSON = "json"
    """One document."""
    JSONL = "jsonl"
    """One object a line, with its `type` and `schema`."""


class Output:
    """Owns stdout and stderr for one command."""

    def __init__(self, form: Form, *, is_quiet: bool) -> None:
        self.form = form
        self._is_quiet = is_quiet
        self._stdout = Console(highlight=False)
        if not self._stdout.is_terminal:
            self._stdout = Console(width=WIDTH_OF_A_PIPE, highlight=False)
        self._stderr = Console(stderr=True, highlight=False)

    def document(self, document: Document) -> None:
        """Print one JSON document."""
        typer.echo(_json(document, indent=2))

    def line(self, kind: str, document: Document) -> None:
        """Print one line of JSON Lines."""
        typer.echo(_json({"type": kind, "schema": 1, **document}, indent=None))

    def raw(self, data: bytes) -> None:
        """Print bytes that already have the form that was asked for."""
        typer.echo(data, nl=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; columns that end in `>` are aligned to the right.

        Cells of a column that ends in `…` are cut where they are too long for a list.
        """
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in columns:
            justify: Literal["left", "right"] = "right" if column.endswith(">") else "left"
            table.add_column(column.rstrip(">…"), justify=justify, overflow="fold")
        for row in rows:
            cells = zip(columns, map(printable, row), strict=True)
            table.add_row(*(Text(_cut(cell) if name[-1] == "…" else cell) for name, cell in cells))
        self._stdout.print(table)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Print names and values, one below the other; an empty name continues."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts:
            table.add_row(Text(printable(name)), Text(printable(value)))
        self._stdout.print(table)

    def text(self, text: str) -> None:
        """Print a sentence on stdout."""
        self._stdout.print(Text(printable(text)))

    def note(self, text: str) -> None:
        """Say something on stderr that is not data, unless asked to be quiet."""
        if not self._is_quiet:
            self._stderr.print(Text(printable(text)), soft_wrap=True)

    def error(self, error: AudioIdentError) -> None:
        """Say why the command failed: for a program on stdout, for a person on stderr."""
        if self.form is Form.TABLE:
            self._complain("error", error.code, error.fact, error.remedy)
            return
        document = {"error": {"code": error.code, "fact": error.fact, "remedy": error.remedy}}
        if self.form is Form.JSON:
            self.document(document)
        else:
            self.line("error", document)

    def failure(self, failure: FileFailure) -> None:
        """Say on stderr why one file could not be used."""
        fact = f"{failure.path}: {failure.fact}"
        self._complain("failed", failure.code, fact, failure.remedy)

    def notice(self, notice: FileFailure) -> None:
        """Say on stderr what is worth knowing about one file that stopped nothing."""
        if not self._is_quiet:
            fact = f"{notice.path}: {notice.fact}"
            self._complain("note", notice.code, fact, notice.remedy)

    @contextmanager
    def progress(self, label: str) -> Iterator[Advance]:
        """Show a progress bar on stderr while the block runs, if a person is watching."""
        bar = Progress(
            TextColumn(label),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[subject]}", markup=False),
            console=self._stderr,
            disable=self._is_quiet or not self._stderr.is_terminal,
            transient=True,
        )
        with bar:
            task = bar.add_task(label, total=None, subject="")

            def advance(done: int, total: int, subject: str) -> None:
                bar.update(task, completed=done, total=total, subject=printable(subject))

            yield advance

    def _complain(self, word: str, code: str, fact: str, remedy: str) -> None:
        self._stderr.print(Text(printable(f"{word} {code}: {fact}")), soft_wrap=True)
        self._stderr.print(Text(f"  {remedy}"), soft_wrap=True)


def printable(text: str) -> str:
    """Text that neither steers the terminal nor fails to be encoded; tags come from strangers."""
    return "".join(
        character if unicodedata.category(character) not in {"Cc", "Cs"} else ascii(character)[1:-1]
        for character in text
    )


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - 1].rstrip() + "…"


def _json(document: Document, indent: int | None) -> str:
    text = json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)
    # file names that are no UTF-8 hold lone surrogates; "\udcff" is how JSON writes them
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
