"""From a real audio file to vectors, in this process, in a confined worker, and for hours."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.worker import WorkerLimits
from audio_ident.model.audio import Feed
from builders import clap_tasks
from builders.encode import KINDS, encode_to
from builders.hearing import hear
from builders.signals import chirps
from builders.tiny_clap import FOLDER

SECONDS = 17.5


@pytest.fixture(scope="module", params=["mp3", "flac", "opus"])
def song(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real file of each kind."""
    folder = tmp_path_factory.mktemp("songs")
    return encode_to(folder, chirps(SECONDS, KINDS[request.param].rate_hz), request.param)


@pytest.fixture(scope="module")
def embedder() -> ClapEmbedder:
    """The tiny model."""
    return ClapEmbedder(FOLDER)


def test_a_file_has_windows(song: Path, embedder: ClapEmbedder) -> None:
    """Decoded, mixed, cut, turned into spectrograms and embedded: at 0, 5 and 7.5 s."""
    windows = clap_tasks.heard_in(embedder, song)
    assert windows.start_ms == pytest.approx([0, 5000, 7500], abs=60)
    assert windows.end_ms == pytest.approx([10_000, 15_000, 17_500], abs=60)


def test_listening_while_decoding_changes_nothing(song: Path, embedder: ClapEmbedder) -> None:
    """The library, which hears blocks, and a query, which has all of it, agree bit for bit."""
    stereo = hear(song, (Feed.STEREO_48K,)).samples(Feed.STEREO_48K)
    whole = embedder.embed_audio([stereo.mean(axis=1, dtype=np.float32)])
    heard = clap_tasks.heard_in(embedder, song)
    assert np.array_equal(heard.vectors, whole.vectors)
    assert np.array_equal(heard.end_ms, whole.end_ms)


def test_a_short_clip_is_heard_as_a_short_file_is(tmp_path: Path, embedder: ClapEmbedder) -> None:
    """Three seconds are padded by the same rule, whoever asks."""
    path = encode_to(tmp_path, chirps(3.0), "flac")
    stored = clap_tasks.heard_in(embedder, path)
    samples = hear(path, (Feed.STEREO_48K,)).samples(Feed.STEREO_48K)
    asked = embedder.embed_audio([samples.mean(axis=1, dtype=np.float32)])
    assert np.array_equal(stored.vectors, asked.vectors)
    assert stored.end_ms.tolist() == [3000]


@pytest.fixture
def pool() -> Iterator[CrashProofExecutor]:
    """One worker with the limits of those that listen."""
    limits = WorkerLimits(private_bytes=4 << 30, file_bytes=0)
    executor = CrashProofExecutor(1, task_timeout_s=60.0, limits=limits)
    yield executor
    executor.kill()


def test_a_confined_worker_hears_the_same(
    song: Path, embedder: ClapEmbedder, pool: CrashProofExecutor
) -> None:
    """Without network, programs and files to write, and with 4 GiB, nothing is missing."""
    there, sentence = pool.submit(clap_tasks.embed, FOLDER, song).result()
    here = clap_tasks.heard_in(embedder, song)
    assert np.array_equal(there, here.vectors)
    assert np.array_equal(sentence, embedder.embed_text("music"))


def test_one_thread_computes(pool: CrashProofExecutor) -> None:
    """A session starts no threads: none that compute, and none that report to anybody."""
    assert pool.submit(clap_tasks.added_threads, FOLDER).result() == 0


QUIET = """
import os, sys
from pathlib import Path
from audio_ident.engines.embedders.clap import ClapEmbedder

for name in [name for name in os.environ if name.startswith(("ORT_", "CI"))]:
    del os.environ[name]
ClapEmbedder(Path(sys.argv[1])).warm_up(with_text=True)
"""


def test_nothing_is_kept_of_the_machine(tmp_path: Path) -> None:
    """The runtime, which would write an identifier for its reports, leaves the home empty."""
    program = [sys.executable, "-c", QUIET, str(FOLDER)]
    path = os.environ.get("PYTHONPATH", "")
    variables = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": path}
    subprocess.run(program, check=True, env=variables)
    assert list(tmp_path.rglob("*")) == []


MEMORY = """
import resource, sys
from pathlib import Path
import numpy as np
from audio_ident.engines.embedders.clap import ClapEmbedder

embedder = ClapEmbedder(Path(sys.argv[1]))
block = np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32)
peaks = []
for seconds in (30, 240):
    windows = embedder.embed_audio(block for _ in range(seconds))
    assert len(windows.vectors) == seconds // 5 - 1
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(peaks[1] - peaks[0])
"""


def test_four_minutes_take_no_more_memory_than_half_a_minute() -> None:
    """What is held does not grow with the length: 46 MB of samples pass through."""
    program = [sys.executable, "-c", MEMORY, str(FOLDER)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 12 * 1024  # KiB


def test_onnxruntime_is_not_loaded_before_it_is_used() -> None:
    """Commands that measure no likeness start without it."""
    program = (
        "import sys, audio_ident.cli.main, audio_ident.wiring.local;"
        "print({'onnxruntime', 'tokenizers', 'torch', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
