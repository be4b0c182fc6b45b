"""Fillings of vectors that are killed: the next one goes on and ends like an undisturbed one."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from audio_ident.ingest.tools import Stores
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.vector_agreement import find_difference
from audio_ident.stores.sql.vector_marks import SpaceOfStore
from audio_ident.stores.vectors.exact_memory import ExactVectorIndex
from audio_ident.stores.vectors.index_check import find_vector_problems
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader
from builders.filling import a_space, filling_of, import_sounds, sounding_stores
from builders.wav import write_wav

TIMBRE = a_space()
RECORDINGS = 40
KILLS = 4


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """A library of many recordings."""
    for seed in range(RECORDINGS):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed)
    made = sounding_stores(tmp_path / "data")
    import_sounds(tmp_path, made)
    yield made
    made.catalogue.close()


def kill_a_filling(data: Path, chance: random.Random) -> None:
    """Start one, and kill it in the middle of a step."""
    with subprocess.Popen(
        [sys.executable, "-m", "builders.fill_process", str(data)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        process.kill()


def test_killed_fillings_end_like_an_undisturbed_one(stores: Stores, tmp_path: Path) -> None:
    """At any moment every entry is there entirely or not at all, and rows know of each."""
    folder = LibraryPlaces(data_directory=tmp_path / "data").vectors
    chance = random.Random(4)
    for _ in range(KILLS):
        kill_a_filling(tmp_path / "data", chance)
        assert find_vector_problems(folder) == ()
        with closing(FileVectorReader(folder)) as reader:
            found = find_difference(stores.catalogue, reader, TIMBRE.id)
        assert (found.lost, found.strange) == (frozenset(), frozenset())

    with closing(FileVectorIndex(folder)) as index:
        filling_of(stores, index).fill()
        calm = ExactVectorIndex()
        filling_of(stores, calm).fill()
        digests = list(calm.digests(TIMBRE.id))
        assert list(index.digests(TIMBRE.id)) == digests
        assert len(digests) == RECORDINGS
        expected, stored = calm.windows_of(TIMBRE.id, digests), index.windows_of(TIMBRE.id, digests)
        for digest in digests:
            np.testing.assert_allclose(stored[digest].vectors, expected[digest].vectors, atol=1e-3)
    with stores.catalogue.reading() as rows:
        place = SpaceOfStore(space_id=TIMBRE.id, store="files")
        assert rows.vector_marks.stored(place) == digests
        assert rows.vector_marks.missing(place, 0, 10) == []
