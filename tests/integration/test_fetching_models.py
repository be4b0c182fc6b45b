"""Models are fetched from a hub on this machine, by the real command, whatever the hub does."""

import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audio_ident.cli.app import make_cli
from audio_ident.cli.application import Entrance
from audio_ident.engines.embedders.fetching import fetch
from audio_ident.engines.embedders.hub import Hub
from audio_ident.engines.embedders.known_models import KNOWN_MODELS
from audio_ident.engines.embedders.manifest import read_installed
from audio_ident.engines.embedders.models import installed_models, sha256_of, verify
from audio_ident.errors import BadInput
from audio_ident.model.embedding_models import InstalledModel, KnownModel
from audio_ident.model.reports import Health
from audio_ident.settings.model import Settings
from audio_ident.vibe_errors import ModelInvalid, ModelUnreachable
from audio_ident.wiring.local import diagnose, open_application
from builders.hub import COMMIT, StubHub, running_hub
from builders.tiny_clap import FOLDER, copy_repository

KNOWN = KnownModel(
    name="music",
    repository="somebody/something",
    commit=COMMIT,
    licence="MIT",
    about="",
    approximate_bytes=1_000_000,
    paths=KNOWN_MODELS[0].paths,
)

AUDIO = "onnx/audio_model.onnx"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[StubHub]:
    """A hub with the tiny model under the names of ready-made repositories."""
    with running_hub(copy_repository(tmp_path / "repository")) as running:
        yield running


def get(
    hub: StubHub, directory: Path, known: KnownModel = KNOWN, revision: str = COMMIT
) -> InstalledModel:
    """Fetch the model."""
    client = Hub(hub.address)
    try:
        return fetch(directory, known, client, revision, lambda *_: None)
    finally:
        client.close()


def names_in(directory: Path) -> list[str]:
    """Names of everything in a folder."""
    return sorted(path.name for path in directory.iterdir())


def test_a_fetched_model_is_installed(hub: StubHub, tmp_path: Path) -> None:
    """The commit is written down, everything is verified, and nothing is left beside it."""
    installed = get(hub, tmp_path / "models")
    assert installed.manifest.commit == COMMIT
    assert installed.manifest.licence == "MIT"
    assert installed.space.revision == read_installed(FOLDER).space.revision
    assert verify(tmp_path / "models", "music").problems == ()
    assert names_in(tmp_path / "models") == ["music"]


def test_a_branch_is_turned_into_its_commit(hub: StubHub, tmp_path: Path) -> None:
    """Whatever it is called, files are asked for by the commit alone."""
    hub.commit = "b" * 40
    assert get(hub, tmp_path, revision="main").manifest.commit == "b" * 40
    paths = [path for path, _ in hub.asked]
    assert sum("main" in path for path in paths) == 1
    assert all("b" * 40 in path or "/blobs/" in path for path in paths[1:])


def test_an_interrupted_file_goes_on_where_it_stopped(hub: StubHub, tmp_path: Path) -> None:
    """What came is kept; the next attempt asks for the rest of it only."""
    hub.cut_after[AUDIO] = 300_000
    with pytest.raises(ModelUnreachable):
        get(hub, tmp_path)
    assert installed_models(tmp_path) == {}
    hub.asked.clear()
    get(hub, tmp_path)
    assert ("/blobs/" + AUDIO, "bytes=300000-") in hub.asked
    assert not any("tokenizer.json" in path for path, _ in hub.asked)
    assert verify(tmp_path, "music").problems == ()
    assert names_in(tmp_path) == ["music", "repository"]


def test_a_hub_without_ranges_begins_again(hub: StubHub, tmp_path: Path) -> None:
    """A whole answer to a question for the rest replaces what was there."""
    hub.cut_after[AUDIO] = 300_000
    hub.has_ranges = False
    with pytest.raises(ModelUnreachable):
        get(hub, tmp_path)
    get(hub, tmp_path)
    assert verify(tmp_path, "music").problems == ()


