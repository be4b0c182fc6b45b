"""`model.json`: which files a model consists of, and what space it spans."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audio_ident.core.vibe.clap_mel import MelRecipe
from audio_ident.core.vibe.windows import WindowRule
from audio_ident.model.audio import STEREO_RATE_HZ
from audio_ident.model.embedding_models import InstalledModel, ModelFile, ModelManifest
from audio_ident.model.vectors import Space, SpaceId
from audio_ident.vibe_errors import ModelInvalid, ModelMissing

MANIFEST_NAME = "model.json"

SCHEMA = 1
"""Version of the form of `model.json`."""

PREPROCESSING = "clap-mel-1/windows-1"
"""Version of `core.vibe.clap_mel` and `core.vibe.windows`: another one makes new spaces."""

ROLES: Mapping[str, int] = {
    "audio": 2 * 2**30,
    "text": 2 * 2**30,
    "tokenizer": 64 * 2**20,
}
"""Files of a model, with the most bytes that each may have."""

MOST_JSON_BYTES = 2**20

MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
"""What a model may be called; `clap-<name>-<8 digits>` must be the id of a space."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"([0-9a-f]{40})?")

_NUMBERS: Mapping[str, tuple[float, float]] = {
    "rate_hz": (STEREO_RATE_HZ, STEREO_RATE_HZ),
    "fft_samples": (64, 16_384),
    "hop_samples": (16, 16_384),
    "bands": (8, 512),
    "lowest_hz": (0, 20_000),
    "highest_hz": (100, 48_000),
    "window_samples": (8000, 4_000_000),
    "window_hop_samples": (1000, 4_000_000),
}
"""Preprocessing values, with the least and the greatest that make sense."""


def read_installed(folder: Path) -> InstalledModel:
    """The model in a folder; its files are looked at, not read.

    Raises
    ------
    ModelMissing
        There is none.
    ModelInvalid
        The manifest is none, or a file is missing or has another size.
    """
    if not (folder / MANIFEST_NAME).is_file():
        raise ModelMissing(f"there is no model {folder.name}")
    manifest = parse_manifest(read_json(folder / MANIFEST_NAME))
    for file in manifest.files.values():
        path = folder / file.name
        if path.is_symlink() or not path.is_file():
            raise ModelInvalid(f"model {manifest.name}: {file.name} is missing")
        if path.stat().st_size != file.size_bytes:
            raise ModelInvalid(f"model {manifest.name}: {file.name} has another size")
    return InstalledModel(manifest=manifest, space=space_of(manifest))


