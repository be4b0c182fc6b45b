"""A check tells what a store of vectors lacks, has too much, or tells filters wrongly."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from audio_ident.ingest.tools import Stores
from audio_ident.library.check_vectors import CheckedVectors, check_vectors
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.reports import FindingCode
from audio_ident.model.vectors import SpaceId, WindowVectors
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.vibe_errors import VectorsUnreachable
from builders.filling import a_space, filling_of, held, import_sounds, sounding_stores, sounds_of
from builders.wav import write_wav

TIMBRE = a_space()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """A library of four recordings."""
    for seed in range(4):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed)
    made = sounding_stores(tmp_path / "data")
    import_sounds(tmp_path, made)
    yield made
    made.catalogue.close()


def codes(stores: Stores, index: ExactVectorIndex, *, is_deep: bool = True) -> list[str]:
    """What a check finds."""
    vectors = CheckedVectors(
        catalogue=stores.catalogue,
        index=index,
        sounds=sounds_of(stores),
        stored_spaces=tuple(index._spaces),
    )
    found = check_vectors(vectors, is_deep=is_deep)
    assert all(finding.fact and finding.remedy for finding in found)
    return [finding.code for finding in found]


def test_every_kind_of_difference_is_found_and_mended(stores: Stores) -> None:
    """Lost, strange, of an unknown space, told wrongly: a finding each, and none afterwards."""
    index = ExactVectorIndex()
    filling = filling_of(stores, index)
    filling.fill()
    assert codes(stores, index) == []
    first, second, *_ = sorted(held(index, TIMBRE))
    entries = index._entries[TIMBRE.id]
    stranger = AudioDigest("f" * 32)
    entries[stranger] = dataclasses.replace(entries[second], digest=stranger)
    del entries[first]
    with stores.catalogue.writing() as rows:
        rows.vector_marks.tell(index.name, {second: "wrong"})
    index.put(a_space("strange"), [])
    assert set(codes(stores, index)) == {
        FindingCode.VECTORS_MISSING,
        FindingCode.VECTORS_UNKNOWN,
        FindingCode.VECTORS_STALE,
    }
    assert len(codes(stores, index)) == 4

    index.drop(SpaceId("strange"))
    filling.agree(with_passages=True)
    filling.fill()
    assert codes(stores, index) == []


def test_a_glance_finds_that_a_store_was_lost(stores: Stores) -> None:
    """Without comparing everything."""
    filling_of(stores, ExactVectorIndex()).fill()
    assert codes(stores, ExactVectorIndex(), is_deep=False) == [FindingCode.VECTORS_MISSING]


def test_a_server_that_is_out_is_a_finding(stores: Stores) -> None:
    """Not the end of the check."""

    class Out(ExactVectorIndex):
        def windows_of(
            self, space_id: SpaceId, digests: Collection[AudioDigest]
        ) -> Mapping[AudioDigest, WindowVectors]:
            del space_id, digests
            raise VectorsUnreachable("no answer")

    filling_of(stores, ExactVectorIndex()).fill()
    assert codes(stores, Out(), is_deep=False) == [FindingCode.VECTORS_UNREACHABLE]
