"""CLAP by ONNX Runtime: sounds and sentences in one space, without torch.

A session computes in one thread that never spins: several at once are several worker processes.
One window at a time: batches cost more on a processor, and memory as well.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.core.vibe.clap_mel import MelRecipe, log_mel
from audio_ident.core.vibe.windows import windows_of
from audio_ident.engines.embedders.manifest import mel_recipe, read_installed, window_rule
from audio_ident.engines.embedders.onnx_weights import check_weights_inside
from audio_ident.engines.embedders.runtime import Session, open_session, run_options
from audio_ident.model.audio import Mono
from audio_ident.model.embedding_models import ModelManifest
from audio_ident.model.vectors import Space, Vectors, WindowVectors
from audio_ident.vibe_errors import ModelInvalid

MOST_TOKENS = 77
"""Longest sentence, in pieces of words, that LAION's models were taught with; the rest is cut."""

_ONE_IN_AND_OUT = {
    "audio": ("input_features", "audio_embeds"),
    "text": ("input_ids", "text_embeds"),
}
"""What the main input and the output are called, where there are several."""

_Numbers: TypeAlias = npt.NDArray[Any]


class ClapEmbedder:
    """A model in a folder, as `engines.embedders.models` installs them.

    Nothing but the manifest is read before the first sound or sentence; the part for sentences is
    opened with the first of them.

    Parameters
    ----------
    folder
        With `model.json`; only files that it names are opened.

    Raises
    ------
    ModelMissing
        There is no model.
    ModelInvalid
        The files are not those of the manifest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        installed = read_installed(folder)
        self._manifest: ModelManifest = installed.manifest
        self._space = installed.space
        self._recipe = mel_recipe(self._manifest)
        self._rule = window_rule(self._manifest)
        self._sessions: dict[str, Session] = {}
        self._tokenizer: Any = None

    @property
    def space(self) -> Space:
        """The space of the model."""
        return self._space

    def warm_up(self, *, with_text: bool = False) -> None:
        """Open the model and use it once, so that the first sound or sentence waits for nothing."""
        self._audio_vector(np.zeros(self._rule.window_samples, np.float32))
        if with_text:
            self.embed_text("music")

    def embed_audio(self, blocks: Iterable[Mono]) -> WindowVectors:
        """Windows of a sound at `space.rate_hz`."""
        vectors: list[Vectors] = []
        times_samples: list[tuple[int, int]] = []
        for window in windows_of(blocks, self._rule):
            vectors.append(self._audio_vector(window.samples))
            times_samples.append((window.start_samples, window.end_samples))
        times = np.array(times_samples, np.int64).reshape(-1, 2) * 1000 // self._rule.rate_hz
        return WindowVectors(
            vectors=np.array(vectors, np.float32).reshape(-1, self._space.dimension),
            start_ms=times[:, 0].astype(np.uint32),
            end_ms=times[:, 1].astype(np.uint32),
        )

    def embed_text(self, text: str) -> Vectors:
        """The place of a sentence, shape `(1, dimension)`."""
        tokens = self.tokens_of(text)
        known: dict[str, _Numbers] = {
            "input_ids": np.array([tokens], np.int64),
            "attention_mask": np.ones((1, len(tokens)), np.int64),
            "token_type_ids": np.zeros((1, len(tokens)), np.int64),
        }
        return self._run("text", known)[None]

    def tokens_of(self, text: str) -> list[int]:
        """Numbers of the pieces of words that a sentence is made of."""
        if self._tokenizer is None:
            self._tokenizer = self._opened_tokenizer()
        return list(self._tokenizer.encode(text).ids)

    def _audio_vector(self, samples: Mono) -> Vectors:
        return self._run("audio", _heard(samples, self._recipe))

    def _run(self, role: str, known: Mapping[str, _Numbers]) -> Vectors:
        """The vector that one of the two parts gives, of length 1."""
        session = self._session(role)
        with _failures_named(self._manifest.name):
            vector = _output(session, role, known)
        length = float(np.linalg.norm(vector))
        if len(vector) != self._space.dimension or not np.isfinite(length) or length == 0:
            raise ModelInvalid(
                f"model {self._manifest.name}: its {role} part gives no vector of "
                f"{self._space.dimension} numbers"
            )
        unit: Vectors = (vector / length).astype(np.float32)
        return unit

    def _session(self, role: str) -> Session:
        if role not in self._sessions:
            path = self._folder / self._manifest.files[role].name
            check_weights_inside(path)
            with _failures_named(self._manifest.name):
                self._sessions[role] = open_session(path)
        return self._sessions[role]

    def _opened_tokenizer(self) -> Any:  # noqa: ANN401 -- imported where it is used
        from tokenizers import Tokenizer  # noqa: PLC0415 -- heavy, and only for sentences

        path = self._folder / self._manifest.files["tokenizer"].name
        with _failures_named(self._manifest.name):
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_padding()
            tokenizer.enable_truncation(MOST_TOKENS)
        return tokenizer


def probed_dimension(path: Path, recipe: MelRecipe, window_samples: int) -> int:
    """How many numbers the vectors of an ONNX file have, by hearing silence with it.

    What it declares is not asked: ready-made files name a symbol there.

    Raises
    ------
    ModelInvalid
        It cannot be used.
    """
    silence = np.zeros(window_samples, np.float32)
    with _failures_named(path.name):
        return len(_output(open_session(path), "audio", _heard(silence, recipe)))


def _heard(samples: Mono, recipe: MelRecipe) -> dict[str, _Numbers]:
    """What the sound part may be fed with, by name."""
    features = log_mel(samples, recipe)[None, None]
    return {"input_features": features, "is_longer": np.zeros((1, 1), np.bool_)}


def _output(session: Session, role: str, known: Mapping[str, _Numbers]) -> _Numbers:
    """The vector of one sound or sentence, of any length."""
    fed = {name: known[key] for name, key in _matched_inputs(session, role, known)}
    (output,) = session.run([_output_name(session, role)], fed, run_options())
    return np.asarray(output, np.float64).reshape(-1)


def _matched_inputs(
    session: Session, role: str, known: Mapping[str, _Numbers]
) -> Iterator[tuple[str, str]]:
    """Names of the inputs, with what is fed to each."""
    names = [each.name for each in session.get_inputs()]
    if len(names) == 1:
        yield names[0], _ONE_IN_AND_OUT[role][0]
        return
    for name in names:
        if name not in known:
            raise ValueError(f"the {role} part asks for {name[:100]!r}")
        yield name, name


def _output_name(session: Session, role: str) -> str:
    names = [each.name for each in session.get_outputs()]
    wanted = _ONE_IN_AND_OUT[role][1]
    return wanted if wanted in names else str(names[0])


@contextlib.contextmanager
def _failures_named(name: str) -> Iterator[None]:
    """Say that a model is of no use, whatever a foreign library says of it."""
    try:
        yield
    except (MemoryError, ModelInvalid):
        raise
    except Exception as error:  # what the two bindings raise has no other base
        told = str(error).partition("\n")[0][:300]
        if "alloc" in told:
            raise MemoryError(told) from error
        raise ModelInvalid(f"model {name} cannot be used: {told}") from error
