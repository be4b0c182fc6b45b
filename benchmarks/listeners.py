"""What each listener costs beside decoding the same files to 16 kHz mono."""

import time
from pathlib import Path
from typing import Any

from benchmarks.decode import decoding_cost_s, duration_s
from benchmarks.hearing import EVERY_LISTENER
from benchmarks.measure import Figure, median_cost_s
from benchmarks.music import LIMITS, Music

from audio_ident.core.derived_feeds import DERIVED_FEEDS
from audio_ident.core.listeners.protocol import Listener
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.model.audio import Feed

MOST_FILES = 4


def measure(music: Music) -> list[Figure]:
    """Ratios of each listener, and of all of them, to decoding."""
    paths = music.of_one_format()[:MOST_FILES]
    decoding_s = sum(map(decoding_cost_s, paths))
    hours = sum(map(duration_s, paths)) / 3600
    costs_s = {
        listener.name: sum(listening_cost_s(path, listener) for path in paths)
        for listener in EVERY_LISTENER
    }
    for feed in DERIVED_FEEDS:
        costs_s[f"feed {feed}"] = sum(making_cost_s(path, feed) for path in paths)
    costs_s["all listeners"] = sum(costs_s.values())
    form = f"decoding {paths[0].suffix}"
    return [
        *(Figure(name=f"{name} / {form}", value=s / decoding_s) for name, s in costs_s.items()),
        *(Figure(name=name, value=s / hours, unit="CPU s / h") for name, s in costs_s.items()),
    ]


def listening_cost_s(path: Path, new_listener: type[Listener]) -> float:
    """Processor time in a listener alone, over blocks that lie ready."""
    blocks = _blocks(path, new_listener.hears)

    def listen() -> None:
        listener = new_listener()
        for block in blocks:
            listener.feed(block)
        listener.finish()

    return median_cost_s(listen)


def _blocks(path: Path, feed: Feed) -> list[Any]:
    if feed is Feed.FILE_BYTES:
        return [path.read_bytes()]
    blocks: list[Any] = []
    decoder = PyavDecoder(clock=time.monotonic)
    if feed in DERIVED_FEEDS:
        maker = DERIVED_FEEDS[feed](blocks.append)
        decoder.listen(path, {maker.hears: maker.feed}, LIMITS)
        maker.finish()
    else:
        decoder.listen(path, {feed: blocks.append}, LIMITS)
    return blocks


def making_cost_s(path: Path, feed: Feed) -> float:
    """Processor time of making a derived feed, over blocks that lie ready."""
    new_maker = DERIVED_FEEDS[feed]
    blocks = _blocks(path, new_maker(lambda _: None).hears)

    def make() -> None:
        maker = new_maker(lambda _: None)
        for block in blocks:
            maker.feed(block)
        maker.finish()

    return median_cost_s(make)
