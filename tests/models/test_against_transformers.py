"""Every step from sound and sentence to vector, against Transformers and torch.

Weights are random, shapes are those of the published checkpoints: what is proved is that a
checkpoint is exported and run without a difference, not that a real one hears well.
"""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
import torch
import transformers

from audio_ident.core.vibe.clap_mel import log_mel
from audio_ident.core.vibe.windows import padded, windows_of
from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.engines.embedders.clap_export import export_clap
from audio_ident.engines.embedders.manifest import read_installed, window_rule
from audio_ident.engines.embedders.models import Origin, make_manifest, write_manifest
from audio_ident.engines.embedders.runtime import open_session
from audio_ident.model.audio import Feed
from builders.hearing import hear
from builders.tiny_clap import RECIPE, unit
from tiny_clap import RATE_HZ, SENTENCES, WINDOW_SAMPLES, make_checkpoint, make_extractor, sounds

Measured: TypeAlias = Callable[[str, float], None]

CLOSE_DB = 1e-4
CLOSE = 1e-5
"""Of vectors of length 1; a hundred times what was measured, a ten thousandth of what counts."""

MOST_FILES = 12

HTSAT = {
    "window_size": 8,
    "spec_size": 256,
    "num_mel_bins": 64,
    "patch_size": 4,
    "patch_stride": [4, 4],
    "num_attention_heads": [4, 8, 16, 32],
    "projection_dim": 512,
}

SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "light": (
        {
            **HTSAT,
            "depths": [2, 2, 6, 2],
            "patch_embeds_hidden_size": 96,
            "hidden_size": 768,
        },
        {"num_hidden_layers": 12},
    ),
    "music": (
        {
            **HTSAT,
            "depths": [2, 2, 12, 2],
            "patch_embeds_hidden_size": 128,
            "hidden_size": 1024,
        },
        {"num_hidden_layers": 2},
    ),
}
"""Sound and text parts as published, but for few words and, once, few layers in the text part."""

