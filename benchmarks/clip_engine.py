"""The product as an engine that clip benchmarks can run: two commands, no catalogue.

    python -m benchmarks.clip_engine bench-index DATA FOLDER    adds every audio file of a folder
    python -m benchmarks.clip_engine bench-query DATA CLIP|-    clip, or paths of clips on stdin

A query prints one line of JSON for each match, best first, and one when the clip is done:

    {"query": PATH, "track": STEM, "offset": SECONDS, "score": CONFIDENCE}
    {"query": PATH, "done": true}

DATA holds artefacts and index as a library does; instead of the catalogue, `names.tsv` tells the
name of the file, without its ending, that each recording came from.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.hearing import hear, recording_of
from benchmarks.music import LIMITS, audio_files

from audio_ident.engines.clip import decode_clip
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.errors import FileProblem
from audio_ident.identify.exact import identify
from audio_ident.model.answer import Answer, Verdict
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.lock import WriterLock

STDIN = "-"


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(prog="clip_engine", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("data", type=Path)
    parser.add_argument("source")
    arguments = parser.parse_args()
    COMMANDS[arguments.command](arguments.data, arguments.source)


def add_folder(data: Path, folder: str) -> None:
    """Listen to every file of a folder: analysis, artefact, index; a bad file is told of."""
    with WriterLock(data), (data / "names.tsv").open("a", encoding="utf-8") as names:
        artefacts = FileArtefactStore(data / "artefacts")
        with closing(SegmentIndex(data / "index")) as index:
            for path in audio_files(Path(folder)):
                try:
                    analysis = hear(path)
                except FileProblem as problem:
                    print(f"{path}: {problem.fact}", file=sys.stderr)
                    continue
                artefacts.put(analysis)
                index.add(*recording_of(analysis))
                names.write(f"{analysis.digest}\t{path.stem}\n")


def answer_clips(data: Path, source: str) -> None:
    """Name clips one after the other, each as soon as it is asked for."""
    names = names_of(data / "names.tsv")
    decoder = PyavDecoder(clock=time.monotonic)
    with closing(SegmentIndexReader(data / "index")) as reader:
        for clip in (line.rstrip("\n") for line in sys.stdin) if source == STDIN else [source]:
            try:
                samples = decode_clip(decoder, Path(clip), LIMITS)
                for hit in _hits(identify(reader.snapshot(), samples), names):
                    print(json.dumps({"query": clip, **hit}))
            except FileProblem as problem:
                print(f"{clip}: {problem.fact}", file=sys.stderr)
            print(json.dumps({"query": clip, "done": True}), flush=True)


def names_of(path: Path) -> Mapping[str, list[str]]:
    """Names of the files of each recording; several when files hold the same audio."""
    names: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        digest, _, stem = line.partition("\t")
        known = names.setdefault(digest, [])
        if stem not in known:
            known.append(stem)
    return names


def _hits(answer: Answer, names: Mapping[str, list[str]]) -> Iterator[dict[str, object]]:
    if answer.verdict not in {Verdict.MATCH, Verdict.AMBIGUOUS}:
        return
    for match in answer.matches:
        for stem in names[match.digest]:
            yield {"track": stem, "offset": match.offset_s, "score": match.confidence}


COMMANDS: Mapping[str, Callable[[Path, str], None]] = {
    "bench-index": add_folder,
    "bench-query": answer_clips,
}


if __name__ == "__main__":
    main()
