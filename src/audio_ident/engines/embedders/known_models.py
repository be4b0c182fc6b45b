"""The models that `audio-ident models fetch` knows.

The commits are those that public pages of the hub show; nobody has fetched them with this program
yet. A commit names its content, and the hub says what each file must be, so nothing can be slipped
in between. Digests of our own belong into `sha256` once somebody has fetched a model and heard it.
"""

from collections.abc import Mapping

from audio_ident.model.embedding_models import KnownModel

_PATHS: Mapping[str, str] = {
    "audio": "onnx/audio_model.onnx",
    "text": "onnx/text_model.onnx",
    "tokenizer": "tokenizer.json",
    "preprocessor": "preprocessor_config.json",
}

KNOWN_MODELS: tuple[KnownModel, ...] = (
    KnownModel(
        name="music",
        repository="Xenova/larger_clap_music_and_speech",
        commit="e9fd5ac1dbf3280936a7fc3ec8a020453ff184db",
        licence="Apache-2.0",
        about="LAION CLAP taught with music and speech; the better ear, 0.4 to 0.6 s a window",
        approximate_bytes=786_000_000,
        paths=_PATHS,
    ),
    KnownModel(
        name="light",
        repository="Xenova/clap-htsat-unfused",
        commit="7fe18129b081a8cd2a0aba45e858b5b114c03a6b",
        licence="Apache-2.0",
        about="LAION CLAP taught with sounds of all kinds; half the work, 0.2 to 0.3 s",
        approximate_bytes=622_000_000,
        paths=_PATHS,
    ),
)
