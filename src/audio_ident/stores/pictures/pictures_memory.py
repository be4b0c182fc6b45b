"""Pictures in memory, for tests and for programs that keep nothing."""

from collections.abc import Iterator, Mapping

from audio_ident.model.pictures import THUMBNAIL_SIZES


class MemoryPictureStore:
    """The `PictureStore` in a dictionary."""

    def __init__(self) -> None:
        self._stored: dict[str, dict[int, bytes]] = {}

    def put(self, sha256: str, jpegs: Mapping[int, bytes]) -> None:
        """Keep every size."""
        self._stored[sha256] = dict(jpegs)

    def has(self, sha256: str) -> bool:
        """Whether every size is there."""
        return self._stored.get(sha256, {}).keys() >= set(THUMBNAIL_SIZES)

    def find(self, sha256: str, size: int) -> bytes | None:
        """One size as JPEG, None when it is not there."""
        return self._stored.get(sha256, {}).get(size)

    def delete(self, sha256: str) -> None:
        """Forget every size; no error when there is none."""
        self._stored.pop(sha256, None)

    def hashes(self) -> Iterator[str]:
        """Hashes of which any size is there, in order."""
        return iter(sorted(self._stored))

    def delete_unfinished(self) -> None:
        """Do nothing: nothing is ever half written."""
