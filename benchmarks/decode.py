"""What decoding costs, format by format, beside FFmpeg's bare loop."""

import time
from functools import partial
from pathlib import Path

import av
from benchmarks.measure import Figure, median_cost_s
from benchmarks.music import LIMITS, Music

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import Sink
from audio_ident.model.audio import Feed
from audio_ident.units import ticks_to_seconds

FILES_OF_A_FORMAT = 2

FEEDS = {
    "16 kHz mono": (Feed.MONO_16K,),
    "16 kHz mono and packets": (Feed.MONO_16K, Feed.AUDIO_PACKETS),
    "16 kHz mono and 48 kHz stereo": (Feed.MONO_16K, Feed.STEREO_48K),
}


def measure(music: Music) -> list[Figure]:
    """Ratios to the bare loop of what listeners may ask for; seconds per hour of audio."""
    figures: list[Figure] = []
    for suffix, paths in music.by_suffix().items():
        chosen = paths[:FILES_OF_A_FORMAT]
        bare_s = sum(median_cost_s(partial(bare_loop, path)) for path in chosen)
        for name, feeds in FEEDS.items():
            cost_s = sum(decoding_cost_s(path, feeds) for path in chosen)
            figures.append(Figure(name=f"{suffix} to {name} / bare loop", value=cost_s / bare_s))
            if feeds == (Feed.MONO_16K,):
                hours = sum(map(duration_s, chosen)) / 3600
                figures.append(
                    Figure(name=f"{suffix} to {name}", value=cost_s / hours, unit="CPU s / h")
                )
    return figures


def bare_loop(path: Path) -> int:
    """Samples of a file, by FFmpeg's decoder in the shortest Python loop."""
    samples = 0
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for packet in container.demux(stream):
            for frame in packet.decode():
                samples += frame.samples
    return samples


def decoding_cost_s(path: Path, feeds: tuple[Feed, ...] = (Feed.MONO_16K,)) -> float:
    """Processor time that our decoder needs for some streams that nobody listens to."""
    sinks: dict[Feed, Sink] = {feed: lambda _: None for feed in feeds}
    decoder = PyavDecoder(clock=time.monotonic)
    return median_cost_s(lambda: decoder.listen(path, sinks, LIMITS))


def duration_s(path: Path) -> float:
    """Length of what a file decodes to."""
    outcome = PyavDecoder(clock=time.monotonic).listen(path, {}, LIMITS)
    return ticks_to_seconds(outcome.facts.duration_ticks)