def read_json(path: Path) -> Any:  # noqa: ANN401 -- whatever it holds
    """What a small JSON file holds.

    Raises
    ------
    ModelInvalid
        It is too large, or no JSON.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_JSON_BYTES + 1)
        if len(content) > MOST_JSON_BYTES:
            raise ModelInvalid(f"{path.name} is too large")
        return json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise ModelInvalid(f"{path.name} cannot be read: {error}") from error


def parse_manifest(document: Any) -> ModelManifest:  # noqa: ANN401 -- whatever was read
    """A manifest, with everything in it checked.

    Raises
    ------
    ModelInvalid
        Something is missing or out of range.
    """
    try:
        if document["schema"] != SCHEMA:
            raise ModelInvalid(f"model.json has schema {document['schema']}, not {SCHEMA}")
        manifest = ModelManifest(
            name=_matching(MODEL_NAME, document["name"]),
            repository=str(document["repository"])[:200],
            commit=_matching(_COMMIT, document["commit"]),
            licence=str(document["licence"])[:200],
            files={role: _parsed_file(role, document["files"][role]) for role in ROLES},
            dimension=_between("dimension", document["dimension"], 1, 8192),
            preprocessing=checked_preprocessing(document["preprocessing"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelInvalid(f"model.json does not describe a model: {error!r}") from error
    if len({file.name for file in manifest.files.values()}) < len(ROLES):
        raise ModelInvalid("model.json names a file twice")
    return manifest


def manifest_document(manifest: ModelManifest) -> dict[str, Any]:
    """What `model.json` holds."""
    return {
        "schema": SCHEMA,
        "name": manifest.name,
        "repository": manifest.repository,
        "commit": manifest.commit,
        "licence": manifest.licence,
        "dimension": manifest.dimension,
        "preprocessing": dict(manifest.preprocessing),
        "files": {
            role: {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}
            for role, file in manifest.files.items()
        },
    }


def checked_preprocessing(values: Mapping[str, Any]) -> dict[str, Any]:
    """Preprocessing values that are all there and in range.

    Raises
    ------
    ModelInvalid
        They are not.
    """
    checked: dict[str, Any] = {
        name: _between(name, values[name], *limits) for name, limits in _NUMBERS.items()
    }
    if values["mel_scale"] not in {"slaney", "htk"}:
        raise ModelInvalid("mel_scale is neither slaney nor htk")
    checked["mel_scale"] = values["mel_scale"]
    if checked["highest_hz"] > checked["rate_hz"] / 2 or (
        checked["lowest_hz"] >= checked["highest_hz"]
    ):
        raise ModelInvalid("the limits of the mel bands do not fit")
    if not checked["hop_samples"] <= checked["fft_samples"] < checked["window_samples"]:
        raise ModelInvalid("the sizes of frames and windows do not fit")
    return checked


def mel_recipe(manifest: ModelManifest) -> MelRecipe:
    """How the model's spectrograms are made."""
    values = manifest.preprocessing
    return MelRecipe(
        rate_hz=values["rate_hz"],
        fft_samples=values["fft_samples"],
        hop_samples=values["hop_samples"],
        bands=values["bands"],
        lowest_hz=values["lowest_hz"],
        highest_hz=values["highest_hz"],
        is_slaney=values["mel_scale"] == "slaney",
    )


def window_rule(manifest: ModelManifest) -> WindowRule:
    """Where the model's windows lie."""
    values = manifest.preprocessing
    return WindowRule(
        rate_hz=values["rate_hz"],
        window_samples=values["window_samples"],
        hop_samples=values["window_hop_samples"],
    )


def space_of(manifest: ModelManifest) -> Space:
    """The space of a model: the same for the same files, wherever they come from."""
    revision = _digest(manifest)
    rule = window_rule(manifest)
    return Space(
        id=SpaceId(f"clap-{manifest.name}-{revision[:8]}"),
        embedder="clap",
        model=manifest.repository or manifest.name,
        revision=revision,
        preprocessing=PREPROCESSING,
        dimension=manifest.dimension,
        rate_hz=rule.rate_hz,
        window_s=rule.window_samples / rule.rate_hz,
        hop_s=rule.hop_samples / rule.rate_hz,
        has_text=True,
        parameters={"name": manifest.name, "preprocessing": dict(manifest.preprocessing)},
    )


def _digest(manifest: ModelManifest) -> str:
    """Of all that decides where a sound lies: a licence that is put right makes no new space."""
    made_of = {
        "files": {role: file.sha256 for role, file in manifest.files.items()},
        "dimension": manifest.dimension,
        "preprocessing": dict(manifest.preprocessing),
        "version": PREPROCESSING,
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _parsed_file(role: str, document: Mapping[str, Any]) -> ModelFile:
    return ModelFile(
        name=_matching(_FILE_NAME, document["name"]),
        sha256=_matching(_SHA256, document["sha256"]),
        size_bytes=_between(f"size of {role}", document["size_bytes"], 1, ROLES[role]),
    )


def _matching(pattern: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ModelInvalid(f"{str(text)[:100]!r} is not what belongs there")
    return text


def _between(name: str, value: object, least: float, greatest: float) -> int:
    """A whole number in range; all that preprocessing configurations hold are whole."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ModelInvalid(f"{name} is no whole number")
    if not least <= value <= greatest:
        raise ModelInvalid(f"{name} is {value}, not between {least} and {greatest}")
    return int(value)
