"""Feeds that are made from another feed, once for all listeners that ask."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from audio_ident.core.sound_frames import SoundFrames
from audio_ident.model.audio import Feed


class FeedMaker(Protocol):
    """Hears one feed and hands another to a sink.

    It MUST give the same blocks however its own feed is cut.
    """

    hears: ClassVar[Feed]

    def feed(self, block: Any) -> None:  # noqa: ANN401 -- told by `hears`, as a listener's
        """Hear the next block."""
        ...

    def finish(self) -> None:
        """Hand over what is left, once, after the last block."""
        ...


DERIVED_FEEDS: Mapping[Feed, Callable[[Callable[[Any], None]], FeedMaker]] = {
    Feed.FRAMES_16K: SoundFrames,
}
"""Makes the maker of each derived feed, given the sink; a maker hears what a decoder gives."""
