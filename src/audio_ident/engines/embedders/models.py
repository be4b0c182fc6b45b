"""The models of a folder: a folder for each, with `model.json` and the files that it names.

A model is there whole or not at all: it is put together beside the others, tried, and renamed.
Copying such a folder to another machine is all that is needed to have the model there.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import filelock
import numpy as np

from audio_ident.engines.embedders.clap import ClapEmbedder, probed_dimension
from audio_ident.engines.embedders.manifest import (
    MANIFEST_NAME,
    MODEL_NAME,
    ROLES,
    manifest_document,
    mel_recipe,
    parse_manifest,
    read_installed,
    read_json,
)
from audio_ident.engines.embedders.onnx_weights import check_weights_inside
from audio_ident.engines.embedders.preprocessor import read_preprocessing
from audio_ident.errors import BadInput, LibraryLocked
from audio_ident.model.embedding_models import (
    InstalledModel,
    ModelCheck,
    ModelFile,
    ModelManifest,
)
from audio_ident.vibe_errors import ModelInvalid, ModelMissing

BUILT_IN = "timbre"
"""Name of the space that needs no model; no model may be called so."""

NAMES: Mapping[str, str] = {
    "audio": "audio.onnx",
    "text": "text.onnx",
    "tokenizer": "tokenizer.json",
}
"""What the files are called here, by role."""

PREPROCESSOR = "preprocessor"
PREPROCESSOR_NAME = "preprocessor_config.json"

_FOREIGN_NAMES: Mapping[str, tuple[str, ...]] = {
    "audio": ("audio.onnx", "onnx/audio_model.onnx", "audio_model.onnx"),
    "text": ("text.onnx", "onnx/text_model.onnx", "text_model.onnx"),
    "tokenizer": ("tokenizer.json",),
    PREPROCESSOR: (PREPROCESSOR_NAME,),
}
"""Where the files lie in a copy of a repository, by role; the first that is there counts."""

_HASHED_BYTES = 2**20


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a model comes from."""

    name: str
    repository: str = ""
    commit: str = ""
    licence: str = "unknown"


def installed_models(directory: Path) -> dict[str, InstalledModel | str]:
    """Models of a folder by name, or why one cannot be used; files are looked at, not read."""
    found: dict[str, InstalledModel | str] = {}
    if not directory.is_dir():
        return found
    for folder in sorted(directory.iterdir()):
        if MODEL_NAME.fullmatch(folder.name) and (folder / MANIFEST_NAME).is_file():
            try:
                found[folder.name] = find_model(directory, folder.name)
            except ModelInvalid as error:
                found[folder.name] = error.fact
    return found


def find_model(directory: Path, name: str) -> InstalledModel:
    """The model with a name.

    Raises
    ------
    ModelMissing, ModelInvalid
        There is none, or it cannot be used.
    """
    installed = read_installed(folder_of(directory, name))
    if installed.manifest.name != name:
        raise ModelInvalid(f"the folder {name} holds a model {installed.manifest.name}")
    return installed


def open_model(directory: Path, name: str) -> ClapEmbedder:
    """The embedder of the model with a name.

    Raises
    ------
    ModelMissing, ModelInvalid
        There is none, or it cannot be used.
    """
    find_model(directory, name)
    return ClapEmbedder(folder_of(directory, name))


def folder_of(directory: Path, name: str) -> Path:
    """Folder of the model with a name, whether it is there or not."""
    if not MODEL_NAME.fullmatch(name) or name == BUILT_IN:
        raise ModelMissing(f"no model can be called {name[:100]}")
    return directory / name


def check_name(name: str) -> None:
    """Refuse what no model can be called.

    Raises
    ------
    BadInput
        It is refused.
    """
    if not MODEL_NAME.fullmatch(name) or name == BUILT_IN:
        raise BadInput(
            f"{name[:100]}: names are made of a-z, 0-9, . and -, at most 40, and not {BUILT_IN}"
        )


def verify(directory: Path, name: str) -> ModelCheck:
    """Read every file of a model and compare it with the manifest."""
    try:
        manifest = find_model(directory, name).manifest
    except ModelInvalid as error:
        return ModelCheck(name=name, problems=(error.fact,))
    return ModelCheck(name=name, problems=tuple(_problems(folder_of(directory, name), manifest)))


def add_folder(
    directory: Path, source: Path, *, name: str | None = None, licence: str | None = None
) -> InstalledModel:
    """Copy a model in: a folder with a manifest, or a copy of a repository, which needs a name.

    Raises
    ------
    BadInput
        It holds no model, or a name is missing.
    ModelInvalid
        The files are not those of its manifest, or do not compute.
    """
    if name is not None:
        check_name(name)
    with unfinished(directory) as folder:
        if (source / MANIFEST_NAME).is_file():
            manifest = parse_manifest(read_json(source / MANIFEST_NAME))
            origin = Origin(
                name=name or manifest.name,
                repository=manifest.repository,
                commit=manifest.commit,
                licence=licence or manifest.licence,
            )
            _copy_files(source, folder, {r: manifest.files[r].name for r in ROLES})
            _refuse_problems(_renamed_problems(folder, manifest))
            return install(directory, folder, _renamed(manifest, origin))
        if name is None:
            raise BadInput(f"{source} has no {MANIFEST_NAME}: give the model a name with --name")
        _copy_files(source, folder, _found_names(source))
        origin = Origin(name=name, licence=licence or "unknown")
        return install(directory, folder, make_manifest(folder, origin))


