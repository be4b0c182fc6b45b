"""Imports over HTTP: ordered, and watched until something is so."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

LONGEST_S = 180
"""Only a guard: the machine may have much else to do."""


def eventually(claim: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline_s = time.monotonic() + LONGEST_S
    while not claim():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def roots_setting(*folders: Path) -> dict[str, str]:
    """The setting that lets requests import some folders."""
    return {"AUDIO_IDENT_MUSIC_ROOTS": json.dumps([str(folder) for folder in folders])}


def importer_of(service: "subprocess.Popen[bytes]") -> int:
    """Process that runs the imports of a service."""
    found: list[int] = []
    eventually(lambda: found.extend(_importers(service.pid)) or found)
    return found[0]


def _importers(owner: int) -> Iterator[int]:
    for task in Path(f"/proc/{owner}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"audio_ident.wiring.importer" in Path(f"/proc/{child}/cmdline").read_bytes():
                yield int(child)


def order_import(client: httpx.Client, *folders: Path, **changes: Any) -> str:
    """Order an import of folders by their paths; its id."""
    order = {"folders": [str(folder) for folder in folders]} | changes
    answer = client.post("/api/v1/imports", json=order)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["session_id"])


def import_of(client: httpx.Client, session_id: str) -> dict[str, Any]:
    """An import as the service tells it."""
    answer = client.get(f"/api/v1/imports/{session_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def wait_for_state(client: httpx.Client, session_id: str, *states: str) -> dict[str, Any]:
    """The import once it is in one of some states."""
    eventually(lambda: import_of(client, session_id)["state"] in states)
    return import_of(client, session_id)
