"""What a worker does to give one file its vectors: decode it, and let the embedder listen."""

import dataclasses
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from audio_ident.engines.embedders.protocol import Embedder
from audio_ident.engines.protocols import DecodeLimits, Decoder
from audio_ident.errors import BadInput, Cancelled
from audio_ident.model.audio import MONO_RATE_HZ, STEREO_RATE_HZ, Feed, Mono
from audio_ident.model.vectors import WindowVectors

_BLOCKS_AHEAD = 4
"""Blocks of about a second that are decoded before they are listened to."""

_LOOK_S = 0.5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmbeddingTools:
    """What a worker listens with."""

    decoder: Decoder
    limits: DecodeLimits
    embedder: Embedder


def embed_file(tools: EmbeddingTools, path: Path) -> WindowVectors:
    """The windows of a file in the space of an embedder.

    Raises
    ------
    FileProblem
        The leaf that says what is wrong with the file.
    StoreProblem
        The model cannot be used.
    """
    with closing(_Stream(tools, path)) as stream:
        return tools.embedder.embed_audio(stream.blocks())


class _Stream:
    """Blocks of a file, decoded in a thread a little ahead of whoever takes them.

    A decoder hands blocks out and an embedder asks for them; memory holds a few of them.
    """

    def __init__(self, tools: EmbeddingTools, path: Path) -> None:
        self._tools = tools
        self._path = path
        self._feed = _feed_at(tools.embedder.space.rate_hz)
        self._blocks: queue.Queue[Mono | None] = queue.Queue(_BLOCKS_AHEAD)
        self._is_closed = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._decode, daemon=True)

    def blocks(self) -> Iterator[Mono]:
        """The blocks, in order; raises what decoding raised."""
        self._thread.start()
        while (block := self._blocks.get()) is not None:
            yield block
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End decoding, wherever it is."""
        self._is_closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _decode(self) -> None:
        sink: Callable[[Mono], None] = self._hand_over
        if self._feed is Feed.STEREO_48K:
            sink = self._hand_over_mean
        try:
            self._tools.decoder.listen(self._path, {self._feed: sink}, self._tools.limits)
        except Exception as error:  # noqa: BLE001 -- the boundary of a thread, raised beyond it
            self._error = error
        self._put(None)

    def _hand_over(self, block: Mono) -> None:
        if not self._put(block):
            raise Cancelled("nobody listens any more")

    def _hand_over_mean(self, block: Mono) -> None:
        self._hand_over(block.mean(axis=1, dtype=np.float32))

    def _put(self, block: Mono | None) -> bool:
        while not self._is_closed.is_set():
            try:
                self._blocks.put(block, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False


def _feed_at(rate_hz: int) -> Feed:
    feeds = {MONO_RATE_HZ: Feed.MONO_16K, STEREO_RATE_HZ: Feed.STEREO_48K}
    if rate_hz not in feeds:
        raise BadInput(f"no stream has {rate_hz} Hz")
    return feeds[rate_hz]
