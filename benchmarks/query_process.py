"""A fresh process that answers clips from an index and tells what that cost.

    python -m benchmarks.query_process INDEX_DIRECTORY CLIP...

Decoding is done but not counted. The line of JSON on standard output names, clip by clip, the
processor time, the first answer, and the most memory that was resident until then.
"""

import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.measure import cpu_s, peak_memory_mb
from benchmarks.music import LIMITS

from audio_ident.engines.clip import decode_clip
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.identify.exact import identify
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader


def main() -> None:
    """Answer and tell."""
    directory, *clips = map(Path, sys.argv[1:])
    decoder = PyavDecoder(clock=time.monotonic)
    with closing(SegmentIndexReader(directory)) as reader:
        print(json.dumps([_answer(reader, decoder, clip) for clip in clips]))


def _answer(reader: SegmentIndexReader, decoder: PyavDecoder, clip: Path) -> dict[str, Any]:
    samples = decode_clip(decoder, clip, LIMITS)
    before_s = cpu_s()
    answer = identify(reader.snapshot(), samples)
    return {
        "cpu_ms": 1e3 * (cpu_s() - before_s),
        "digest": answer.matches[0].digest if answer.matches else None,
        "peak_memory_mb": peak_memory_mb(),
    }


if __name__ == "__main__":
    main()
