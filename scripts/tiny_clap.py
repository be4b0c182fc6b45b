"""Makes `tests/data/tiny_clap`: a CLAP model of random numbers, small enough to keep.

Needs torch, transformers and onnx (`make test-models` installs them): the model is made and run by
Transformers, and `expected.npz` holds what Transformers says of two sounds and some sentences. The
ordinary tests compare our own code with that, without any of them.
"""

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audio_ident.engines.embedders.clap_export import export_clap
from audio_ident.engines.embedders.models import Origin, make_manifest, write_manifest

TARGET = Path(__file__).resolve().parents[1] / "tests" / "data" / "tiny_clap"

RATE_HZ, WINDOW_SAMPLES = 48_000, 480_000

SEED = 20

KEPT_FRAMES = slice(0, None, 40)
"""Frames of the spectrograms that are kept: all of them would be half a megabyte."""

SENTENCES = ("slow piano at night", "Loud, fast guitars!", "música - żółć", "")

CORPUS = (
    "slow quiet piano music at night",
    "loud fast guitars and drums, distorted",
    "a calm song with strings; an upbeat pop song",
    "electronic dance music with a heavy bass line",
)


def sounds() -> dict[str, npt.NDArray[np.float32]]:
    """Ten seconds of chords, and of noise, which numpy makes alike everywhere."""
    time_s = np.arange(WINDOW_SAMPLES) / RATE_HZ
    chords = np.zeros(WINDOW_SAMPLES)
    for number, root_hz in enumerate((220.0, 261.63, 196.0, 246.94, 174.61)):
        inside = (time_s >= 2 * number) & (time_s < 2 * number + 2)
        fade = np.exp(-2 * (time_s[inside] - 2 * number))
        for step, level in ((1, 0.3), (1.25, 0.2), (1.5, 0.2), (4, 0.05), (11, 0.02)):
            chords[inside] += level * fade * np.sin(2 * np.pi * root_hz * step * time_s[inside])
    noise = np.random.default_rng(SEED).normal(0, 0.1, WINDOW_SAMPLES)
    return {"chords": chords.astype(np.float32), "noise": noise.astype(np.float32)}


def make_tokenizer(path: Path) -> int:
    """A tokenizer of the kind that CLAP has, with few pieces of words; how many there are."""
    from tokenizers import ByteLevelBPETokenizer  # noqa: PLC0415
    from tokenizers.processors import RobertaProcessing  # noqa: PLC0415

    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(
        CORPUS, vocab_size=340, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    )
    tokenizer.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.save(str(path))
    return int(tokenizer.get_vocab_size())


def make_checkpoint(folder: Path, audio: dict[str, Any], text: dict[str, Any]) -> Any:  # noqa: ANN401
    """A random model of a shape, as Transformers keeps it, with a tokenizer; the model."""
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    torch.manual_seed(SEED)
    pieces = make_tokenizer(folder / "tokenizer.json")
    dimension = audio["projection_dim"]
    config = transformers.ClapConfig(
        audio_config=audio,
        text_config={"vocab_size": pieces, "projection_dim": dimension, **text},
        projection_dim=dimension,
    )
    model = transformers.ClapModel(config).eval()
    spread_batch_norm(torch, model)
    model.save_pretrained(folder)
    make_extractor().save_pretrained(folder)
    return model


def spread_batch_norm(torch: Any, model: Any) -> None:  # noqa: ANN401
    """Numbers in the first layer as training leaves them: levels in dB become small numbers."""
    norm = model.audio_model.audio_encoder.batch_norm
    with torch.no_grad():
        norm.running_mean.fill_(-30.0)
        norm.running_var.fill_(400.0)


def make_extractor(truncation: str = "rand_trunc") -> Any:  # noqa: ANN401
    """The reference of our spectrograms, with the values of the published checkpoints."""
    import transformers  # noqa: PLC0415

    return transformers.ClapFeatureExtractor(
        frequency_min=50, frequency_max=14_000, truncation=truncation
    )


def reference(model: Any, folder: Path) -> dict[str, npt.NDArray[Any]]:  # noqa: ANN401
    """What Transformers says of the sounds and sentences."""
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    extractor = make_extractor()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    told: dict[str, npt.NDArray[Any]] = {}
    with torch.no_grad():
        for name, sound in sounds().items():
            heard = extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt")["input_features"]
            told[f"mel_{name}"] = heard[0, 0].numpy()
            fused = make_extractor("fusion")(sound, sampling_rate=RATE_HZ)["input_features"]
            told[f"mel_htk_{name}"] = np.asarray(fused, np.float32)[0, 0]
            pooled = model.audio_model(input_features=heard).pooler_output
            told[f"audio_{name}"] = model.audio_projection(pooled)[0].numpy()
        for number, sentence in enumerate(SENTENCES):
            tokens = torch.tensor([tokenizer(sentence)["input_ids"]])
            pooled = model.text_model(tokens, torch.ones_like(tokens)).pooler_output
            told[f"tokens_{number}"] = tokens[0].numpy().astype(np.int64)
            told[f"text_{number}"] = model.text_projection(pooled)[0].numpy()
    return told


def main() -> None:
    """Write the folder."""
    audio = {
        "window_size": 8,
        "spec_size": 256,
        "num_mel_bins": 64,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "patch_embeds_hidden_size": 8,
        "hidden_size": 64,
        "depths": [1, 1, 2, 1],
        "num_attention_heads": [1, 2, 2, 4],
        "projection_dim": 32,
    }
    text = {
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 130,
    }
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as checkpoint:
        model = make_checkpoint(Path(checkpoint), audio, text)
        export_clap(Path(checkpoint), TARGET)
        expected = reference(model, Path(checkpoint))
    for name in list(expected):
        if name.startswith("mel_"):
            expected[name] = expected[name][KEPT_FRAMES]
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **expected)  # type: ignore[arg-type]
    (TARGET / "expected.npz").write_bytes(buffer.getvalue())
    origin = Origin(name="tiny", repository="audio-ident/tiny-random-clap", licence="MIT")
    write_manifest(TARGET, make_manifest(TARGET, origin))
    sizes = {path.name: path.stat().st_size for path in sorted(TARGET.iterdir())}
    print(f"{sum(sizes.values())} bytes in {TARGET}: {sizes}", file=sys.stderr)


if __name__ == "__main__":
    main()