@pytest.mark.parametrize("path", [AUDIO, "tokenizer.json"])
def test_other_content_than_was_stated_is_refused(hub: StubHub, tmp_path: Path, path: str) -> None:
    """Large files by SHA-256, small ones as git names them; the next attempt starts afresh."""
    content = hub.files()[path]
    hub.changed[path] = bytes([content[0] ^ 1]) + content[1:]
    with pytest.raises(ModelInvalid, match="not what the hub says"):
        get(hub, tmp_path)
    assert installed_models(tmp_path) == {}
    hub.changed.clear()
    get(hub, tmp_path)


def test_more_than_was_stated_is_refused(hub: StubHub, tmp_path: Path) -> None:
    """A hub cannot fill the disk: reading ends at the stated size."""
    hub.sizes[AUDIO] = 1000
    with pytest.raises(ModelInvalid, match="longer"):
        get(hub, tmp_path)


@pytest.mark.parametrize("size", [0, 3 * 2**30])
def test_sizes_that_no_model_has_are_refused(hub: StubHub, tmp_path: Path, size: int) -> None:
    """Before anything is fetched."""
    hub.sizes[AUDIO] = size
    with pytest.raises(ModelInvalid, match="bytes"):
        get(hub, tmp_path)
    assert not any("resolve" in path for path, _ in hub.asked)


def test_redirects_lead_to_https_only(hub: StubHub, tmp_path: Path) -> None:
    """Neither to plain HTTP elsewhere nor to files of this machine."""
    for target in ("http://192.0.2.1/x", "file:///etc/passwd", "http://127.0.0.1:1/x"):
        hub.redirects_to = target
        with pytest.raises(ModelUnreachable, match="https"):
            get(hub, tmp_path)


def test_redirects_end(hub: StubHub, tmp_path: Path) -> None:
    """A circle is noticed."""
    hub.redirects_to = f"/somebody/something/resolve/{COMMIT}/{AUDIO}"
    with pytest.raises(ModelUnreachable, match="without end"):
        get(hub, tmp_path)


def test_our_own_digests_count_as_well(hub: StubHub, tmp_path: Path) -> None:
    """Where we know what a file must be, the hub alone is not believed."""
    right = {"audio": sha256_of(FOLDER / "audio.onnx")}
    get(hub, tmp_path / "right", dataclasses.replace(KNOWN, sha256=right))
    wrong = dataclasses.replace(KNOWN, sha256={"audio": "0" * 64})
    with pytest.raises(ModelInvalid, match="that we know"):
        get(hub, tmp_path / "wrong", wrong)


def test_what_is_here_is_not_fetched_again(hub: StubHub, tmp_path: Path) -> None:
    """A model that is whole needs no hub; a damaged one is fetched and has to be the same."""
    first = get(hub, tmp_path)
    hub.status = 500
    assert get(hub, tmp_path) == first
    (tmp_path / "music" / "text.onnx").write_bytes(b"damaged")
    hub.status = 200
    assert get(hub, tmp_path) == first
    (tmp_path / "music" / "text.onnx").write_bytes(b"damaged")
    other = hub.folder / "tokenizer.json"
    other.write_text(other.read_text() + "\n")
    with pytest.raises(ModelInvalid, match="that we know"):
        get(hub, tmp_path)


def test_another_commit_than_was_asked_for_is_refused(hub: StubHub, tmp_path: Path) -> None:
    """A pinned commit is that commit."""
    hub.commit = "c" * 40
    with pytest.raises(ModelInvalid, match="another commit"):
        get(hub, tmp_path)


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_hub_that_refuses_is_told(hub: StubHub, tmp_path: Path, status: int) -> None:
    """The error names the status and is worth another try."""
    hub.status = status
    with pytest.raises(ModelUnreachable, match=str(status)):
        get(hub, tmp_path)


