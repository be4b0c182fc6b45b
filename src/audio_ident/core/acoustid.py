"""The compressed form of a fingerprint that AcoustID is asked with and answers with.

Each sub-fingerprint is written as the distances between the bits in which it differs from the one
before, closed by a zero: three bits each, where seven means that five more bits follow in a
second list. Four bytes come first (algorithm, number of sub-fingerprints); all of it is base64 in
the alphabet for addresses, without padding.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from audio_ident.core.chromaprint import SubFingerprints
from audio_ident.errors import BadInput

ALGORITHM = 1
"""What algorithm 2 is called in the first byte."""

_SHORT_BITS, _LONG_BITS = 3, 5
_LONGEST_SHORT = 2**_SHORT_BITS - 1


def compress(subs: SubFingerprints) -> str:
    """The text that AcoustID takes as `fingerprint`, at most 2**24 - 1 sub-fingerprints."""
    changes = subs ^ np.concatenate([np.zeros(1, np.uint32), subs[:-1]])
    distances = [distance for change in changes.tolist() for distance in _distances(change)]
    short = [min(distance, _LONGEST_SHORT) for distance in distances]
    long = [distance - _LONGEST_SHORT for distance in distances if distance >= _LONGEST_SHORT]
    head = bytes([ALGORITHM]) + len(subs).to_bytes(3, "big")
    packed = head + _packed(short, _SHORT_BITS) + _packed(long, _LONG_BITS)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decompress(text: str) -> SubFingerprints:
    """Sub-fingerprints from the text of `compress` or `fpcalc`.

    Raises
    ------
    BadInput
        The text is no fingerprint of algorithm 2, or ends too early.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("a fingerprint is base64 text") from error
    if len(data) < 4 or data[0] != ALGORITHM:
        raise BadInput("the fingerprint is not of Chromaprint's algorithm 2")
    count = int.from_bytes(data[1:4], "big")
    short = _unpacked(data[4:], _SHORT_BITS)
    ends = np.flatnonzero(short == 0)
    if len(ends) < count:
        raise BadInput("the fingerprint ends too early")
    short = short[: ends[count - 1] + 1] if count else short[:0]
    is_long = np.flatnonzero(short == _LONGEST_SHORT)
    short_bytes = (len(short) * _SHORT_BITS + 7) // 8
    long = _unpacked(data[4 + short_bytes :], _LONG_BITS)
    if len(long) < len(is_long):
        raise BadInput("the fingerprint ends too early")
    short[is_long] += long[: len(is_long)]
    return _summed(short)


def _distances(change: int) -> Iterator[int]:
    """From each set bit to the next, counted from one, then a zero."""
    position = 0
    while change:
        distance = (change & -change).bit_length()
        yield distance
        position += distance
        change >>= distance
    yield 0


def _summed(distances: npt.NDArray[np.int64]) -> SubFingerprints:
    """Undo `_distances` and the differences between neighbours."""
    subs, value, bit = [], 0, 0
    for distance in distances.tolist():
        if distance:
            bit += distance
            if bit > 32:
                raise BadInput("the fingerprint names a bit that does not exist")
            value ^= 1 << (bit - 1)
        else:
            subs.append(value)
            bit = 0
    return np.array(subs, np.uint32)


def _packed(values: Iterable[int], width: int) -> bytes:
    """Values of so many bits, the lowest first, filled up to whole bytes."""
    numbers = np.array(list(values), np.uint8)
    bits = (numbers[:, None] >> np.arange(width, dtype=np.uint8)) & 1
    return np.packbits(bits.ravel(), bitorder="little").tobytes()


def _unpacked(data: bytes, width: int) -> npt.NDArray[np.int64]:
    """As many values of so many bits as the bytes hold."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little").astype(np.int64)
    whole = len(bits) - len(bits) % width
    return bits[:whole].reshape(-1, width) @ (1 << np.arange(width))
