"""What a whole import costs beside decoding its files, and importing the same again."""

import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.command_line import audio_ident
from benchmarks.decode import decoding_cost_s, duration_s
from benchmarks.demo.files import encode
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.measure import Figure, cost_s
from benchmarks.music import Music

MOST_FILES = 12
COPIES = 300


def measure(music: Music) -> list[Figure]:
    """Ratio of importing to decoding; files per second when nothing has changed."""
    files = music.files[:: -(-len(music.files) // MOST_FILES)]
    decoding_s = sum(map(decoding_cost_s, files))
    hours = sum(map(duration_s, files)) / 3600
    with TemporaryDirectory() as made:
        data, folder = Path(made) / "data", Path(made) / "music"
        folder.mkdir()
        for number, path in enumerate(files):
            shutil.copyfile(path, folder / f"{number:04d}{path.suffix}")
        starting_s = cost_s(lambda: audio_ident(data, "tracks", "--json"))
        first_s = cost_s(lambda: audio_ident(data, "import", "--json", str(folder)))
        _add_copies(folder)
        audio_ident(data, "import", "--json", str(folder))
        again_s, wall_s = _unchanged(data, folder)
    count = len(files) + COPIES
    return [
        Figure(name="import, less starting / decoding", value=(first_s - starting_s) / decoding_s),
        Figure(name="import", value=first_s / hours, unit="CPU s / h"),
        Figure(name="decoding", value=decoding_s / hours, unit="CPU s / h"),
        Figure(name="starting", value=starting_s, unit="CPU s"),
        Figure(name="unchanged files", value=count / wall_s, unit="files / s"),
        Figure(name="unchanged file", value=1e3 * again_s / count, unit="CPU ms"),
    ]


def _add_copies(folder: Path) -> None:
    """Write many short files of equal bytes, of which only one is decoded."""
    first = folder / "copy.wav"
    encode(first, np.random.default_rng(5).uniform(-0.1, 0.1, RATE_HZ).astype(np.float32), RATE_HZ)
    for number in range(COPIES - 1):
        shutil.copyfile(first, folder / f"copy-{number:04d}.wav")


def _unchanged(data: Path, folder: Path) -> tuple[float, float]:
    """Processor and wall seconds of an import that finds nothing new."""
    started_s = time.perf_counter()
    spent_s = cost_s(lambda: audio_ident(data, "import", "--json", str(folder)))
    return spent_s, time.perf_counter() - started_s
