"""The engine for clip benchmarks indexes folders and names clips over its two commands."""

import dataclasses
import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.clip_engine import main
from benchmarks.demo.files import decode, encode
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.demo.pieces import FOREIGN, LIBRARY, Piece
from benchmarks.demo.synthesise import synthesise

from audio_ident.model.audio import MONO_RATE_HZ

PROJECT = Path(__file__).parents[2]
START_S, CLIP_S = 11.3, 5.0


def _run(*arguments: str, questions: str = "") -> list[dict[str, Any]]:
    """The lines that the engine prints."""
    command = [sys.executable, "-m", "benchmarks.clip_engine", *arguments]
    done = subprocess.run(
        command, input=questions, capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _make(folder: Path, piece: Piece, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    encode(path, synthesise(dataclasses.replace(piece, length_s=24, tempo_bpm=160)), RATE_HZ)
    return path


def _clip_of(path: Path) -> Path:
    sound = decode(path, MONO_RATE_HZ)
    first, length = round(START_S * MONO_RATE_HZ), round(CLIP_S * MONO_RATE_HZ)
    clip = path.parent.parent / f"clip-of-{path.stem}.wav"
    encode(clip, sound[first : first + length].astype(np.float32), MONO_RATE_HZ)
    return clip


@pytest.fixture(name="library", scope="module")
def fixture_library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sequence[Path]]:
    """A data directory of two folders, and clips: one of each folder and a foreign one."""
    home = tmp_path_factory.mktemp("engine")
    first = _make(home / "one", LIBRARY[0], "first.mp3")
    second = _make(home / "two", LIBRARY[6], "second.flac")
    foreign = _make(home / "three", FOREIGN, "foreign.wav")
    (home / "one" / "broken.mp3").write_bytes(b"no music")
    for folder in (first.parent, second.parent):
        _run("bench-index", str(home / "db"), str(folder))
    return home / "db", [_clip_of(path) for path in (first, second, foreign)]


def test_clips_are_named_in_one_process(library: tuple[Path, Sequence[Path]]) -> None:
    """Every clip gets its track and place, then is done; a foreign or damaged one only the end."""
    data, clips = library
    missing = clips[0].with_name("missing.wav")
    asked = [*clips, missing]
    lines = _run("bench-query", str(data), "-", questions="".join(f"{c}\n" for c in asked))
    best = {line["query"]: line for line in reversed(lines) if "track" in line}

    assert [line["query"] for line in lines if "done" in line] == [str(clip) for clip in asked]
    assert {query: line["track"] for query, line in best.items()} == {
        str(clips[0]): "first",
        str(clips[1]): "second",
    }
    for line in best.values():
        assert line["offset"] == pytest.approx(START_S, abs=0.1)
        assert 0.5 < line["score"] <= 1


def test_template_names_the_commands(library: tuple[Path, Sequence[Path]]) -> None:
    """The engine file starts this module, with the places that a benchmark fills in."""
    engine = tomllib.loads((PROJECT / "benchmarks" / "clip_engine.toml").read_text("utf-8"))
    data, clips = library
    for key, places in {"index": ["{db}", "{dir}"], "query": ["{db}", "{file}"]}.items():
        assert engine[key][1:3] == ["-m", "benchmarks.clip_engine"]
        assert engine[key][4:] == places
    lines = _run(engine["query"][3], str(data), str(clips[0]))

    assert lines[0]["track"] == "first"
    assert lines[-1] == {"query": str(clips[0]), "done": True}


def test_other_commands_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown command ends with the usage."""
    monkeypatch.setattr(sys, "argv", ["clip_engine", "bench-else", "data", "clip"])
    with pytest.raises(SystemExit, match="2"):
        main()
