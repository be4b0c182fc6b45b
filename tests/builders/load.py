"""Load for a service: music to import, and clients that ask about clips all the time."""

import collections
import dataclasses
import threading
import time
from pathlib import Path

import httpx
import numpy as np

from builders.asking import search
from builders.music import cut, music
from builders.wav import write_music_wav

PIECES = 6
PIECE_S = 30.0
STRETCH_S = 5

BREATH_S = 0.05
"""Between two questions, so that others on the machine get on as well."""

LONGEST_PAUSE_S = 2.0
"""Clients come back as they are told, but not later than this."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A clip, and the title of the track that it is cut from."""

    content: bytes
    title: str


def write_tracks(folder: Path, count: int, seconds: int) -> None:
    """Tracks put together from stretches of a few pieces, each another way."""
    pieces = [music(seed, PIECE_S) for seed in range(PIECES)]
    for number in range(count):
        rng = np.random.default_rng([number, 1])
        places = zip(
            rng.integers(PIECES, size=seconds // STRETCH_S),
            rng.uniform(0, PIECE_S - STRETCH_S, seconds // STRETCH_S),
            strict=True,
        )
        stretches = [cut(pieces[piece], start_s, STRETCH_S) for piece, start_s in places]
        write_music_wav(folder / f"{number:02}.wav", np.concatenate(stretches))


class Load:
    """Asks about clips from several threads until it is told to stop.

    Parameters
    ----------
    rounds
        How often each thread asks; None as long as the block lasts.
    """

    def __init__(
        self, client: httpx.Client, clips: list[Clip], threads: int, rounds: int | None = None
    ) -> None:
        self._url = client.base_url
        self._clips = clips
        self._rounds = rounds
        self._must_stop = threading.Event()
        self.answers: collections.Counter[str] = collections.Counter()
        """How often there was each answer: `found`, `wrong`, `gone`, or a code."""
        self.unhelpful: list[httpx.Response] = []
        """Refusals that do not say when to come back."""
        self._threads = [
            threading.Thread(target=self._ask, args=(number,)) for number in range(threads)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._must_stop.set()
        self.finish()

    def finish(self) -> None:
        """Return when every thread has asked as often as it was to."""
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            found = 0
            while not self._must_stop.is_set() and found != self._rounds:
                clip = self._clips[(number + found) % len(self._clips)]
                pause_s = self._ask_once(client, clip)
                found += pause_s == 0
                time.sleep(pause_s or BREATH_S)

    def _ask_once(self, client: httpx.Client, clip: Clip) -> float:
        """Ask about one clip; seconds until it may be asked about again, 0 if it was found."""
        try:
            answer = search(client, clip.content)
        except httpx.TransportError:
            self.answers["gone"] += 1
            return 0.1
        if answer.status_code == 200:
            titles = [match["track"]["title"] for match in answer.json()["exact_matches"][:1]]
            self.answers["found" if titles == [clip.title] else "wrong"] += 1
            return 0.0
        self.answers[answer.json()["code"]] += 1
        if answer.status_code != 429:
            return 0.1
        pause_s = int(answer.headers.get("retry-after", 0))
        if pause_s < 1:
            self.unhelpful.append(answer)
        return max(0.1, min(pause_s, LONGEST_PAUSE_S))