def test_no_key_is_ever_sent(hub: StubHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that other programs left in the environment stay there."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    get(hub, tmp_path)
    assert all("Authorization" not in headers for headers in hub.headers)
    assert not any("hf_secret" in str(headers) for headers in hub.headers)


@pytest.mark.parametrize("address", ["http://example.org", "ftp://x", "https://u:p@x", "x"])
def test_hubs_are_asked_over_https(address: str) -> None:
    """Plain HTTP is for this machine alone."""
    with pytest.raises(BadInput):
        Hub(address)


@pytest.fixture
def call(
    hub: StubHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, Any, str]]:
    """Runs a command over a library: its exit code, its JSON, and what it told beside."""
    for name in os.environ:
        if name.startswith(("AUDIO_IDENT_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("AUDIO_IDENT_VIBE_MODEL", "music")
    cli = make_cli(Entrance(open_application=open_application, diagnose=diagnose))

    def invoke(*words: str) -> tuple[int, Any, str]:
        arguments = ["--data-dir", str(tmp_path / "data"), "models", *words]
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        is_json = "--json" in words and result.stdout
        return (
            result.exit_code,
            json.loads(result.stdout) if is_json else result.stdout,
            result.stderr,
        )

    return invoke


def test_the_command_does_what_it_says(
    hub: StubHub, tmp_path: Path, call: Callable[..., tuple[int, Any, str]]
) -> None:
    """`models` from the first fetch to the end, over a real library."""
    hub.commit = KNOWN_MODELS[0].commit
    code, fetched, told = call("fetch", "music", "--json")
    assert code == 0, told
    assert fetched["commit"] == KNOWN_MODELS[0].commit
    _, listed, _ = call("list", "--json")
    by_name = {model["name"]: model for model in listed["models"]}
    assert by_name["music"]["installed"]["space"] == fetched["space"]
    assert by_name["music"]["is_chosen"]
    assert by_name["light"]["installed"] is None
    assert call("verify")[0] == 0
    place = tmp_path / "data" / "models" / "music"
    (place / "text.onnx").write_bytes(b"\0" * 99_071)
    code, broken, _ = call("verify", "music", "--json")
    assert code == 1
    assert broken["models"][0]["problems"]
    assert call("remove", "music")[0] == 0
    assert not place.exists()
    code, _, told = call("verify", "music")
    assert code == 1
    assert "MODEL_MISSING" in told


def test_a_model_comes_by_folder_where_there_is_no_network(
    tmp_path: Path, call: Callable[..., tuple[int, Any, str]]
) -> None:
    """`models add` needs nothing else, and lists what it added."""
    code, added, told = call("add", str(FOLDER), "--name", "mine", "--json")
    assert code == 0, told
    assert added["name"] == "mine"
    manifest = json.loads((tmp_path / "data" / "models" / "mine" / "model.json").read_text())
    assert manifest["files"] == json.loads((FOLDER / "model.json").read_text())["files"]
    _, shown, _ = call()
    assert "mine" in shown
    assert "can be fetched" in shown


def test_a_chosen_model_that_is_not_here_is_told(
    tmp_path: Path, call: Callable[..., tuple[int, Any, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list names it and says what is wrong, and so does whoever looks for what is missing."""
    monkeypatch.setenv("AUDIO_IDENT_VIBE_MODEL", "gone")
    _, listed, _ = call("list", "--json")
    by_name = {model["name"]: model for model in listed["models"]}
    _, _, told = call("list")
    settings = Settings(data_dir=tmp_path / "data", vibe_model="gone")
    (found,) = [one for one in diagnose(settings) if one.part == "vectors"]

    assert by_name["gone"]["is_chosen"]
    assert "gone: the setting names it, and it is not here" in told
    assert "needs no model" not in told
    assert (found.health, "gone" in found.fact) == (Health.WARNING, True)


def test_mistakes_are_told(
    hub: StubHub, tmp_path: Path, call: Callable[..., tuple[int, Any, str]]
) -> None:
    """Unknown names, a hub that is away, folders that hold nothing: a sentence each."""
    hub.status = 503
    for words, code, fact in (
        (("fetch", "nothing"), 1, "there are music, light"),
        (("fetch", "light"), 1, "status 503"),
        (("remove", "light"), 1, "MODEL_MISSING"),
        (("add", str(tmp_path)), 2, "--name"),
        (("add", str(tmp_path), "--name", "x"), 2, "is missing"),
        (("add", str(FOLDER), "--name", "../x"), 2, "names are made of"),
        (("export", str(FOLDER), str(tmp_path / "new"), "--name", "timbre"), 2, "names"),
    ):
        ended, _, told = call(*words)
        assert ended == code, told
        assert fact in told
