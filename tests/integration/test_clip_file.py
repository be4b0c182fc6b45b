"""A clip in a file is named; an index that cannot be asked is told, never taken for no match."""

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.errors import IndexCorrupt
from audio_ident.identify.clip_file import IdentifyTools, identify_file
from audio_ident.model.answer import Verdict
from audio_ident.model.audio import MONO_RATE_HZ
from audio_ident.model.segment import Snapshot
from builders.encode import KINDS, encode
from builders.music import cut, library, music
from builders.reports import a_track


@dataclasses.dataclass
class HeldIndex:
    """A reader that shows one snapshot for ever."""

    held: Snapshot

    def snapshot(self) -> Snapshot:
        """What it was made with."""
        return self.held


def _tools(snapshot: Snapshot, *, has_recordings: bool = True) -> IdentifyTools:
    return IdentifyTools(
        decoder=PyavDecoder(time.monotonic),
        limits=DecodeLimits(max_bytes=10**9, max_seconds=3600, timeout_s=60),
        index=HeldIndex(snapshot),
        has_recordings=lambda: has_recordings,
        tracks_at=lambda _digest, _at: (a_track(),),
        monotonic_s=time.monotonic,
    )


@pytest.fixture(name="clip")
def _clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.flac"
    samples = cut(music(2), 7, 5)[:, np.newaxis]
    path.write_bytes(encode(samples, KINDS["flac"], rate_hz=MONO_RATE_HZ))
    return path


def test_a_clip_is_named_through_its_file(clip: Path) -> None:
    """The file's own rate and codec do not matter."""
    answer = identify_file(clip, _tools(library((1, 2, 3))))
    assert answer.verdict is Verdict.MATCH
    assert answer.matches[0].match.query_span.end_s <= answer.clip_duration_s


def test_a_missing_index_is_an_error(clip: Path) -> None:
    """A library that has recordings but no index must not answer 'no match'."""
    nothing = Snapshot(generation=0, segments=(), alive=())
    with pytest.raises(IndexCorrupt, match="missing"):
        identify_file(clip, _tools(nothing))
    assert identify_file(clip, _tools(nothing, has_recordings=False)).verdict is Verdict.NO_MATCH


def test_an_index_of_another_version_is_an_error(clip: Path) -> None:
    """Postings in a layout that this version does not read are never misread."""
    whole = library((1, 2, 3))
    parameters = {**whole.segments[0].parameters, "layout": 999}
    other = dataclasses.replace(whole.segments[0], parameters=parameters)
    with pytest.raises(IndexCorrupt, match="another version"):
        identify_file(clip, _tools(dataclasses.replace(whole, segments=(other,))))
