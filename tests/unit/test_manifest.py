"""The manifest: one generation, or an error."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import IndexCorrupt
from audio_ident.stores.fingerprints.manifest import (
    MANIFEST_NAME,
    Manifest,
    SegmentEntry,
    find_manifest,
    parse_manifest,
    write_manifest,
)

MANIFEST = Manifest(
    generation=12,
    segments=(
        SegmentEntry(file_name="segment-0000000003.seg", dead_rows=()),
        SegmentEntry(file_name="segment-0000000010.seg", dead_rows=(1, 7)),
    ),
    log_name="log-0000000011.log",
)


def test_manifest_is_read_back(tmp_path: Path) -> None:
    """What was written is found, and nothing lies beside it."""
    assert find_manifest(tmp_path) is None
    write_manifest(tmp_path, MANIFEST)

    assert find_manifest(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_NAME]


@given(st.data())
def test_damaged_manifest_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A flipped bit or a missing end anywhere is an error."""
    directory = tmp_path_factory.mktemp("manifest")
    write_manifest(directory, MANIFEST)
    content = bytearray((directory / MANIFEST_NAME).read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    flipped = bytearray(content)
    flipped[position] ^= 1 << data.draw(st.integers(0, 7))

    for damaged in (flipped, content[:position]):
        with pytest.raises(IndexCorrupt):
            parse_manifest(bytes(damaged))
