"""Our collections on a Qdrant server: what they are called, and that they are what they should be.

Others may keep collections on the same server. Each of ours says in its metadata what it is for:
what says something else, or nothing, is neither read nor written.
"""

import dataclasses
import hashlib
import threading
import urllib.parse
from collections.abc import Iterator, Mapping

from audio_ident.model.vectors import Space, SpaceId
from audio_ident.stores.vectors.qdrant_server import CollectionFacts, CollectionGone, QdrantServer
from audio_ident.stores.vectors.spaces import encoded_space, require_same_space
from audio_ident.vibe_errors import VectorsUnreachable

PROGRAM = "audio-ident"

NAME_LENGTH = 200
"""Of the column that remembers the name of a store."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class QdrantPlace:
    """Where a library has its vectors on a server."""

    url: str
    api_key: str = dataclasses.field(default="", repr=False)
    collection: str = "audio-ident"
    """Start of the names of collections."""
    library: str = ""
    """Id of the library: what another one has put under such names is left alone."""
    timeout_s: float = 5.0

    @property
    def name(self) -> str:
        """Server and collection, without secrets, and however one gets there."""
        parts = urllib.parse.urlsplit(self.url)
        server = parts.netloc.rpartition("@")[2] + parts.path.rstrip("/")
        name = f"qdrant {server} {self.collection}"
        if len(name) <= NAME_LENGTH:
            return name
        return f"qdrant {hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}"

    def collection_of(self, space_id: SpaceId) -> str:
        """Name of the collection of a space."""
        return f"{self.collection}-{space_id}"


class Collections:
    """The collections of a library; remembers those that it has looked at."""

    def __init__(self, server: QdrantServer, place: QdrantPlace) -> None:
        self._server = server
        self._place = place
        self._known: dict[SpaceId, Space] = {}
        self._indexed: set[SpaceId] = set()
        self._ours: set[SpaceId] | None = None
        self._lock = threading.Lock()

    def find(self, space_id: SpaceId) -> Space | None:
        """The space of an id as it was put, None when nothing was put into it.

        Raises
        ------
        VectorsUnreachable
            The collection of its name is for something else.
        """
        with self._lock:
            known = self._known.get(space_id)
        if known is not None:
            return known
        facts = self._facts(space_id)
        return None if facts is None else self._remember(self._expect(facts, space_id))

    def make(self, space: Space) -> None:
        """Let there be a collection for a space, with all its indexes.

        Raises
        ------
        BadInput
            There is one, for vectors that were made in another way.
        """
        facts = None
        with self._lock:
            is_whole = space.id in self._indexed
        if not is_whole:
            facts = self._facts(space.id) or self._create(space)
        held = self.find(space.id) if facts is None else self._expect(facts, space.id)
        if held is not None:
            require_same_space(held, space)
        if facts is not None:
            self._server.index_fields(self._place.collection_of(space.id), facts.indexed_fields)
            self._remember(space)
            with self._lock:
                self._indexed.add(space.id)
                self._ours = None

    def _create(self, space: Space) -> CollectionFacts:
        name = self._place.collection_of(space.id)
        metadata = {
            "program": PROGRAM,
            "collection": self._place.collection,
            "library": self._place.library,
            "space": encoded_space(space),
        }
        self._server.create(name, space.dimension, metadata)
        return self._server.facts(name)

    def forget(self, space_id: SpaceId) -> None:
        """Look again next time."""
        with self._lock:
            self._known.pop(space_id, None)
            self._indexed.discard(space_id)
            self._ours = None

    def spaces(self) -> list[SpaceId]:
        """Every space that this library has on the server; its one writer makes no others."""
        with self._lock:
            known = self._ours
        if known is None:
            known = set(self._look_for_spaces())
            with self._lock:
                self._ours = known
        return sorted(known)

    def _look_for_spaces(self) -> Iterator[SpaceId]:
        prefix = self._place.collection_of(SpaceId(""))
        for name in sorted(self._server.names()):
            if name.startswith(prefix):
                space_id = SpaceId(name.removeprefix(prefix))
                facts = self._facts(space_id)
                if facts is not None and self._is_ours(facts, space_id):
                    yield space_id

    def _facts(self, space_id: SpaceId) -> CollectionFacts | None:
        name = self._place.collection_of(space_id)
        try:
            return self._server.facts(name) if self._server.exists(name) else None
        except CollectionGone:
            if self._server.exists(name):  # another process drops and makes it
                raise
            return None

    def _expect(self, facts: CollectionFacts, space_id: SpaceId) -> Space:
        """The space of a collection that is what it should be."""
        name = self._place.collection_of(space_id)
        if not facts.metadata:
            raise _refused(name, "it does not say what it is for; Qdrant 1.16 is needed for that")
        if not self._is_ours(facts, space_id):
            raise _refused(name, "it is for something else, or of another library")
        try:
            space = Space(**facts.metadata["space"])
        except TypeError:
            raise _refused(name, "another version of audio-ident made it") from None
        if not facts.is_cosine or facts.dimension != space.dimension:
            raise _refused(name, "its vectors are of another length, or not compared by cosine")
        return space

    def _is_ours(self, facts: CollectionFacts, space_id: SpaceId) -> bool:
        said, space = facts.metadata, facts.metadata.get("space")
        return (
            said.get("program") == PROGRAM
            and said.get("collection") == self._place.collection
            and said.get("library", "") == self._place.library
            and isinstance(space, Mapping)
            and space.get("id") == space_id
        )

    def _remember(self, space: Space) -> Space:
        with self._lock:
            self._known[space.id] = space
        return space


def _refused(name: str, reason: str) -> VectorsUnreachable:
    return VectorsUnreachable(
        f"the collection {name} is there and cannot be used: {reason}; choose another name with "
        "AUDIO_IDENT_QDRANT_COLLECTION"
    )
