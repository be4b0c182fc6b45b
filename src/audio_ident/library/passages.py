"""What filters see of recordings: what people and tags say of the tracks, and how they sound."""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping

from audio_ident.core.listeners.key import Key
from audio_ident.core.listeners.tempo import Tempo
from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.library.bandwidth import SectionReader
from audio_ident.model.analysis import AudioDigest, Field
from audio_ident.model.vectors import Passage

_DIGEST_BYTES = 16


def passages_of(
    listed: Mapping[AudioDigest, tuple[Passage, ...]],
    sounds: SectionReader,
    digests: Collection[AudioDigest],
) -> dict[AudioDigest, tuple[Passage, ...]]:
    """Passages of recordings, as `rows.passages` has them, with tempo and key as analyses do.

    Recordings without tracks are left out; what an analysis does not say stays unknown.
    """
    return {
        digest: _heard(listed[digest], sounds, digest) for digest in digests if digest in listed
    }


def digest_of_passages(passages: tuple[Passage, ...]) -> str:
    """32 hex digits that are others whenever filters would see anything else."""
    values = [dataclasses.astuple(passage) for passage in passages]
    canonical = json.dumps(values, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(canonical, digest_size=_DIGEST_BYTES).hexdigest()


def _heard(
    passages: tuple[Passage, ...], sounds: SectionReader, digest: AudioDigest
) -> tuple[Passage, ...]:
    # no tempo is stored as 0, no key as the empty name
    tempo_bpm = _told(sounds, digest, Tempo.name, "tempo_estimate_bpm")
    key = _told(sounds, digest, Key.name, "key_estimate")
    return tuple(
        dataclasses.replace(
            passage,
            tempo_bpm=float(tempo_bpm) if isinstance(tempo_bpm, float) and tempo_bpm else None,
            key=str(key) if key else None,
        )
        if passage.track_ids
        else passage
        for passage in passages
    )


def _told(sounds: SectionReader, digest: AudioDigest, section: str, field: str) -> Field | None:
    try:
        return sounds.get_section(digest, section).fields.get(field)
    except (ArtefactMissing, ArtefactCorrupt):
        return None