MORE_SENTENCES = (
    *SENTENCES,
    "UPPER lower Mixed",
    "  spaces   in\tbetween\n",
    "emoji 🎹 and 日本語",
    "a" * 200,
    "drum'n'bass, 174 bpm; 'quoted' \"twice\"",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """A model in Transformers, and the same one as we run it."""

    name: str
    model: Any
    tokenizer: Any
    embedder: ClapEmbedder
    folder: Path


@pytest.fixture(scope="module", params=sorted(SHAPES))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A random model of a published shape, exported."""
    checkpoint = tmp_path_factory.mktemp("checkpoint")
    folder = tmp_path_factory.mktemp("exported")
    audio, text = SHAPES[request.param]
    model = make_checkpoint(checkpoint, audio, text)
    export_clap(checkpoint, folder)
    write_manifest(folder, make_manifest(folder, Origin(name=request.param)))
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(checkpoint / "tokenizer.json")
    )
    embedder = ClapEmbedder(folder)
    return Pair(
        name=request.param, model=model, tokenizer=tokenizer, embedder=embedder, folder=folder
    )


def heard_sounds() -> dict[str, npt.NDArray[np.float32]]:
    """What is compared: chords, noise, both, a soft and a clipped sound, and a click."""
    made = sounds()
    click = np.zeros(WINDOW_SAMPLES, np.float32)
    click[WINDOW_SAMPLES // 3] = 1
    return {
        **made,
        "both": made["chords"] + 0.1 * made["noise"],
        "soft": 0.01 * made["chords"],
        "clipped": np.clip(4 * made["chords"], -1, 1),
        "click": click,
    }


def mel_of_reference(sound: npt.NDArray[np.float32], truncation: str = "rand_trunc") -> Any:
    """Spectrogram of the reference extractor."""
    extractor = make_extractor(truncation)
    return extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt")["input_features"]


def audio_of_reference(model: Any, features: Any) -> npt.NDArray[np.float32]:
    """Vectors of Transformers' sound part, as its own method makes them."""
    with torch.no_grad():
        told = model.get_audio_features(input_features=features)
    return np.asarray(getattr(told, "pooler_output", told))


def text_of_reference(model: Any, tokens: Any, mask: Any) -> npt.NDArray[np.float32]:
    """Vectors of Transformers' text part, as its own method makes them."""
    with torch.no_grad():
        told = model.get_text_features(input_ids=tokens, attention_mask=mask)
    return np.asarray(getattr(told, "pooler_output", told))


@pytest.mark.parametrize("name", sorted(heard_sounds()))
@pytest.mark.parametrize("truncation", ["rand_trunc", "fusion"])
def test_spectrograms(name: str, truncation: str, measured: Measured) -> None:
    """Within 1e-4 dB on all frames, in both scales."""
    sound = heard_sounds()[name]
    recipe = dataclasses.replace(RECIPE, is_slaney=truncation == "rand_trunc")
    wanted = mel_of_reference(sound, truncation)[0, 0].numpy()
    difference = np.abs(log_mel(sound, recipe) - wanted).max()
    measured(f"spectrograms, {truncation}, dB", difference)
    assert difference < CLOSE_DB


@pytest.mark.parametrize("seconds", [1, 3.3, 4.9, 5, 7, 9.99, 10])
def test_short_sounds_are_padded_alike(seconds: float) -> None:
    """The reference repeats and pads as we do."""
    sound = sounds()["chords"][: round(seconds * RATE_HZ)]
    wanted = mel_of_reference(sound)[0, 0].numpy()
    made = log_mel(padded(sound, WINDOW_SAMPLES), RECIPE)
    assert np.abs(made - wanted).max() < CLOSE_DB


@pytest.mark.parametrize("name", sorted(heard_sounds()))
def test_sounds(pair: Pair, name: str, measured: Measured) -> None:
    """Our whole way gives the vector of theirs, to 1e-5 of its length."""
    sound = heard_sounds()[name]
    wanted = unit(audio_of_reference(pair.model, mel_of_reference(sound))[0])
    made = pair.embedder.embed_audio([sound]).vectors
    difference = np.abs(made[0] - wanted).max()
    measured(f"sounds, {pair.name}", difference)
    assert difference < CLOSE


@pytest.mark.skipif(not os.environ.get("MUSIC"), reason="MUSIC=/path names no music")
def test_real_music(pair: Pair, measured: Measured) -> None:
    """Windows of up to twelve files below MUSIC: spectrograms and vectors of the whole way."""
    paths = [path for path in sorted(Path(os.environ["MUSIC"]).rglob("*")) if is_music(path)]
    for path in paths[:MOST_FILES]:
        samples = hear(path, (Feed.STEREO_48K,)).samples(Feed.STEREO_48K)
        sound = samples.mean(axis=1, dtype=np.float32)[: 2 * WINDOW_SAMPLES]
        windows = list(windows_of([sound], window_rule(read_installed(pair.folder).manifest)))
        made = pair.embedder.embed_audio([sound]).vectors
        assert len(made) == len(windows)
        for window, vector in zip(windows, made, strict=True):
            features = mel_of_reference(window.samples)
            difference = np.abs(log_mel(window.samples, RECIPE) - features[0, 0].numpy()).max()
            measured("spectrograms, music, dB", difference)
            assert difference < CLOSE_DB
            distance = np.abs(unit(audio_of_reference(pair.model, features)[0]) - vector).max()
            measured(f"sounds, music, {pair.name}", distance)
            assert distance < CLOSE


def is_music(path: Path) -> bool:
    """Whether a file is called as music is."""
    return path.suffix.lower() in {".flac", ".mp3", ".m4a", ".ogg", ".opus", ".wav"}


def test_batches(pair: Pair) -> None:
    """The exported sound part takes any number of sounds, each as if it were alone."""
    features = torch.cat([mel_of_reference(sound) for sound in heard_sounds().values()])
    wanted = audio_of_reference(pair.model, features)
    session = open_session(pair.folder / "audio.onnx")
    (made,) = session.run(None, {"input_features": features.numpy()})
    assert made.shape == wanted.shape
    for one, other in zip(made, wanted, strict=True):
        assert np.abs(unit(one) - unit(other)).max() < CLOSE


@pytest.mark.parametrize("number", range(len(MORE_SENTENCES)))
def test_sentences(pair: Pair, number: int, measured: Measured) -> None:
    """Token for token, then the vector to 1e-5 of its length."""
    asked = pair.tokenizer(
        [MORE_SENTENCES[number]], return_tensors="pt", truncation=True, max_length=77
    )
    wanted = unit(text_of_reference(pair.model, asked["input_ids"], asked["attention_mask"])[0])
    assert pair.embedder.tokens_of(MORE_SENTENCES[number]) == asked["input_ids"][0].tolist()
    difference = np.abs(pair.embedder.embed_text(MORE_SENTENCES[number])[0] - wanted).max()
    measured(f"sentences, {pair.name}", difference)
    assert difference < CLOSE


def test_the_exported_model_is_left_as_it_was(pair: Pair) -> None:
    """Exporting neither trains nor changes a model: it answers the same twice."""
    features = mel_of_reference(sounds()["chords"])
    assert not pair.model.training
    first, second = (audio_of_reference(pair.model, features) for _ in range(2))
    assert np.array_equal(first, second)
