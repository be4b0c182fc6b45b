"""How soon the service answers, alone and while it imports at full speed.

A real server process over a small library, asked over HTTP for both lanes at once. Whatever it
imports is new music, by as many workers as the settings give it.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.asking_service import Asker, free_port
from benchmarks.command_line import audio_ident
from benchmarks.demo.files import decode, encode
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.lookup import cut_plain_clips
from benchmarks.measure import Figure
from benchmarks.music import Music

from audio_ident.model.audio import Mono

LIBRARY_FILES = 12
CLIPS = 20
IDLE_SEARCHES = 100
BUSY_S = 30.0
"""How long the service is asked while it imports."""

NEW_TRACKS = 160
NEW_TRACK_S = 240
"""Enough to keep two workers busy for longer than `BUSY_S`."""

STRETCH_S = 8

HEALTH_EVERY_S = 0.05
SEARCH_EVERY_S = 0.4
STATUS_EVERY_S = 0.5
ORDER_EVERY_S = 1.0

Times = list[float]
"""Of answers, in seconds."""


def measure(music: Music) -> list[Figure]:
    """Latencies of health, search, orders and status."""
    files = music.files[:: -(-len(music.files) // LIBRARY_FILES)]
    with TemporaryDirectory() as made:
        data, known, new = (Path(made) / name for name in ("data", "known", "new"))
        for folder in (known, new):
            folder.mkdir()
        for number, path in enumerate(files):
            (known / f"{number:04d}{path.suffix}").symlink_to(path)
        audio_ident(data, "import", "--json", str(known))
        few = Music(kind=music.kind, files=files, every=files)
        clips = cut_plain_clips(few, Path(made), CLIPS, np.random.default_rng(13))
        pieces = [decode(path, RATE_HZ) for path in files]
        _write_new_music(new, [each for each in pieces if len(each) > STRETCH_S * RATE_HZ])
        with _serving(data, Path(made)) as port:
            return _figures(port, [clip.read_bytes() for clip in clips], known, new)


def _figures(port: int, clips: Sequence[bytes], known: Path, new: Path) -> list[Figure]:
    asker = Asker(port)
    for clip in clips:
        asker.search(clip)
    idle = _alone(asker, clips)
    session_id = asker.order(new)
    asker.wait_for(session_id, "processing")
    busy = _during_import(port, clips, known, session_id)
    if Asker(port).state(session_id) != "processing":
        raise SystemExit("the import ended before everything was measured")
    return [
        _figure("search, idle, p50", _share(idle, 0.5)),
        _figure("search, idle, p95", _share(idle, 0.95)),
        _figure("search, importing, p50", _share(busy["search"], 0.5)),
        _figure("search, importing, p95", _share(busy["search"], 0.95)),
        Figure(
            name="search, importing / idle",
            value=_share(busy["search"], 0.5) / _share(idle, 0.5),
            most=2,
        ),
        _figure("/health/live, importing, p99", _share(busy["health"], 0.99), most=50),
        _figure("POST /imports, importing, p95", _share(busy["order"], 0.95), most=50),
        _figure("GET /imports/{id}, importing, mean", statistics.mean(busy["status"])),
    ]


def _alone(asker: Asker, clips: Sequence[bytes]) -> Times:
    """Searches one after the other, with nothing else to do."""
    times: Times = []
    for number in range(IDLE_SEARCHES):
        times.append(asker.search(clips[number % len(clips)]))
        time.sleep(SEARCH_EVERY_S / 4)
    return times


def _during_import(
    port: int, clips: Sequence[bytes], known: Path, session_id: str
) -> dict[str, Times]:
    """Everything at once, each at its own pace and over its own connection."""
    chosen = random.Random(14)
    work: dict[str, tuple[float, Callable[[Asker], float]]] = {
        "health": (HEALTH_EVERY_S, lambda asker: asker.timed("GET", "/health/live")),
        "search": (SEARCH_EVERY_S, lambda asker: asker.search(chosen.choice(clips))),
        "status": (
            STATUS_EVERY_S,
            lambda asker: asker.timed("GET", f"/api/v1/imports/{session_id}"),
        ),
        "order": (ORDER_EVERY_S, lambda asker: asker.timed_order(known)),
    }
    with ThreadPoolExecutor(len(work)) as threads:
        running = {
            name: threads.submit(_repeat, Asker(port), every_s, ask)
            for name, (every_s, ask) in work.items()
        }
        return {name: times.result() for name, times in running.items()}


def _repeat(asker: Asker, every_s: float, ask: Callable[[Asker], float]) -> Times:
    times: Times = []
    end_s = time.perf_counter() + BUSY_S
    while time.perf_counter() < end_s:
        times.append(ask(asker))
        time.sleep(every_s)
    return times


def _share(times: Times, share: float) -> float:
    """Within this time the given share of all answers came."""
    return float(np.quantile(times, share))


def _figure(name: str, seconds: float, most: float | None = None) -> Figure:
    return Figure(name=name, value=1e3 * seconds, unit="ms", most=most)


def _write_new_music(folder: Path, pieces: Sequence[Mono]) -> None:
    """Tracks that are put together from stretches of pieces, each another way."""
    for number in range(NEW_TRACKS):
        rng = np.random.default_rng([number, 15])
        stretches = [_stretch(pieces, rng) for _ in range(NEW_TRACK_S // STRETCH_S)]
        encode(folder / f"{number:04d}.wav", np.concatenate(stretches), RATE_HZ)


def _stretch(pieces: Sequence[Mono], rng: np.random.Generator) -> Mono:
    """Some seconds of two pieces at once."""
    size = STRETCH_S * RATE_HZ
    chosen = [pieces[number] for number in rng.integers(len(pieces), size=2)]
    starts = [int(rng.integers(len(piece) - size)) for piece in chosen]
    parts = [piece[at : at + size] for piece, at in zip(chosen, starts, strict=True)]
    return np.asarray(sum(parts) / 2, np.float32)


@contextmanager
def _serving(data: Path, music: Path) -> Iterator[int]:
    """A service over the library, which may import everything in a folder; its port."""
    port = free_port()
    variables = os.environ | {
        "AUDIO_IDENT_OPEN_ON_LOOPBACK": "true",
        "AUDIO_IDENT_MUSIC_ROOTS": f'["{music}"]',
        "AUDIO_IDENT_SETTLE_S": "0",
    }
    program = [sys.executable, "-m", "audio_ident", "--data-dir", str(data)]
    with subprocess.Popen([*program, "serve", "--port", str(port)], env=variables) as server:
        try:
            Asker(port).wait_until_alive()
            yield port
        finally:
            server.terminate()
