"""What a listener owes.

A listener hears a file once, block by block, and answers at the end. It

- MUST give the same result however the same stream is cut into blocks;
- MUST use memory that does not grow with the length of the file, apart from a compact result;
- MUST answer for an empty stream too;
- MUST raise its `version` whenever the same audio gives a different result;
- SHOULD cost less than the decoding it listens to.

`tests/contract/test_listeners.py` runs every registered listener through these rules.
"""

from typing import Any, ClassVar, Protocol

from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed


class Listener(Protocol):
    """Hears one stream of one file."""

    name: ClassVar[str]
    version: ClassVar[int]
    hears: ClassVar[Feed]

    def feed(self, block: Any) -> None:  # noqa: ANN401 -- its type is told by `hears`
        """Hear the next block; its type follows from `hears`."""
        ...

    def finish(self) -> Fields:
        """Answer, once, after the last block."""
        ...
