"""Imports music with the real command line and names degraded clips of it.

Without --music the music is made here: a dozen pieces that are imported and one that is not.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.demo.clips import Clip, cut_clips
from benchmarks.demo.files import encode, tag
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.demo.pieces import FOREIGN, LIBRARY, Piece
from benchmarks.demo.synthesise import synthesise
from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parents[2] / ".demo"

SAMPLE_SIZE = 12
"""Tracks of one's own music that clips are cut from."""

OFFSET_TOLERANCE_S = 0.25

SHORTEST_TRACK_S = 20
"""Clips are cut from tracks of at least this length: one's own folder may hold jingles."""

RIGHT, ELSEWHERE, WRONG = "right", "right track, other place", "WRONG"

COLUMNS = ("clip", "degradation", "answer", "offset", "confidence", "truth", "at", "")


def main() -> int:
    """Run the demo; 0 when every clip was answered as it should be."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--music", type=Path, help="folder with music; it is only read")
    music = parser.parse_args().music
    if music is not None and not music.is_dir():
        parser.error(f"{music} is no folder")
    for name in ("library", "clips", "foreign"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        (FOLDER / name).mkdir(parents=True)
    if music is None:
        say(f"Making {len(LIBRARY)} pieces of music in {FOLDER / 'music'} ...")
        shutil.rmtree(FOLDER / "music", ignore_errors=True)
        music = FOLDER / "music"
        music.mkdir()
        make_music(LIBRARY, music)
    foreign = make_music([FOREIGN], FOLDER / "foreign")
    import_music(music)
    rng = np.random.default_rng(7)
    origins = [*((path, True) for path in sample_tracks(rng)), *((path, False) for path in foreign)]
    clips = list(cut_clips(origins, FOLDER / "clips", rng))
    code = show(clips, identify([clip.path for clip in clips]))
    say_what_sounds_alike(origins[0][0])
    return code


def make_music(pieces: Sequence[Piece], folder: Path) -> list[Path]:
    """Synthesise, encode and tag pieces, several at a time."""
    with concurrent.futures.ProcessPoolExecutor(min(len(pieces), os.cpu_count() or 1)) as pool:
        return list(pool.map(_make_piece, pieces, [folder] * len(pieces)))


def _make_piece(piece: Piece, folder: Path) -> Path:
    path = folder / piece.file_name
    encode(path, synthesise(piece), RATE_HZ)
    tag(path, piece, piece.seed % 100 + 1)
    return path


def import_music(folder: Path) -> None:
    """Import a folder as a user would; some files may fail without ending the demo."""
    code = subprocess.run(_command("import", str(folder)), check=False).returncode
    if code not in {0, 3}:
        raise SystemExit(code)


def sample_tracks(rng: np.random.Generator) -> list[Path]:
    """Some files of the library."""
    tracks = _ask("tracks", "--json")["tracks"]
    long_enough = (track for track in tracks if track["duration_ms"] >= 1000 * SHORTEST_TRACK_S)
    paths = sorted({Path(track["path"]) for track in long_enough})
    if not paths:
        raise SystemExit(f"The library holds no track of {SHORTEST_TRACK_S} s or more.")
    chosen = rng.permutation(len(paths))[:SAMPLE_SIZE]
    return [paths[number] for number in sorted(chosen)]


def identify(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Answers about clips, in their order."""
    say(f"Naming {len(paths)} clips of 5 s ...")
    clips: list[dict[str, Any]] = _ask("identify", "--json", *map(str, paths))["clips"]
    return clips


def show(clips: Sequence[Clip], answers: Sequence[Mapping[str, Any]]) -> int:
    """Print the table; 0 when no row is wrong.

    The right track at another place is right too: music of loops fits at each repeat.
    """
    table = Table(*COLUMNS, box=None, pad_edge=False)
    wrong = 0
    for clip, answer in zip(clips, answers, strict=True):
        verdict = judge(clip, answer)
        wrong += verdict == WRONG
        best = next(iter(answer["matches"]), None)
        table.add_row(
            clip.path.name,
            clip.degradation,
            _name(best["tracks"][0]) if best else answer["status"].replace("_", " "),
            f"{best['offset_ms'] / 1000:.2f} s" if best else "",
            f"{best['confidence']:.3f}" if best else "",
            clip.origin.stem if clip.is_in_library else "not in the library",
            f"{clip.offset_s:.2f} s" if clip.is_in_library else "",
            verdict,
        )
    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(table)
    say(f"{len(clips) - wrong} of {len(clips)} clips answered right.")
    return int(wrong > 0)


def judge(clip: Clip, answer: Mapping[str, Any]) -> str:
    """Whether an answer is right: track and place, or no match for what is not in the library.

    Two equal recordings may both be named, as long as the true one is among them.
    """
    matches = answer["matches"]
    if not clip.is_in_library:
        return RIGHT if not matches and answer["status"] == "no_match" else WRONG
    named = matches if answer["status"] == "ambiguous" else matches[:1]
    offsets_s = [
        match["offset_ms"] / 1000
        for match in named
        if str(clip.origin) in {track["path"] for track in match["tracks"]}
    ]
    if not offsets_s:
        return WRONG
    error_s = min(abs(offset_s - clip.offset_s) for offset_s in offsets_s)
    return RIGHT if error_s <= OFFSET_TOLERANCE_S else ELSEWHERE


def say_what_sounds_alike(path: Path) -> None:
    """Tell which tracks sound most like one; where nothing is known to, that is no failure."""
    command = _command("--quiet", "similar", "--count", "2", "--json", str(path))
    result = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if result.returncode == 0:
        found = [_name(each["track"]) for each in json.loads(result.stdout)["tracks"]]
        say(f"Most like {path.stem} sound: {'; '.join(found)}.")


def _name(track: Mapping[str, Any]) -> str:
    title = track["title"] or Path(track["path"]).stem
    return f"{track['artist']} - {title}" if track["artist"] else title


def _command(*arguments: str) -> list[str]:
    program = Path(sys.executable).with_name("audio-ident")
    return [str(program), "--data-dir", str(FOLDER / "library"), *arguments]


def _ask(*arguments: str) -> dict[str, Any]:
    result = subprocess.run(_command(*arguments), stdout=subprocess.PIPE, check=False)
    # 3 and 4 tell of clips that failed or did not match: the answers say which
    if result.returncode not in {0, 3, 4}:
        raise SystemExit(result.returncode)
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def say(text: str) -> None:
    """Tell what is going on."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
