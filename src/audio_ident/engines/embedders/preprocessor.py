"""What `preprocessor_config.json` of a checkpoint says of the sound that its model hears."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audio_ident.engines.embedders.manifest import checked_preprocessing, read_json
from audio_ident.vibe_errors import ModelInvalid

HOP_S = 5
"""From one window to the next: half a window, so that no moment lies at an edge only."""

_NAMES: Mapping[str, str] = {
    "rate_hz": "sampling_rate",
    "fft_samples": "fft_window_size",
    "hop_samples": "hop_length",
    "bands": "feature_size",
    "lowest_hz": "frequency_min",
    "highest_hz": "frequency_max",
}
"""Our names of the values, and those of the file."""


def read_preprocessing(path: Path) -> dict[str, Any]:
    """Preprocessing values of a checkpoint.

    Raises
    ------
    ModelInvalid
        The file lacks values, or asks for what we do not do.
    """
    document = read_json(path)
    try:
        if document["truncation"] == "fusion":
            raise ModelInvalid(
                "this is a fused checkpoint, which hears four spectrograms at once; use an unfused "
                "one"
            )
        if document.get("padding", "repeatpad") != "repeatpad" or document.get("top_db"):
            raise ModelInvalid("the checkpoint pads, or cuts off levels, in a way that we do not")
        values = {ours: document[theirs] for ours, theirs in _NAMES.items()}
        values["window_samples"] = document["max_length_s"] * document["sampling_rate"]
        values["window_hop_samples"] = HOP_S * document["sampling_rate"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelInvalid(f"{path.name} lacks values: {error!r}") from error
    return checked_preprocessing({**values, "mel_scale": "slaney"})
