"""Byte ranges are understood as RFC 9110 has them, whatever is asked."""

from hypothesis import given
from hypothesis import strategies as st

from audio_ident.api.ranges import MOST_RANGES, requested_ranges

NUMBERS = st.integers(0, 3000)
SPECS = st.one_of(
    st.builds("{0[0]}-{0[1]}".format, st.tuples(NUMBERS, NUMBERS).map(sorted)),
    st.builds("{}-".format, NUMBERS),
    st.builds("-{}".format, NUMBERS),
)


def wanted_bytes(spec: str, size_bytes: int) -> set[int]:
    """The bytes of one range, told the plain way."""
    first, _, last = spec.partition("-")
    if not first:
        return set(range(max(0, size_bytes - int(last)), size_bytes))
    return set(range(int(first), min(size_bytes, int(last or size_bytes) + 1)))


@given(st.lists(SPECS, min_size=1, max_size=MOST_RANGES), NUMBERS)
def test_every_wanted_byte_is_sent_once(specs: list[str], size_bytes: int) -> None:
    """Ranges lie inside the file, do not overlap, and hold all that is wanted."""
    ranges = requested_ranges("bytes=" + ", ".join(specs), size_bytes)
    assert ranges is not None
    sent = [byte for start, end in ranges for byte in range(start, end)]
    wanted = set().union(*(wanted_bytes(spec, size_bytes) for spec in specs))

    assert all(0 <= start < end <= size_bytes for start, end in ranges)
    assert len(set(sent)) == len(sent)
    assert wanted <= set(sent)
    assert bool(wanted) == bool(sent)


@given(st.text(max_size=40), NUMBERS)
def test_any_text_is_survived(header: str, size_bytes: int) -> None:
    """What is no range is ignored, never an error."""
    for start, end in requested_ranges(f"bytes={header}", size_bytes) or []:
        assert 0 <= start < end <= size_bytes
