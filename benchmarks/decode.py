"""What decoding costs beside FFmpeg's bare loop, and each listener beside decoding.

    python benchmarks/decode.py [FILE...] [--json RESULT]

Without files, a minute of synthetic sound is encoded in several formats; real music gives the
figures that count. Every ratio is made of two times from the same run, the best of three each.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits, DecodeOutcome
from audio_ident.engines.pyav_open import library_versions
from audio_ident.ingest.analyse import analyse
from audio_ident.model.audio import Feed

LIMITS = DecodeLimits(max_bytes=1 << 40, max_seconds=1e6, timeout_s=3600)
ROUNDS = 3
SYNTHETIC = ("mp3", "flac", "ogg vorbis", "opus", "aac faststart", "wav 16 bit")
FEEDS: dict[str, tuple[Feed, ...]] = {
    "mono": (Feed.MONO_16K,),
    "mono_and_packets": (Feed.MONO_16K, Feed.AUDIO_PACKETS),
    "mono_and_stereo": (Feed.MONO_16K, Feed.STEREO_48K),
}


def main() -> None:
    """Measure, print the table of ratios, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--json", type=Path, help="file for the results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = arguments.files or _synthetic_files(Path(folder))
        results = [_measure(path) for path in files]
    for result in results:
        print(json.dumps(result))
    if arguments.json:
        report = {"libraries": library_versions(), "files": results}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


def _measure(path: Path) -> dict[str, Any]:
    decoder = PyavDecoder(clock=time.monotonic)
    outcome = decoder.listen(path, {}, LIMITS)
    seconds = outcome.facts.duration_ticks / 28_224_000
    bare_cpu_s = _best_cpu_s(lambda: _bare_loop(path))
    decode_cpu_s = {
        name: _best_cpu_s(lambda feeds=feeds: _decode(decoder, path, feeds))
        for name, feeds in FEEDS.items()
    }
    all_cpu_s = _best_cpu_s(lambda: analyse(path, decoder, LISTENERS, LIMITS))
    return {
        "file": path.name,
        "codec": outcome.facts.codec,
        "seconds": round(seconds, 1),
        "cpu_s_per_audio_hour": {
            name: round(cpu_s / seconds * 3600, 2)
            for name, cpu_s in {"bare": bare_cpu_s, **decode_cpu_s, "analyse": all_cpu_s}.items()
        },
        "ratio_to_bare": {
            name: round(cpu_s / bare_cpu_s, 2) for name, cpu_s in decode_cpu_s.items()
        },
        "listener_ratio_to_mono": {
            name: round(cpu_s / decode_cpu_s["mono"], 3)
            for name, cpu_s in _listener_cpu_s(decoder, path).items()
        },
    }


def _best_cpu_s(work: Callable[[], object]) -> float:
    times_s = []
    for _ in range(ROUNDS):
        started_s = time.process_time()
        work()
        times_s.append(time.process_time() - started_s)
    return min(times_s)


def _bare_loop(path: Path) -> int:
    """FFmpeg's decoder in the shortest Python loop: frames are counted and thrown away."""
    samples = 0
    with av.open(path) as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for packet in container.demux(stream):
            for frame in packet.decode():
                samples += frame.samples
    return samples


def _decode(decoder: PyavDecoder, path: Path, feeds: tuple[Feed, ...]) -> DecodeOutcome:
    return decoder.listen(path, {feed: lambda _: None for feed in feeds}, LIMITS)


def _listener_cpu_s(decoder: PyavDecoder, path: Path) -> dict[str, float]:
    """Time in each listener alone, over blocks that lie ready."""
    blocks: dict[Feed, list[Any]] = {feed: [] for feed in Feed}
    wanted = {listener.hears for listener in LISTENERS} - {Feed.FILE_BYTES}
    decoder.listen(path, {feed: blocks[feed].append for feed in wanted}, LIMITS)
    blocks[Feed.FILE_BYTES] = [path.read_bytes()]

    def run(new_listener: type) -> None:
        listener = new_listener()
        for block in blocks[listener.hears]:
            listener.feed(block)
        listener.finish()

    return {
        listener.name: _best_cpu_s(lambda listener=listener: run(listener))
        for listener in LISTENERS
    }


def _synthetic_files(folder: Path) -> list[Path]:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from builders.encode import KINDS, encode_to  # noqa: PLC0415 -- lies with the tests
    from builders.signals import chirps  # noqa: PLC0415

    return [encode_to(folder, chirps(60, KINDS[name].rate_hz), name) for name in SYNTHETIC]


if __name__ == "__main__":
    main()
