"""Opens what is to be heard of a track: its file, a finished conversion, or one that is made."""

import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import threading
import time
from collections.abc import Callable
from pathlib import PurePosixPath

from audio_ident.errors import NotFound
from audio_ident.library.playback.conversions import (
    RETRY_AFTER_S,
    Conversions,
    RunningConversion,
    conversion_key,
    raise_failure,
)
from audio_ident.library.playback.formats import (
    MADE_SUFFIXES,
    MADE_TYPES,
    chosen_format,
    conversion_of,
)
from audio_ident.library.playback.media_types import media_type_of, usual_suffix
from audio_ident.library.playback.names import download_name
from audio_ident.library.playback.originals import open_original
from audio_ident.model.library import TrackId
from audio_ident.model.playback import (
    AudioFormat,
    FormatWish,
    OpenFile,
    Playing,
    StoredTrack,
)
from audio_ident.refusals import ConversionRunning, FileMissing
from audio_ident.stores.sql.unit_of_work import Catalogue

START_WAIT_S = 2.0
"""A conversion that ends within it is sent as a whole, in which a player can seek; it is about as
long as people wait for a sound before they press again."""

WHOLE_WAIT_S = 8.0
"""The same where only the whole will do, because a part of it was asked for; and how long a first
sound may take to come, before which nobody knows whether the file can be converted at all."""

_LOOK_S = 0.1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AudioWish:
    """What is asked of the audio of a track."""

    format: FormatWish = FormatWish.AUTO
    accepted: str = ""
    """Media types, as the header `Accept` has them."""
    needs_whole: bool = False
    """Whether a result that still grows is of no use."""
    may_convert: bool = True
    """Whether to start what is not there yet."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeingMade:
    """Audio that is still converted."""

    running: RunningConversion | None
    """None when nothing was started, because only the headers are wanted."""
    media_type: str
    file_name: str


class Playback:
    """Plays the tracks of a library.

    Parameters
    ----------
    encoder_version
        What the bytes of a conversion depend on besides the track.
    most_waiting
        Callers that wait for conversions at the same time; others are answered at once, so that
        threads are left for other requests.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        conversions: Conversions,
        encoder_version: Callable[[], str],
        most_waiting: int,
    ) -> None:
        self._catalogue = catalogue
        self._conversions = conversions
        self._encoder_version = encoder_version
        self._waiting = threading.BoundedSemaphore(most_waiting)

    def open(self, track_id: TrackId, wish: AudioWish) -> Playing | BeingMade:
        """What to send; the caller closes it.

        Raises
        ------
        NotFound
            There is no such track.
        FileMissing
            Its file cannot be opened.
        Conflict, RateLimited, StoreProblem
        ConversionRunning, ConversionFailed, ConversionTooLarge
            What is asked for cannot be had, or not now.
        """
        stored = self._stored(track_id)
        if stored.is_displaced:
            raise FileMissing("the file of the track is not there, and another one has its place")
        original = open_original(stored.track.path, stored.root)
        with contextlib.ExitStack() as stack:
            stack.callback(original.file.close)
            kind = media_type_of(functools.partial(_read_at, original.file.fileno()))
            chosen = chosen_format(stored, kind, wish.format, wish.accepted)
            if chosen is not AudioFormat.ORIGINAL:
                return self._converted(stored, original, chosen, wish)
            stack.pop_all()
        suffix = usual_suffix(kind) or PurePosixPath(stored.track.path).suffix
        return Playing(
            opened=original,
            media_type=kind,
            version=_identity(stored, original),
            changed_at=original.changed_at,
            file_name=download_name(stored.track, suffix),
        )

    def _converted(
        self, stored: StoredTrack, original: OpenFile, made: AudioFormat, wish: AudioWish
    ) -> Playing | BeingMade:
        conversion = conversion_of(stored, made)
        key = conversion_key(conversion, _identity(stored, original), self._encoder_version())
        being_made = BeingMade(
            running=None,
            media_type=MADE_TYPES[made],
            file_name=download_name(stored.track, MADE_SUFFIXES[made]),
        )
        found = self._conversions.find(conversion, key)
        if found is None and wish.may_convert:
            running = self._conversions.start(conversion, key)
            found = self._waited_for(running, wish, lambda: self._conversions.find(conversion, key))
            being_made = dataclasses.replace(being_made, running=running)
        if found is None:
            return being_made
        return Playing(
            opened=found,
            media_type=being_made.media_type,
            version=key,
            changed_at=original.changed_at,
            file_name=being_made.file_name,
        )

    def _waited_for(
        self, running: RunningConversion, wish: AudioWish, find: Callable[[], OpenFile | None]
    ) -> OpenFile | None:
        """The whole result if it is there soon, None if it goes on growing."""
        if self._waiting.acquire(blocking=False):
            try:
                _wait(running, WHOLE_WAIT_S if wish.needs_whole else START_WAIT_S)
            finally:
                self._waiting.release()
        if running.done.done():
            running.close()
            raise_failure(running.done)
            return find()
        if wish.needs_whole or not running.has_begun:  # not closed: whoever asks comes back
            raise ConversionRunning(
                "the track is being converted, and parts of it cannot be sent before the end",
                retry_after_s=RETRY_AFTER_S,
            )
        return None

    def _stored(self, track_id: TrackId) -> StoredTrack:
        with self._catalogue.reading() as rows:
            stored = rows.playables.find(track_id)
        if stored is None:
            raise NotFound(f"there is no track {track_id}")
        return stored


def _wait(running: RunningConversion, wait_s: float) -> None:
    """Return when a conversion has ended, or its time is over and the first sound is there."""
    concurrent.futures.wait([running.done], timeout=wait_s)
    end_s = time.monotonic() + WHOLE_WAIT_S - wait_s
    while not (running.done.done() or running.has_begun) and time.monotonic() < end_s:
        concurrent.futures.wait([running.done], timeout=_LOOK_S)


def _identity(stored: StoredTrack, opened: OpenFile) -> str:
    """Name of the bytes of a file: their hash if it still is as it was imported."""
    is_known = (opened.size_bytes, opened.mtime_ns) == (stored.size_bytes, stored.mtime_ns)
    if is_known and stored.sha256:
        return stored.sha256
    return f"{opened.size_bytes:x}-{opened.mtime_ns:x}-{opened.inode:x}"


def _read_at(descriptor: int, offset: int, count: int) -> bytes:
    try:
        return os.pread(descriptor, count, offset)
    except (OSError, OverflowError):  # a failing disk; a header that points behind any file
        return b""
