"""The CLAP embedder says what Transformers says, and refuses what is no such model."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from audio_ident.engines.embedders.clap import MOST_TOKENS, ClapEmbedder
from audio_ident.engines.embedders.onnx_weights import check_weights_inside
from audio_ident.vibe_errors import ModelInvalid, ModelMissing
from builders.tiny_clap import (
    DIMENSION,
    FOLDER,
    copy_model,
    expected,
    unit,
    with_external_weights,
)
from tiny_clap import SENTENCES, sounds


@pytest.fixture(scope="module")
def embedder() -> ClapEmbedder:
    """The tiny model."""
    return ClapEmbedder(FOLDER)


@pytest.mark.parametrize("name", ["chords", "noise"])
def test_sounds_lie_where_transformers_puts_them(embedder: ClapEmbedder, name: str) -> None:
    """Own spectrograms and ONNX together differ by less than 1e-5 from the reference."""
    windows = embedder.embed_audio([sounds()[name]])
    assert windows.vectors[0] == pytest.approx(unit(expected()[f"audio_{name}"]), abs=1e-5)
    assert (windows.start_ms.tolist(), windows.end_ms.tolist()) == ([0], [10_000])


@pytest.mark.parametrize("number", range(len(SENTENCES)))
def test_sentences_lie_where_transformers_puts_them(embedder: ClapEmbedder, number: int) -> None:
    """Token for token, and the vector to 1e-5; an empty sentence too."""
    wanted = expected()
    assert embedder.tokens_of(SENTENCES[number]) == wanted[f"tokens_{number}"].tolist()
    vector = embedder.embed_text(SENTENCES[number])
    assert vector.shape == (1, DIMENSION)
    assert vector[0] == pytest.approx(unit(wanted[f"text_{number}"]), abs=1e-5)


def test_long_sentences_are_cut(embedder: ClapEmbedder) -> None:
    """No sentence has more tokens than the model was taught with, or fails by its length."""
    assert len(embedder.tokens_of("piano " * 5000)) == MOST_TOKENS
    assert np.isfinite(embedder.embed_text("piano " * 5000)).all()


def test_text_is_not_opened_for_sounds(tmp_path: Path) -> None:
    """A worker that only listens never loads the large text part."""
    folder = copy_model(tmp_path / "tiny")
    embedder = ClapEmbedder(folder)
    (folder / "text.onnx").unlink()
    assert len(embedder.embed_audio([sounds()["noise"]]).vectors) == 1
    with pytest.raises(ModelInvalid):
        embedder.embed_text("music")


def test_warming_up_opens_both_parts(tmp_path: Path) -> None:
    """Afterwards nothing is read any more."""
    folder = copy_model(tmp_path / "tiny")
    embedder = ClapEmbedder(folder)
    embedder.warm_up(with_text=True)
    shutil.rmtree(folder)
    assert embedder.embed_text("music").shape == (1, DIMENSION)
    assert len(embedder.embed_audio([sounds()["noise"]]).vectors) == 1


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    """An empty folder holds no model."""
    with pytest.raises(ModelMissing):
        ClapEmbedder(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("audio.onnx", b""),
        ("audio.onnx", b"no model"),
        ("text.onnx", b"\x80" * 99_071),
        ("tokenizer.json", b"{" * 7198),
    ],
)
def test_damaged_files_are_told(tmp_path: Path, name: str, content: bytes) -> None:
    """Another size is noticed at once, other content when it is used; never a crash."""
    folder = copy_model(tmp_path / "tiny")
    (folder / name).write_bytes(content)
    with pytest.raises(ModelInvalid):
        ClapEmbedder(folder).warm_up(with_text=True)


def test_another_dimension_than_the_manifest_says_is_told(tmp_path: Path) -> None:
    """Vectors of a wrong length never reach a space."""
    folder = copy_model(tmp_path / "tiny", dimension=31)
    with pytest.raises(ModelInvalid, match="31"):
        ClapEmbedder(folder).warm_up()


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"name": "../tiny"},
        {"commit": "main"},
        {"files": {}},
        {"files": None},
        {"dimension": "32"},
        {"dimension": 10**9},
        {"preprocessing": {}},
        {
            "files": {
                role: {"name": "../../etc/passwd", "sha256": "0" * 64, "size_bytes": 1}
                for role in ("audio", "text", "tokenizer")
            }
        },
    ],
)
def test_manifests_that_make_no_sense_are_told(tmp_path: Path, changes: dict[str, object]) -> None:
    """Nothing of a manifest is believed, paths least of all."""
    with pytest.raises(ModelInvalid):
        ClapEmbedder(copy_model(tmp_path / "tiny", **changes))


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A file of a model is a file, not a link to one of somebody else."""
    folder = copy_model(tmp_path / "tiny")
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").symlink_to(FOLDER / "tokenizer.json")
    with pytest.raises(ModelInvalid):
        ClapEmbedder(folder)


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    """An ONNX file that names another file is never opened."""
    path = tmp_path / "audio.onnx"
    good = (FOLDER / "audio.onnx").read_bytes()
    path.write_bytes(good)
    check_weights_inside(path)
    path.write_bytes(with_external_weights(good))
    with pytest.raises(ModelInvalid, match="another file"):
        check_weights_inside(path)


@pytest.mark.parametrize("content", [b"", b"\x00", b"PK\x03\x04", b"\xff" * 40, b"\x3a\xff\x01"])
def test_what_is_no_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    """Random bytes end in a sentence, not in a crash or a loop."""
    path = tmp_path / "audio.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelInvalid):
        check_weights_inside(path)


def test_inputs_and_outputs_may_be_called_otherwise(tmp_path: Path) -> None:
    """Ready-made files with other names for the one input and output work the same."""
    folder = copy_model(tmp_path / "tiny")
    content = (folder / "audio.onnx").read_bytes()
    assert content.count(b"input_features") >= 2
    renamed = content.replace(b"input_features", b"input_whatever").replace(
        b"audio_embeds", b"embed_audios"
    )
    (folder / "audio.onnx").write_bytes(renamed)
    told = ClapEmbedder(folder).embed_audio([sounds()["chords"]]).vectors[0]
    assert told == pytest.approx(unit(expected()["audio_chords"]), abs=1e-5)
