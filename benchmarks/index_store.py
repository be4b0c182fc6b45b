"""What the store of the fingerprint index costs: adding, merging, opening, rebuilding.

    python benchmarks/index_store.py [--recordings N] [--landmarks N] [--flush-landmarks N]

The landmarks are random, so this measures the store and the layout of segments, not the music.
All ratios are to the time that writing the same bytes to one file and synchronising it takes.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.stores.disk import write_atomically
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.segment_options import SegmentOptions

_FRAMES_PER_LANDMARK = 4


def _recordings(count: int, landmarks: int) -> Iterator[tuple[AudioDigest, Landmarks]]:
    rng = np.random.default_rng(1)
    frame_count = _FRAMES_PER_LANDMARK * landmarks
    for number in range(count):
        yield (
            AudioDigest(f"{number:032x}"),
            Landmarks(
                frame=np.sort(rng.integers(0, frame_count, landmarks)).astype(np.uint32),
                bin=rng.integers(0, 512, landmarks).astype(np.uint16),
                strength=rng.integers(0, 256, landmarks).astype(np.uint8),
                frame_count=frame_count,
            ),
        )


def _timed(step: Callable[[], object]) -> dict[str, float]:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    step()
    return {
        "wall_s": round(time.perf_counter() - wall_s, 6),
        "cpu_s": round(time.process_time() - cpu_s, 6),
    }


def _add_all(index: SegmentIndex, recordings: list[tuple[AudioDigest, Landmarks]]) -> None:
    for digest, landmarks in recordings:
        index.add(digest, landmarks)


def measure(
    directory: Path, count: int, landmarks: int, options: SegmentOptions
) -> dict[str, object]:
    """Measure times of every step, sizes, and ratios to writing the same bytes once."""
    recordings = list(_recordings(count, landmarks))
    raw_bytes = 7 * count * landmarks
    steps = {"write_plain": _timed(lambda: write_atomically(directory / "raw", bytes(raw_bytes)))}
    home = directory / "index"
    index = SegmentIndex(home, options)
    steps["add"] = _timed(lambda: _add_all(index, recordings))
    steps["publish"] = _timed(index.publish)
    steps["merge_and_close"] = _timed(index.close)
    with closing(SegmentIndexReader(home)) as reader:
        steps["open_reader"] = _timed(reader.snapshot)
        steps["snapshot_unchanged"] = _timed(reader.snapshot)
    with closing(SegmentIndex(home, options)) as opened:
        steps["verify"] = _timed(opened.verify)
        steps["rebuild"] = _timed(lambda: opened.rebuild(recordings))
        statistics = opened.statistics()
    plain_s = steps["write_plain"]["wall_s"]
    return {
        "recordings": count,
        "landmarks": count * landmarks,
        "segments": statistics.segments,
        "bytes_per_landmark": round(statistics.segment_bytes / (count * landmarks), 3),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "steps": steps,
        "ratio_to_write_plain": {k: round(v["wall_s"] / plain_s, 3) for k, v in steps.items()},
    }


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=500)
    parser.add_argument("--landmarks", type=int, default=5000, help="of each recording")
    parser.add_argument("--flush-landmarks", type=int, default=200_000)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        result = measure(
            Path(directory),
            arguments.recordings,
            arguments.landmarks,
            SegmentOptions(flush_landmarks=arguments.flush_landmarks),
        )
    text = json.dumps({"benchmark": "index_store", "python": sys.version.split()[0], **result})
    if arguments.output is None:
        print(text)
    else:
        arguments.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
