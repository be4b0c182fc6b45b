"""Writes docs/man/audio-ident.1 from commands, settings and exit codes; --check compares."""

import enum
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audio_ident.settings.model import Settings, environment_name
from command_tree import commands
from pages import write_or_check

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/man/audio-ident.1"
CLI_PAGE = ROOT / "docs/reference/cli.md"

KINDS: Mapping[object, str] = {int: "N", float: "N", Path: "PATH"}
"""Words for the values of options, by their types."""

HEAD = r""".\" Made by scripts/man_page.py: change the commands, then run `make docs`.
.TH AUDIO-IDENT 1 "" "audio-ident" "User Commands"
.SH NAME
audio-ident \- name any clip of your own music library by ear
.SH SYNOPSIS
.B audio-ident
[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]
.SH DESCRIPTION
.B audio-ident
listens once to every file below a folder, without changing any of them, and from then on tells
which recording a short, noisy clip comes from, where in the recording, and how sure it is.
It runs on this machine, offline, with no server.
"""

TAIL = r""".SH FILES
.TP
.I ~/.config/audio-ident/audio-ident.toml
The settings file.
.TP
.I ~/.local/share/audio-ident
The library, unless another folder is set.
"""


def man_page() -> str:
    """The page, in roff."""
    found = list(commands())
    lines = [HEAD, ".SH OPTIONS\n", *_options(found[0][1]), ".SH COMMANDS\n"]
    for words, command in found[1:]:
        if not getattr(command, "commands", {}):
            lines += _command(words, command)
    lines += [".SH EXIT STATUS\n", *_exit_codes(), ".SH ENVIRONMENT\n", *_environment(), TAIL]
    return "".join(lines)


def _command(words: str, command: Any) -> Iterator[str]:  # noqa: ANN401 -- see `command_tree`
    arguments = [_metavar(p) for p in command.params if p.param_type_name == "argument"]
    yield f".SS {_escaped(' '.join([words, *arguments]))}\n"
    yield f"{_escaped(command.help or '')}\n"
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:  # noqa: ANN401 -- see `command_tree`
    for parameter in command.params:
        if parameter.param_type_name != "option" or parameter.hidden:
            continue
        names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in parameter.opts)
        value = "" if parameter.is_flag else rf" \fI{_escaped(_metavar(parameter))}\fR"
        yield f".TP\n{names}{value}\n{_escaped(parameter.help or '')}\n"


def _metavar(parameter: Any) -> str:  # noqa: ANN401 -- see `command_tree`
    if parameter.metavar:
        return str(parameter.metavar)
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return "|".join(str(choice.value) for choice in kind)
    return KINDS.get(kind, "TEXT")


def _exit_codes() -> Iterator[str]:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", CLI_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    for code, meaning in rows:
        yield f".TP\n.B {code}\n{_escaped(meaning.replace('`', ''))}\n"


def _environment() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield f".TP\n.B {_escaped(environment_name(name))}\n{_escaped(field.description or '')}\n"


def _escaped(text: str) -> str:
    """Text that roff prints as it is; a paragraph may not begin with a dot or an apostrophe."""
    text = " ".join(text.replace("\\", r"\e").replace("-", r"\-").replace("`", "").split())
    return r"\&" + text if text.startswith((".", "'")) else text


if __name__ == "__main__":
    write_or_check(PAGE, man_page(), sys.argv)