def make_manifest(folder: Path, origin: Origin) -> ModelManifest:
    """The manifest of a folder with the files that `NAMES` tells and a preprocessor file.

    Raises
    ------
    ModelInvalid
        The files are not those of a model that we run.
    """
    for role in ("audio", "text"):
        check_weights_inside(folder / NAMES[role])
    preprocessing = read_preprocessing(folder / PREPROCESSOR_NAME)
    unprobed = ModelManifest(
        name=origin.name,
        repository=origin.repository,
        commit=origin.commit,
        licence=origin.licence,
        files={role: _file(folder / file_name) for role, file_name in NAMES.items()},
        dimension=1,
        preprocessing=preprocessing,
    )
    manifest = parse_manifest(manifest_document(unprobed))
    window_samples = preprocessing["window_samples"]
    dimension = probed_dimension(folder / NAMES["audio"], mel_recipe(manifest), window_samples)
    return dataclasses.replace(manifest, dimension=dimension)


def write_manifest(folder: Path, manifest: ModelManifest) -> None:
    """Write `model.json`."""
    text = json.dumps(manifest_document(manifest), indent=2, ensure_ascii=False) + "\n"
    with (folder / MANIFEST_NAME).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def install(directory: Path, folder: Path, manifest: ModelManifest) -> InstalledModel:
    """Try a model that was put together, and let it take its place, instead of an older one.

    Raises
    ------
    ModelInvalid
        It does not compute; what was there before stays.
    """
    place = folder_of(directory, manifest.name)
    write_manifest(folder, manifest)
    try_model(ClapEmbedder(folder))
    if place.exists():
        with unfinished(directory) as older:
            place.replace(older)
            folder.replace(place)
    else:
        folder.replace(place)
    return find_model(directory, manifest.name)


def try_model(embedder: ClapEmbedder) -> None:
    """Let a model hear noise and read a word.

    Raises
    ------
    ModelInvalid
        It cannot.
    """
    rate_hz = embedder.space.rate_hz
    noise = np.random.default_rng(0).normal(0, 0.1, 2 * rate_hz).astype(np.float32)
    embedder.embed_audio([noise])
    embedder.embed_text("music")


def remove(directory: Path, name: str) -> None:
    """Delete a model.

    Raises
    ------
    ModelMissing
        There is none.
    """
    place = folder_of(directory, name)
    if not (place / MANIFEST_NAME).is_file():
        raise ModelMissing(f"there is no model {name}")
    with unfinished(directory) as doomed:
        place.replace(doomed)


@contextlib.contextmanager
def unfinished(directory: Path) -> Iterator[Path]:
    """A new folder beside the models, which is deleted if it is still there at the end."""
    directory.mkdir(parents=True, exist_ok=True)
    folder = directory / f".new-{uuid.uuid4().hex}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def changing(directory: Path) -> Iterator[None]:
    """The right to change the models of a folder; what a killed change left is deleted.

    Raises
    ------
    LibraryLocked
        Another process changes them.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(directory / ".lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise LibraryLocked("another process fetches, adds or removes models") from None
    try:
        for left in directory.glob(".new-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        lock.release()


def sha256_of(path: Path) -> str:
    """Digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASHED_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _file(path: Path) -> ModelFile:
    return ModelFile(name=path.name, sha256=sha256_of(path), size_bytes=path.stat().st_size)


def _problems(folder: Path, manifest: ModelManifest) -> Iterator[str]:
    for role, file in manifest.files.items():
        path = folder / file.name
        if sha256_of(path) != file.sha256:
            yield f"{file.name} is not the file that the manifest names"
        elif role != "tokenizer":
            try:
                check_weights_inside(path)
            except ModelInvalid as error:
                yield error.fact


def _renamed(manifest: ModelManifest, origin: Origin) -> ModelManifest:
    """A manifest under the names that files have here."""
    files = {
        role: dataclasses.replace(file, name=NAMES[role]) for role, file in manifest.files.items()
    }
    return dataclasses.replace(manifest, name=origin.name, licence=origin.licence, files=files)


def _renamed_problems(folder: Path, manifest: ModelManifest) -> Iterator[str]:
    return _problems(folder, _renamed(manifest, Origin(name=manifest.name)))


def _refuse_problems(problems: Iterator[str]) -> None:
    for problem in problems:
        raise ModelInvalid(problem)


def _found_names(source: Path) -> dict[str, str]:
    found = {}
    for role, names in _FOREIGN_NAMES.items():
        there = [name for name in names if (source / name).is_file()]
        if not there:
            raise BadInput(f"{source} holds no model: {names[0]} is missing")
        found[role] = there[0]
    return found


def _copy_files(source: Path, folder: Path, names: Mapping[str, str]) -> None:
    for role, name in names.items():
        path = source / name
        if not path.is_file():
            raise ModelInvalid(f"{name} is missing")
        if path.stat().st_size > ROLES.get(role, _HASHED_BYTES):
            raise ModelInvalid(f"{name} is too large")
        shutil.copyfile(path, folder / NAMES.get(role, PREPROCESSOR_NAME))
