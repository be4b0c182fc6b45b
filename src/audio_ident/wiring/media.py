"""What plays and draws tracks: their files, conversions of them, pictures and waveforms."""

import dataclasses
import functools
import time
from collections.abc import Iterator
from contextlib import contextmanager

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.encoder_stream import encoder_version
from audio_ident.engines.pool import CrashProofExecutor
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.worker import WorkerLimits
from audio_ident.library.places import LibraryPlaces
from audio_ident.library.playback.artworks import Artworks
from audio_ident.library.playback.cache import ConversionCache
from audio_ident.library.playback.conversions import Conversions
from audio_ident.library.playback.convert import convert
from audio_ident.library.playback.playback import Playback
from audio_ident.library.playback.waveforms import Waveforms
from audio_ident.settings.model import Settings
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.pictures.pictures_files import FilePictureStore
from audio_ident.stores.sql.unit_of_work import Catalogue

CONVERTERS = 2
"""Worker processes that convert: one long conversion does not keep everybody else waiting."""

CONVERSIONS_AT_ONCE = 4 * CONVERTERS
"""Running and waiting ones; the pool takes so many without making the asker wait."""

TIMEOUT_MARGIN_S = 30.0
"""The decoder gives up first, in order; then the pool ends a worker that ignores the clock."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Media:
    """The use cases of sound and pictures; safe to use from any thread."""

    playback: Playback
    artworks: Artworks
    waveforms: Waveforms


@contextmanager
def open_media(settings: Settings, places: LibraryPlaces, catalogue: Catalogue) -> Iterator[Media]:
    """Make them; what is being converted is given up at the end."""
    cache = ConversionCache(places.cache, settings.transcode_cache_bytes, time.time)
    cache.tidy()
    pool = CrashProofExecutor(
        CONVERTERS,
        task_timeout_s=settings.decode_timeout_s + TIMEOUT_MARGIN_S,
        limits=WorkerLimits(address_space_bytes=settings.worker_memory_bytes),
    )
    limits = DecodeLimits(
        max_bytes=settings.max_file_bytes,
        max_seconds=settings.max_file_seconds,
        timeout_s=settings.decode_timeout_s,
    )
    work = functools.partial(convert, decoder=PyavDecoder(time.monotonic), limits=limits)
    try:
        yield Media(
            playback=Playback(
                catalogue,
                Conversions(cache, pool, work, CONVERSIONS_AT_ONCE),
                encoder_version,
                most_waiting=max(1, settings.http_threads // 4),
            ),
            artworks=Artworks(catalogue, FilePictureStore(places.pictures)),
            waveforms=Waveforms(catalogue, FileArtefactStore(places.analyses)),
        )
    finally:
        pool.kill()
