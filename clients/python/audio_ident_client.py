"""Talks to an audio-ident service: a small client of its API that needs nothing but httpx.

AUDIO_IDENT_KEY=... python audio_ident_client.py http://localhost:17010 identify clip.wav
AUDIO_IDENT_KEY=... python audio_ident_client.py http://localhost:17010 similar TRACK_ID
AUDIO_IDENT_KEY=... python audio_ident_client.py http://localhost:17010 import /srv/music
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

LONGEST_PAUSE_S = 60
"""The service breaks every silence on a stream of events after 15 s."""


class ServiceProblem(Exception):
    """An error that the service told: a stable code, the fact, and what can be done."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.code: str = problem["code"]
        self.remedy: str = problem["remedy"]


class AudioIdent:
    """One service; a context manager that closes its connections."""

    def __init__(self, address: str, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1/", headers=headers, timeout=LONGEST_PAUSE_S
        )

    def __enter__(self) -> "AudioIdent":
        return self

    def __exit__(self, *problem: object) -> None:
        self._http.close()

    def identify(self, clip: Path) -> dict[str, Any]:
        """Which recording a clip comes from, where in it, and how sure that is."""
        with clip.open("rb") as audio:
            return self._ask("POST", "search", files={"audio": audio}, data={"mode": "exact"})

    def similar(self, track_id: str) -> dict[str, Any]:
        """Which tracks sound like a track, how much so, and why."""
        return self._ask("GET", f"tracks/{track_id}/similar")

    def tracks(self, search: str = "") -> Iterator[dict[str, Any]]:
        """Every track whose title, artist or album has the words."""
        query = {"search": search, "pageSize": "100"}
        while True:
            page = self._ask("GET", "tracks", params=query)
            yield from page["data"]
            if not page["next_cursor"]:
                return
            query["cursor"] = page["next_cursor"]

    def import_folder(self, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Order an import and give its events as they happen, until it has ended."""
        ordered = self._ask("POST", "imports", json={"folders": [folder]})
        with self._http.stream("GET", f"imports/{ordered['session_id']}/events") as stream:
            _check(stream)
            event = ""
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    yield event, json.loads(value)

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        answer = self._http.request(method, path, **request)
        _check(answer)
        document: dict[str, Any] = answer.json()
        return document


def _check(answer: httpx.Response) -> None:
    if answer.is_error:
        answer.read()
        raise ServiceProblem(answer.json())


def main(address: str, command: str, argument: str) -> None:
    """Identify a clip, find what sounds like a track, or import a folder."""
    with AudioIdent(address, os.environ.get("AUDIO_IDENT_KEY", "")) as service:
        if command == "import":
            for event, document in service.import_folder(argument):
                print(event, json.dumps(document))
        elif command == "similar":
            print(json.dumps(service.similar(argument), indent=2))
        else:
            print(json.dumps(service.identify(Path(argument)), indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except ServiceProblem as problem:
        sys.exit(f"{problem} {problem.remedy}")
