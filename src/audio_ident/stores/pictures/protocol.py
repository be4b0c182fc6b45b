"""What a picture store owes.

An implementation

- MUST keep the thumbnails of a picture under the hash of its original bytes;
- MUST have made all sizes durable when `put` returns, and never show half of one;
- MUST NOT mind that the same picture is put twice, even by two processes at once;
- MUST be idempotent in `delete`.

`tests/contract/test_picture_store.py` runs every implementation through these rules.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol


class PictureStore(Protocol):
    """Keeps small copies of pictures, by content."""

    def put(self, sha256: str, jpegs: Mapping[int, bytes]) -> None:
        """Keep every size of `THUMBNAIL_SIZES`.

        Raises
        ------
        DiskFull, StoreInaccessible
            The picture then counts as not there.
        """
        ...

    def has(self, sha256: str) -> bool:
        """Whether every size is there."""
        ...

    def find(self, sha256: str, size: int) -> bytes | None:
        """One size as JPEG, None when it is not there."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget every size; no error when there is none."""
        ...

    def hashes(self) -> Iterator[str]:
        """Hashes of which any size is there, in order."""
        ...

    def delete_unfinished(self) -> None:
        """Remove what killed processes left; only while nobody writes."""
        ...
