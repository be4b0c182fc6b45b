"""What sounds alike with a model that understands sentences: a small random one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders import tiny_clap
from builders.asking import clip_of, found
from builders.collection import Collection
from builders.command import run
from builders.databases import copy_library
from builders.server import serving


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the one model."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(tiny_clap.FOLDER, folder / "tiny")
    return folder


@pytest.fixture(scope="module")
def listened(library: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that the model has listened to."""
    data = copy_library(library, tmp_path_factory.mktemp("listened") / "data")
    filled = run(data, "models", "fill", "--json", **settings_of(models))
    assert filled.code == 0, filled.stderr
    return data


@pytest.fixture(scope="module")
def listener(listened: Path, models: Path) -> Iterator[httpx.Client]:
    """A service over that library."""
    with serving(listened, **settings_of(models)) as client:
        yield client


def settings_of(models: Path) -> dict[str, str]:
    """Those of a service that uses the model, and leaves filling to the test."""
    return {
        "AUDIO_IDENT_VIBE_MODEL": "tiny",
        "AUDIO_IDENT_MODELS_DIR": str(models),
        "AUDIO_IDENT_SERVES_IMPORTS": "never",
    }


def ids(answer: Any) -> list[str]:
    """What is answered, in order."""
    return [match["track"]["id"] for match in answer["vibe_matches"]]


def test_sentences_are_answered(listener: httpx.Client) -> None:
    """Each by its own order, the same one each time; without shares and blocks."""
    calm, loud = (
        listener.get("/api/v1/text-search", params={"q": words}).json()
        for words in ("calm piano", "loud drums and guitars")
    )
    again = listener.post("/api/v1/similar", json={"text": "calm piano"}).json()
    best = calm["vibe_matches"][0]

    assert ids(calm)
    assert ids(calm) == ids(again)
    assert [m["cosine"] for m in calm["vibe_matches"]] != [
        m["cosine"] for m in loud["vibe_matches"]
    ]
    assert calm["embedding_model"] == "audio-ident/tiny-random-clap"
    assert (best["blocks"], best["similarity_is_share"]) == (None, False)
    assert best["best_ranges"][0]["query"] is None


def test_clips_are_heard_by_the_model(listener: httpx.Client, collection: Collection) -> None:
    """In one decoding with the other lane; reasons come from `timbre`."""
    answer = found(listener, clip_of(collection.pieces[1], "flac", 4.0, 14.0))
    best = answer["vibe_matches"][0]

    assert answer["lanes"]["vibe"] == answer["lanes"]["vibe"] | {"status": "ok", "reason": None}
    assert answer["exact_matches"][0]["track"]["title"] == "Harbour Lights"
    assert best["embedding_model"] == "audio-ident/tiny-random-clap"
    assert set(best["blocks"]) == {"timbre", "harmony", "rhythm"}


def test_without_the_model_timbre_answers(listened: Path, collection: Collection) -> None:
    """Clips are compared without it, and the lane says so; sentences cannot be."""
    with serving(listened, AUDIO_IDENT_SERVES_IMPORTS="never") as client:
        answer = found(client, clip_of(collection.pieces[1], "flac", 4.0, 14.0))
        words = client.get("/api/v1/text-search", params={"q": "calm piano"})
        track_id = answer["exact_matches"][0]["track"]["id"]
        stored = client.get(f"/api/v1/tracks/{track_id}/similar").json()

    assert answer["lanes"]["vibe"]["status"] == "degraded"
    assert "MODEL_MISSING" in answer["lanes"]["vibe"]["reason"]
    assert answer["vibe_matches"][0]["embedding_model"] == "timbre-118"
    assert (words.status_code, words.json()["code"]) == (503, "MODEL_MISSING")
    assert stored["embedding_model"] == "audio-ident/tiny-random-clap"
