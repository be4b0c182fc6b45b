"""The Qdrant server that a person named for the tests, if there is one.

`QDRANT_URL` is a setting of the program too: it is taken out of the environment here, before any
test runs, so that no library of a test keeps its vectors there.
"""

import atexit
import functools
import os

from qdrant_client import QdrantClient

URL = os.environ.pop("QDRANT_URL", "")
API_KEY = os.environ.pop("QDRANT_API_KEY", "")

COLLECTIONS = "test-"
"""What the names of collections of tests begin with."""


@functools.cache
def clean_at_the_end() -> None:
    """Take away all collections of tests when the last test is over."""
    atexit.register(_clean)


def _clean() -> None:
    headers = {"api-key": API_KEY} if API_KEY else None
    client = QdrantClient(url=URL, headers=headers, timeout=60, check_compatibility=False)
    for collection in client.get_collections().collections:
        if collection.name.startswith(COLLECTIONS):
            client.delete_collection(collection.name)
    client.close()
