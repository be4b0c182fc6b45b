"""Models of a folder: added whole or not at all, verified byte for byte."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from audio_ident.engines.embedders import models
from audio_ident.engines.embedders.clap_export import export_clap
from audio_ident.engines.embedders.known_models import KNOWN_MODELS
from audio_ident.engines.embedders.manifest import MODEL_NAME, read_installed
from audio_ident.engines.embedders.preprocessor import read_preprocessing
from audio_ident.errors import BadInput, LibraryLocked
from audio_ident.vibe_errors import ModelInvalid, ModelMissing
from builders.tiny_clap import FOLDER, copy_model, copy_repository, with_external_weights


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Folder of models that is not there yet."""
    return tmp_path / "models"


def names_in(shelf: Path) -> list[str]:
    """Names of everything in the folder, what is hidden as well."""
    return sorted(path.name for path in shelf.iterdir())


def test_an_added_folder_is_a_model(shelf: Path) -> None:
    """It has the space of where it came from, passes verification, and can be opened."""
    added = models.add_folder(shelf, FOLDER)
    assert added.space == read_installed(FOLDER).space
    assert models.installed_models(shelf) == {"tiny": added}
    assert models.verify(shelf, "tiny").problems == ()
    assert models.open_model(shelf, "tiny").space == added.space
    assert names_in(shelf) == ["tiny"]


def test_a_copied_folder_is_the_same_model(shelf: Path, tmp_path: Path) -> None:
    """An offline copy made with any tool needs no further step."""
    models.add_folder(shelf, FOLDER)
    shutil.copytree(shelf, tmp_path / "elsewhere")
    assert models.installed_models(tmp_path / "elsewhere") == models.installed_models(shelf)


def test_a_copy_of_a_repository_is_a_model_too(shelf: Path, tmp_path: Path) -> None:
    """The same files under the names of ready-made repositories make the same vectors."""
    source = copy_repository(tmp_path / "repository")
    with pytest.raises(BadInput, match="--name"):
        models.add_folder(shelf, source)
    added = models.add_folder(shelf, source, name="mine", licence="MIT")
    assert added.manifest.licence == "MIT"
    assert added.space.id == f"clap-mine-{added.space.revision[:8]}"
    assert added.space.revision == read_installed(FOLDER).space.revision


def test_adding_again_replaces(shelf: Path) -> None:
    """What was there before is gone, and nothing is left beside it."""
    models.add_folder(shelf, FOLDER)
    (shelf / "tiny" / "left").write_text("x")
    models.add_folder(shelf, FOLDER, licence="CC0-1.0")
    assert models.find_model(shelf, "tiny").manifest.licence == "CC0-1.0"
    assert not (shelf / "tiny" / "left").exists()
    assert names_in(shelf) == ["tiny"]


def test_another_licence_makes_no_other_space(shelf: Path) -> None:
    """Only what decides where sounds lie counts."""
    added = models.add_folder(shelf, FOLDER, licence="something else")
    assert added.space == read_installed(FOLDER).space


@pytest.mark.parametrize("name", ["audio.onnx", "text.onnx", "tokenizer.json"])
def test_a_flipped_bit_is_found(shelf: Path, tmp_path: Path, name: str) -> None:
    """Verification reads everything; a folder like that cannot be added."""
    models.add_folder(shelf, FOLDER)
    path = shelf / "tiny" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (problem,) = models.verify(shelf, "tiny").problems
    assert name in problem
    with pytest.raises(ModelInvalid):
        models.add_folder(tmp_path / "others", shelf / "tiny")
    assert names_in(tmp_path / "others") == []


def test_weights_in_other_files_are_not_added(shelf: Path, tmp_path: Path) -> None:
    """Neither from a repository nor with a manifest that names the file as it is."""
    source = copy_repository(tmp_path / "repository")
    path = source / "onnx" / "text_model.onnx"
    path.write_bytes(with_external_weights(path.read_bytes()))
    with pytest.raises(ModelInvalid, match="another file"):
        models.add_folder(shelf, source, name="bad")
    assert names_in(shelf) == []


def test_a_model_that_does_not_compute_changes_nothing(shelf: Path, tmp_path: Path) -> None:
    """What was there before still is, and works."""
    before = models.add_folder(shelf, FOLDER)
    with pytest.raises(ModelInvalid):
        models.add_folder(shelf, copy_model(tmp_path / "wrong", dimension=31))
    assert models.find_model(shelf, "tiny") == before
    assert models.verify(shelf, "tiny").problems == ()
    assert names_in(shelf) == ["tiny"]


def test_an_unusable_model_is_listed_with_its_problem(shelf: Path) -> None:
    """One bad folder does not hide the others."""
    models.add_folder(shelf, FOLDER)
    copy_model(shelf / "other")  # says that it is `tiny`
    copy_model(shelf / "broken", name="broken", dimension=-1)
    found = models.installed_models(shelf)
    assert [name for name, model in found.items() if isinstance(model, str)] == ["broken", "other"]
    assert models.verify(shelf, "broken").problems


def test_a_removed_model_is_gone(shelf: Path) -> None:
    """Removing what is not there is told."""
    models.add_folder(shelf, FOLDER)
    models.remove(shelf, "tiny")
    assert names_in(shelf) == []
    with pytest.raises(ModelMissing):
        models.remove(shelf, "tiny")


@pytest.mark.parametrize("name", ["../x", "timbre", "", ".new-1", "A", "a" * 41, "a/b"])
def test_names_lead_nowhere_else(shelf: Path, name: str) -> None:
    """No name reaches outside the folder, or means what is built in."""
    for use in (models.find_model, models.remove, models.verify):
        with pytest.raises(ModelMissing):
            use(shelf, name)


def test_one_process_changes_models(shelf: Path) -> None:
    """A second one is told; what a killed one left is deleted by the next."""
    shelf.mkdir()
    (shelf / ".new-left").mkdir()
    with models.changing(shelf):
        assert names_in(shelf) == [".lock"]
        with pytest.raises(LibraryLocked), models.changing(shelf):
            pass


def test_fused_checkpoints_are_refused(tmp_path: Path) -> None:
    """They hear otherwise; a wrong spectrogram would give vectors that mean nothing."""
    path = tmp_path / "preprocessor_config.json"
    document = json.loads((FOLDER / path.name).read_text())
    path.write_text(json.dumps({**document, "truncation": "fusion"}))
    with pytest.raises(ModelInvalid, match="fused"):
        read_preprocessing(path)
    path.write_text(json.dumps({**document, "sampling_rate": 44_100}))
    with pytest.raises(ModelInvalid, match="rate_hz"):
        read_preprocessing(path)
    path.write_text("[]")
    with pytest.raises(ModelInvalid):
        read_preprocessing(path)


def test_exporting_says_what_it_needs(tmp_path: Path) -> None:
    """Without torch the message names what to install."""
    if importlib.util.find_spec("torch"):
        pytest.skip("torch is installed here")
    with pytest.raises(BadInput, match=r"audio-ident\[export\]"):
        export_clap(FOLDER, tmp_path)


def test_known_models_are_pinned() -> None:
    """Each names a commit, a licence and a name that can be set."""
    for known in KNOWN_MODELS:
        assert len(known.commit) == 40
        assert set(known.commit) <= set("0123456789abcdef")
        assert MODEL_NAME.fullmatch(known.name)
        assert known.licence
