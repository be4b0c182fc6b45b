"""A filling of vectors in a process of its own, to be killed; its argument is a data directory."""

import sys
from pathlib import Path

from audio_ident.ingest import filling
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.vectors.index_files import FileVectorIndex
from builders.filling import filling_of, sounding_stores


def main(data: str) -> None:
    """Fill, a few recordings at a time, and tell of each step."""
    filling.AT_ONCE = 3
    stores = sounding_stores(Path(data))
    index = FileVectorIndex(LibraryPlaces(data_directory=Path(data)).vectors)
    filling_of(stores, index).fill(on_progress=lambda told: _say(told.done))
    _say("filled")


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
