"""Brings a known model from a hub into the folder of models."""

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from audio_ident.engines.embedders.hub import Hub, HubFile
from audio_ident.engines.embedders.manifest import (
    MANIFEST_NAME,
    MOST_JSON_BYTES,
    ROLES,
    parse_manifest,
    read_json,
)
from audio_ident.engines.embedders.models import (
    NAMES,
    PREPROCESSOR_NAME,
    Origin,
    find_model,
    folder_of,
    install,
    make_manifest,
    sha256_of,
    unfinished,
    verify,
)
from audio_ident.model.embedding_models import InstalledModel, KnownModel, ModelManifest
from audio_ident.vibe_errors import ModelInvalid

OnFetched: TypeAlias = Callable[[int, int, str], None]
"""Told how many bytes of how many are here, and the file at hand."""


def fetch(
    directory: Path, known: KnownModel, hub: Hub, revision: str, on_fetched: OnFetched
) -> InstalledModel:
    """Fetch a model, try it, and let it take its place; one that is here and whole stays.

    What an interrupted fetch left lies below `.fetching` until the model is whole.

    Raises
    ------
    ModelUnreachable
        The hub does not answer; giving the command again goes on.
    ModelInvalid
        The files are not what the hub or we say they are, or do not compute.
    """
    held = _held(directory, known)
    if held and held.commit == revision and not verify(directory, known.name).problems:
        return find_model(directory, known.name)
    commit = hub.commit_of(known.repository, revision)
    files = _wanted(known, hub.files(known.repository, commit))
    waiting = directory / ".fetching" / commit
    waiting.mkdir(parents=True, exist_ok=True)
    total = sum(file.size_bytes for file in files.values())
    done = 0
    for role, file in files.items():

        def tell(count: int, before: int = done, path: str = file.path) -> None:
            on_fetched(before + count, total, path)

        hub.download((known.repository, commit), file, waiting / _name(role), tell)
        done += file.size_bytes
    if commit == known.commit:
        _check_digests(known.sha256, waiting)
    if held and held.commit == commit:
        _check_digests({role: file.sha256 for role, file in held.files.items()}, waiting)
    return _installed(directory, waiting, dataclasses.replace(known, commit=commit))


def _installed(directory: Path, waiting: Path, known: KnownModel) -> InstalledModel:
    with unfinished(directory) as folder:
        for role in known.paths:
            (waiting / _name(role)).replace(folder / _name(role))
        shutil.rmtree(waiting.parent, ignore_errors=True)
        origin = Origin(
            name=known.name,
            repository=known.repository,
            commit=known.commit,
            licence=known.licence,
        )
        return install(directory, folder, make_manifest(folder, origin))


def _wanted(known: KnownModel, listed: Mapping[str, HubFile]) -> dict[str, HubFile]:
    """Files of the model by role; the small ones first, as they tell soonest what is wrong."""
    wanted = {}
    for role, path in sorted(known.paths.items(), key=lambda each: each[1].endswith(".onnx")):
        if path not in listed:
            raise ModelInvalid(f"{known.repository} has no {path} at that commit")
        if not 0 < listed[path].size_bytes <= ROLES.get(role, MOST_JSON_BYTES):
            raise ModelInvalid(f"{path} has {listed[path].size_bytes} bytes, which no model has")
        wanted[role] = listed[path]
    return wanted


def _held(directory: Path, known: KnownModel) -> ModelManifest | None:
    """What a model that is here, perhaps damaged, was when it was fetched."""
    try:
        document = read_json(folder_of(directory, known.name) / MANIFEST_NAME)
        manifest = parse_manifest(document)
    except ModelInvalid:
        return None
    return manifest if manifest.repository == known.repository else None


def _check_digests(digests: Mapping[str, str], folder: Path) -> None:
    """A commit cannot change: what we know of it counts, whatever the hub says now."""
    for role, digest in digests.items():
        if sha256_of(folder / _name(role)) != digest:
            (folder / _name(role)).unlink()
            raise ModelInvalid(f"{_name(role)} is not the file that we know at that commit")


def _name(role: str) -> str:
    return NAMES.get(role, PREPROCESSOR_NAME)
