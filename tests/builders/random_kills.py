"""Imports that are killed at random, again and again, while the music folder changes.

python -m builders.random_kills DIRECTORY KILLS SEED

Prints one JSON object: how often it was killed and at what. Every store is the real one, made so
small that it flushes, merges and publishes all the time. The listening happens in the process
that is killed, so that a kill costs milliseconds; workers that die are another test's business.
"""

import collections
import functools
import json
import os
import random
import shutil
import signal
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import closing
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import sqlalchemy as sa
from PIL import Image

from audio_ident.core.kinship import relations_of
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.ingest.analyse import analyse
from audio_ident.ingest.describe import FileDescriber
from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.tools import ImportOptions, ImportTools, Stores
from audio_ident.library.check import check
from audio_ident.library.tracks import all_tracks
from audio_ident.model.landmarks import landmarks_of
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.segment_options import SegmentOptions
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.wiring.parts import CLOCK, VERSIONS
from builders.databases import catalogue_url_of
from builders.material import retag
from builders.music import cut, music
from builders.wav import write_music_wav

_P = ParamSpec("_P")
_T = TypeVar("_T")

FILES = 6
LIMITS = DecodeLimits(max_bytes=1 << 30, max_seconds=3600, timeout_s=60)
OPTIONS = SegmentOptions(flush_landmarks=60, fan_in=2)
WATCHED = frozenset({"open", "os.rename", "os.remove", "os.truncate", "os.link", "mmap.__new__"})
MOST_STEPS = 200
"""About as many things as an import of one changed file does to files and rows."""

CALM_AFTER = 12
"""Kills between two imports that are left alone and then examined."""


class Here(Executor):
    """Runs calls at once, in this process."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> "Future[_T]":
        """Run a call."""
        future: Future[_T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 -- as any executor
            future.set_exception(error)
        return future


def open_stores(data: Path) -> Stores:
    """The real stores of a data directory."""
    data.mkdir(exist_ok=True)
    catalogue = Catalogue(catalogue_url_of(data))
    catalogue.migrate()
    return Stores(
        catalogue=catalogue,
        artefacts=FileArtefactStore(data / "analyses"),
        index=SegmentIndex(data / "index", OPTIONS),
        landmarks_of=landmarks_of,
        versions=VERSIONS,
        clock=CLOCK,
        pictures=FilePictureStore(data / "pictures"),
        relate=relations_of,
    )


def import_once(music_folder: Path, data: Path) -> None:
    """Import in this process."""
    stores = open_stores(data)
    with closing(stores.catalogue), closing(stores.index):
        tools = ImportTools(
            stores=stores,
            pool=Here(),
            analyse=functools.partial(
                analyse, decoder=PyavDecoder(time.monotonic), listeners=LISTENERS, limits=LIMITS
            ),
            tag_reader=FileDescriber(MutagenTagReader(), stores.pictures),
            new_id=lambda: str(uuid.uuid4()),
        )
        import_folders([music_folder], tools, ImportOptions(checkpoint_interval_s=0))


def kill_at(step: int, data: Path) -> None:
    """Kill this process when it does its `step`th thing to a file or a row of the library."""
    seen = 0

    def count(what: str) -> None:
        nonlocal seen
        seen += 1
        if seen == step:
            (data.parent / "killed at").write_text(what)
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WATCHED and (event[0] == "m" or str(data) in str(arguments[0])):
            count(f"{event} {_kind(str(arguments[0]))}")

    sys.addaudithook(audit)
    sa.event.listen(
        sa.engine.Engine,
        "before_cursor_execute",
        lambda *a: count(f"sql {a[2].split()[0].lower()}"),
    )
    sa.event.listen(sa.engine.Engine, "commit", lambda _: count("sql commit"))


def _kind(path: str) -> str:
    return Path(path).suffix or Path(path).parent.name


def killed_import(folder: Path, chance: random.Random) -> str | None:
    """What an import was doing when it was killed, None when it ended first."""
    note = folder / "killed at"
    note.unlink(missing_ok=True)
    by_time = chance.random() < 0.3
    step = 1 << 60 if by_time else chance.randrange(1, MOST_STEPS)
    child = os.fork()
    if child == 0:
        kill_at(step, folder / "data")
        import_once(folder / "music", folder / "data")
        os._exit(0)
    if by_time:
        time.sleep(chance.uniform(0.005, 0.25))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return note.read_text() if note.exists() else "at some time"
    if os.WEXITSTATUS(status):
        raise SystemExit(f"an import after a kill failed: {status}")
    return None


def write_piece(path: Path, seed: int) -> None:
    """Two seconds of music that only this seed gives."""
    write_music_wav(path, cut(music(seed % 40, 40.0), (seed // 40) % 19 * 2.0, 2.0))


def change_music(folder: Path, chance: random.Random, seed: int) -> None:
    """Do to the folder what people do: add, remove, rename, copy, tag and replace files."""
    folder.mkdir(exist_ok=True, parents=True)
    if seed % 5 == 0:
        picture = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), np.uint8)
        Image.fromarray(picture).save(folder / "cover.png")
    files = sorted(folder.rglob("*.wav"))
    while len(files) < FILES:
        seed += 1
        files.append(folder / f"{seed}.wav")
        write_piece(files[-1], seed)
    victim = chance.choice(files)
    target = folder / f"{chance.choice('ab')}" / f"{uuid.UUID(int=chance.getrandbits(128))}.wav"
    target.parent.mkdir(exist_ok=True)
    match chance.choice(["rename", "copy", "replace", "remove", "tag", "nothing"]):
        case "rename":
            victim.rename(target)
        case "copy":
            shutil.copy(victim, target)
        case "replace":
            write_piece(victim, seed + 500)
        case "remove":
            victim.unlink()
        case "tag":
            retag(victim, f"title {seed}")


def examine(folder: Path) -> None:
    """Import undisturbed; then everything agrees and every file is there once."""
    child = os.fork()
    if child == 0:
        import_once(folder / "music", folder / "data")
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the import that was left alone failed")
    stores = open_stores(folder / "data")
    with closing(stores.catalogue), closing(stores.index):
        findings = check(
            stores,
            reads_artefacts=True,
        )
        if findings:
            raise SystemExit(f"check found {findings}")
        _examine_tracks(stores, folder / "music")


def _examine_tracks(stores: Stores, music_folder: Path) -> None:
    tracks = [track for track in all_tracks(stores.catalogue) if not track.is_missing]
    listed = sorted(track.path for track in tracks)
    present = sorted(str(path) for path in music_folder.rglob("*.wav"))
    if listed != present:
        raise SystemExit(f"listed {listed}, but there are {present}")
    indexed = stores.index.digests()
    if any(track.digest not in indexed for track in tracks):
        raise SystemExit("a recording that is listed is not indexed")


def _warm_up(folder: Path) -> None:
    """Fill the caches of this process, which every killed one would fill again."""
    change_music(folder / "music", random.Random(0), 0)
    import_once(folder / "music", folder / "data")


def main(directory: str, kills: str, seed: str) -> None:
    """Kill, and examine now and then."""
    folder, chance = Path(directory), random.Random(int(seed))
    _warm_up(folder / "warm")
    done: collections.Counter[str] = collections.Counter()
    while done.total() < int(kills):
        change_music(folder / "music", chance, done.total())
        if (at := killed_import(folder, chance)) is not None:
            done[at] += 1
        if done.total() % CALM_AFTER == 0:
            examine(folder)
    examine(folder)
    sys.stdout.write(json.dumps({"kills": done.total(), "at": dict(done.most_common())}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
