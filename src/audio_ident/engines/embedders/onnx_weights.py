"""Whether an ONNX file holds all its weights itself, and names no other file.

ONNX lets a tensor say that its numbers lie in another file, by path. A model must not make us open
what its manifest does not name. The file is walked as its format, protocol buffers, makes it up;
numbers are skipped, so that half a gigabyte takes milliseconds.
"""

import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path

from audio_ident.vibe_errors import ModelInvalid

_INSIDE: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Numbers of the fields in which tensors can lie, by message, as `onnx.proto` has them."""

_EXTERNAL_FIELDS = frozenset({13, 14})
"""Of a tensor: `external_data` and `data_location`."""

_MOST_MESSAGES = 10_000_000

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
"""Kinds of fields."""


def check_weights_inside(path: Path) -> None:
    """Refuse a file that is no ONNX model, or that takes numbers from other files.

    Raises
    ------
    ModelInvalid
        It is refused.
    """
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            _check(content, path.name)
    except (OSError, ValueError, IndexError) as error:
        raise ModelInvalid(f"{path.name} is no ONNX model") from error


def _check(content: mmap.mmap, name: str) -> None:
    waiting = [("model", 0, len(content))]
    has_graph = False
    for _ in range(_MOST_MESSAGES):
        if not waiting:
            break
        message, start, end = waiting.pop()
        for field, kind, value_start, value_end in _fields(content, start, end):
            if message == "tensor" and field in _EXTERNAL_FIELDS:
                if kind != _VARINT or _varint(content, value_start)[0] != 0:
                    raise ModelInvalid(f"{name} takes weights from another file")
            elif kind == _LENGTH and field in _INSIDE[message]:
                waiting.append((_INSIDE[message][field], value_start, value_end))
        has_graph = has_graph or any(kind == "graph" for kind, _, _ in waiting)
    if waiting or not has_graph:
        raise ModelInvalid(f"{name} is no ONNX model")


def _fields(content: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, kind, first and last byte of each field of a message."""
    position = start
    while position < end:
        key, position = _varint(content, position)
        kind = key & 7
        value_start = position
        if kind == _VARINT:
            _, position = _varint(content, position)
        elif kind == _LENGTH:
            length, value_start = _varint(content, position)
            position = value_start + length
        elif kind in {_EIGHT_BYTES, _FOUR_BYTES}:
            position += 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("unknown kind of field")
        if position > end:
            raise ValueError("a field is longer than its message")
        yield key >> 3, kind, value_start, position


def _varint(content: mmap.mmap, position: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        byte = content[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise ValueError("a number is too long")
