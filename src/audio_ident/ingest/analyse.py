"""What a worker does with one file: read it, decode it once, let all listeners hear it.

A pure function of the file and the listeners: it knows no catalogue and writes nothing.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from audio_ident.core.derived_feeds import DERIVED_FEEDS, FeedMaker
from audio_ident.core.listeners.audio_digest import AudioDigest as AudioDigestListener
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.listeners.silence import Silence
from audio_ident.engines.protocols import DecodeLimits, DecodeOutcome, Decoder, PacketReader
from audio_ident.errors import (
    BadInput,
    FileChanged,
    FileUnreadable,
    FingerprintFailed,
    LimitExceeded,
    NoAudio,
)
from audio_ident.model.analysis import Analysis, AudioDigest, Field, Section
from audio_ident.model.audio import MONO_RATE_HZ, Feed

LEAST_AUDIBLE_SAMPLES = MONO_RATE_HZ // 10
"""A tenth of a second: with less than that above the silence threshold, nothing can be known."""

READ_BYTES = 1 << 20
"""Bytes read at a time for the digest of the file."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileAnalysis:
    """What was learnt of one file: of its bytes (for its row) and of its audio (the artefact)."""

    sha256: str
    size_bytes: int
    modified_ns: int
    analysis: Analysis


def analyse(
    path: Path,
    decoder: Decoder,
    listeners: Iterable[Callable[[], Listener]],
    limits: DecodeLimits,
) -> FileAnalysis:
    """Listen to one file.

    `listeners` must make those for the two digests, as the registry's do. What hears the bytes
    of the file speaks of the file and stays out of the artefact, which other files may share.
    """
    hearing = [make_listener() for make_listener in listeners]
    before = _identity(path)
    if before.size_bytes > limits.max_bytes:
        raise LimitExceeded(f"{before.size_bytes} bytes, more than {limits.max_bytes}")
    outcome = _hear_file(path, decoder, hearing, limits)
    if _identity(path) != before:
        raise FileChanged("size, time or place of the file changed while it was read")
    sections = {listener.name: _section(listener) for listener in hearing}
    _refuse_silence(sections)
    return FileAnalysis(
        sha256=str(_answer(sections, FileDigest.name, "sha256")),
        size_bytes=before.size_bytes,
        modified_ns=before.modified_ns,
        analysis=Analysis(
            digest=AudioDigest(str(_answer(sections, AudioDigestListener.name, "digest"))),
            facts=outcome.facts,
            warnings=outcome.warnings,
            sections={
                listener.name: sections[listener.name]
                for listener in hearing
                if listener.hears is not Feed.FILE_BYTES
            },
        ),
    )


def digest_packets(path: Path, reader: PacketReader, limits: DecodeLimits) -> AudioDigest | None:
    """Digest of the audio of a file, as `analyse` gives it, without decoding.

    None when the container is damaged: what is left must be listened to.
    """
    listener = AudioDigestListener()
    is_whole = reader.read_packets(path, listener.feed, limits)
    return AudioDigest(str(listener.finish()["digest"])) if is_whole else None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _FileIdentity:
    size_bytes: int
    modified_ns: int
    inode: int


def _identity(path: Path) -> _FileIdentity:
    try:
        found = path.stat()
    except OSError as error:
        raise FileUnreadable(f"cannot be examined: {error.strerror or error}") from error
    return _FileIdentity(
        size_bytes=found.st_size, modified_ns=found.st_mtime_ns, inode=found.st_ino
    )


def _hear_file(
    path: Path, decoder: Decoder, listeners: Sequence[Listener], limits: DecodeLimits
) -> DecodeOutcome:
    try:
        with path.open("rb") as file:
            _read_through(file, _fan_out(listeners, Feed.FILE_BYTES))
            makers = _feed_makers(listeners)
            hearers: list[Listener | FeedMaker] = [*listeners, *makers]
            decoded = {hearer.hears for hearer in hearers} - {Feed.FILE_BYTES} - set(DERIVED_FEEDS)
            sinks = {feed: _fan_out(hearers, feed) for feed in sorted(decoded)}
            outcome = decoder.listen(file, sinks, limits)
            for maker in makers:
                maker.finish()
            return outcome
    except OSError as error:
        raise FileUnreadable(f"cannot be read: {error.strerror or error}") from error


def _feed_makers(listeners: Sequence[Listener]) -> list[FeedMaker]:
    wanted = {listener.hears for listener in listeners} & set(DERIVED_FEEDS)
    return [DERIVED_FEEDS[feed](_fan_out(listeners, feed)) for feed in sorted(wanted)]


def _read_through(file: BinaryIO, sink: Callable[[bytes], None]) -> None:
    while block := file.read(READ_BYTES):
        sink(block)


def _fan_out(hearers: Sequence[Listener | FeedMaker], feed: Feed) -> Callable[[Any], None]:
    hearing = [hearer for hearer in hearers if hearer.hears is feed]
    if len(hearing) == 1:
        return hearing[0].feed

    def hand_on(block: Any) -> None:  # noqa: ANN401 -- its type is told by the feed
        for hearer in hearing:
            hearer.feed(block)

    return hand_on


def _section(listener: Listener) -> Section:
    try:
        return Section(version=listener.version, fields=listener.finish())
    except BadInput as error:
        raise FingerprintFailed(f"{listener.name}: {error.fact}") from error


def _refuse_silence(sections: dict[str, Section]) -> None:
    silence = sections.get(Silence.name)
    if silence is None:
        return
    audible_samples = int(silence.fields["audible_samples"])
    if audible_samples < LEAST_AUDIBLE_SAMPLES:
        audible_ms = 1000 * audible_samples // MONO_RATE_HZ
        raise NoAudio(f"{audible_ms} ms of it are not silent, and 100 ms are needed")


def _answer(sections: dict[str, Section], listener: str, field: str) -> Field:
    return sections[listener].fields[field]
