"""The small random CLAP model of `scripts/tiny_clap.py`, and what Transformers says of it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audio_ident.core.vibe.clap_mel import MelRecipe
from audio_ident.engines.embedders.manifest import read_installed
from audio_ident.model.embedding_models import ModelListing

FOLDER = Path(__file__).resolve().parents[1] / "data" / "tiny_clap"

DIMENSION = 32

RECIPE = MelRecipe(
    rate_hz=48_000,
    fft_samples=1024,
    hop_samples=480,
    bands=64,
    lowest_hz=50,
    highest_hz=14_000,
    is_slaney=True,
)


def a_listing() -> ModelListing:
    """How the model is listed once it is here."""
    installed = read_installed(FOLDER)
    return ModelListing(
        name="tiny",
        repository=installed.manifest.repository,
        licence=installed.manifest.licence,
        about="",
        size_bytes=installed.manifest.size_bytes,
        installed=installed,
        problem="",
        is_known=False,
        is_chosen=True,
    )


def expected() -> dict[str, npt.NDArray[Any]]:
    """Spectrograms, tokens and vectors as Transformers made them."""
    with np.load(FOLDER / "expected.npz") as stored:
        return dict(stored)


def unit(vector: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """The same direction, of length 1."""
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def copy_model(folder: Path, **changes: object) -> Path:
    """A copy of the model, with changes to its manifest."""
    shutil.copytree(FOLDER, folder)
    manifest = folder / "model.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **changes}))
    return folder


def copy_repository(folder: Path) -> Path:
    """The same files as they lie in a repository of ready-made models, without a manifest."""
    (folder / "onnx").mkdir(parents=True)
    shutil.copyfile(FOLDER / "audio.onnx", folder / "onnx" / "audio_model.onnx")
    shutil.copyfile(FOLDER / "text.onnx", folder / "onnx" / "text_model.onnx")
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copyfile(FOLDER / name, folder / name)
    return folder


def with_external_weights(content: bytes) -> bytes:
    """An ONNX file to which a tensor is added whose numbers lie in another file."""
    # protocol buffers merge what is said twice: field 7 of a model is its graph, field 5 of that a
    # tensor, field 14 of that says where the numbers lie
    tensor = bytes([14 << 3, 1])
    graph = bytes([5 << 3 | 2, len(tensor)]) + tensor
    return content + bytes([7 << 3 | 2, len(graph)]) + graph
