"""Turns a CLAP checkpoint of Transformers into the two ONNX files and the tokenizer that we run.

Needs torch and transformers, which nothing else here does: `pip install 'audio-ident[export]'`.
"""

import importlib
import shutil
import warnings
from pathlib import Path
from typing import Any

from audio_ident.engines.embedders.preprocessor import read_preprocessing
from audio_ident.errors import BadInput
from audio_ident.vibe_errors import ModelInvalid

OPSET = 17
"""Version of ONNX: what the exporter does well and all supported runtimes read."""

AUDIO_NAME, TEXT_NAME = "audio.onnx", "text.onnx"
TOKENIZER_NAME, PREPROCESSOR_NAME = "tokenizer.json", "preprocessor_config.json"

_EXAMPLE_SOUNDS, _EXAMPLE_TOKENS = 2, 16
"""Sizes that are traced; others than 1, so that no axis is taken for fixed."""


def export_clap(checkpoint: Path, folder: Path) -> None:
    """Write the files of a model into a folder that is there.

    Parameters
    ----------
    checkpoint
        Folder with `config.json`, `preprocessor_config.json`, weights as safetensors, and a
        tokenizer. Pickled weights are not read: they can run programs.

    Raises
    ------
    BadInput
        torch or transformers is missing, or the folder is no such checkpoint.
    ModelInvalid
        The checkpoint is of a kind that we do not run.
    """
    torch, transformers = _imported("torch"), _imported("transformers")
    _imported("onnx")
    preprocessing = read_preprocessing(checkpoint / PREPROCESSOR_NAME)
    if not any(checkpoint.glob("*.safetensors")):
        raise BadInput(f"{checkpoint} holds no weights as safetensors; pickles are not read")
    try:
        model = transformers.ClapModel.from_pretrained(
            checkpoint, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(f"{checkpoint} holds no CLAP checkpoint: {error}") from error
    if model.config.audio_config.enable_fusion:
        raise ModelInvalid("this is a fused checkpoint; use an unfused one")
    frames = 1 + preprocessing["window_samples"] // preprocessing["hop_samples"]
    _export_audio(torch, model, folder / AUDIO_NAME, (1, frames, preprocessing["bands"]))
    _export_text(torch, model, folder / TEXT_NAME)
    _copy_tokenizer(transformers, checkpoint, folder)
    shutil.copyfile(checkpoint / PREPROCESSOR_NAME, folder / PREPROCESSOR_NAME)


def _imported(name: str) -> Any:  # noqa: ANN401 -- a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise BadInput(
            f"exporting needs {name}, which is not installed: `pip install 'audio-ident[export]'`"
        ) from error


def _export_audio(torch: Any, model: Any, path: Path, shape: tuple[int, ...]) -> None:  # noqa: ANN401
    class AudioPart(torch.nn.Module):  # type: ignore[misc]
        """Spectrograms in, vectors out."""

        def __init__(self) -> None:
            super().__init__()
            self.tower, self.projection = model.audio_model, model.audio_projection

        def forward(self, input_features: Any) -> Any:  # noqa: ANN401
            heard = self.tower(input_features=input_features, is_longer=None)
            return self.projection(heard.pooler_output)

    _export(
        torch,
        AudioPart(),
        path,
        {"input_features": torch.zeros((_EXAMPLE_SOUNDS, *shape)) - 50},
        ("audio_embeds", {"input_features": {0: "sounds"}, "audio_embeds": {0: "sounds"}}),
    )


def _export_text(torch: Any, model: Any, path: Path) -> None:  # noqa: ANN401
    class TextPart(torch.nn.Module):  # type: ignore[misc]
        """Numbers of tokens in, vectors out."""

        def __init__(self) -> None:
            super().__init__()
            self.tower, self.projection = model.text_model, model.text_projection

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401
            read = self.tower(input_ids=input_ids, attention_mask=attention_mask)
            return self.projection(read.pooler_output)

    tokens = torch.full((_EXAMPLE_SOUNDS, _EXAMPLE_TOKENS), 5, dtype=torch.int64)
    axes = {0: "sentences", 1: "tokens"}
    _export(
        torch,
        TextPart(),
        path,
        {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)},
        (
            "text_embeds",
            {"input_ids": axes, "attention_mask": axes, "text_embeds": {0: "sentences"}},
        ),
    )


def _export(
    torch: Any,  # noqa: ANN401
    part: Any,  # noqa: ANN401
    path: Path,
    examples: dict[str, Any],
    output: tuple[str, dict[str, dict[int, str]]],
) -> None:
    # A wrapper that is not told so is in training mode, and the exporter puts the model back into
    # the mode of the wrapper: from then on it would drop numbers at random.
    part.eval()
    output_name, dynamic_axes = output
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the older exporter is deprecated, and warns of constants
        torch.onnx.export(
            part,
            tuple(examples.values()),
            str(path),
            input_names=list(examples),
            output_names=[output_name],
            dynamic_axes=dynamic_axes,
            opset_version=OPSET,
            dynamo=False,
        )


def _copy_tokenizer(transformers: Any, checkpoint: Path, folder: Path) -> None:  # noqa: ANN401
    if (checkpoint / TOKENIZER_NAME).is_file():
        shutil.copyfile(checkpoint / TOKENIZER_NAME, folder / TOKENIZER_NAME)
        return
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
    except (OSError, ValueError) as error:
        raise BadInput(f"{checkpoint} holds no tokenizer") from error
    tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_NAME))
