"""Recordings as points of a vector server, and points as recordings."""

import collections
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from qdrant_client import models

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Entry, Passage, Space, WindowVectors
from audio_ident.stores.vectors.exact_memory import passage_of_windows
from audio_ident.stores.vectors.qdrant_filters import of_files, plain, replaced

POINTS = uuid.UUID("6f0bd6a2-2c55-5d8a-9d7e-5b6a3c1f8e40")
"""Namespace of the ids of our points; another one would double them all."""


def entry_id(entry: Entry) -> str:
    """Name of the windows of an entry: another one whenever one of them differs."""
    windows = entry.windows
    digest = hashlib.blake2b(entry.digest.encode(), digest_size=16)
    for array, kind in (
        (windows.vectors, "<f4"),
        (windows.start_ms, "<u4"),
        (windows.end_ms, "<u4"),
    ):
        digest.update(np.ascontiguousarray(array, kind).tobytes())
    return digest.hexdigest()


def points_of(space: Space, entry: Entry) -> Iterator[models.PointStruct]:
    """The windows of an entry as points that no search sees yet; a mark when it has none."""
    name, windows = entry_id(entry), entry.windows
    common = {
        "file": entry.digest,
        "entry": name,
        "windows": len(windows.vectors),
        "is_pending": True,
        "space": space.id,
        "model": space.model,
        "revision": space.revision,
        "preprocessing": space.preprocessing,
        "dimension": space.dimension,
    }
    if not len(windows.vectors):
        anywhere = [1.0] + [0.0] * (space.dimension - 1)
        facts = {"window": 0, "start_ms": 0, "end_ms": 0, "is_silent": True}
        yield _point(f"{entry.digest} {name}", anywhere, {**common, **facts})
    for at, facts in enumerate(facts_of_windows(windows, entry.passages)):
        start_ms, end_ms = int(windows.start_ms[at]), int(windows.end_ms[at])
        place = {"window": at, "start_ms": start_ms, "end_ms": end_ms}
        vector = windows.vectors[at].tolist()
        yield _point(f"{entry.digest} {name} {start_ms} {at}", vector, {**common, **place, **facts})


def _point(name: str, vector: list[float], payload: dict[str, Any]) -> models.PointStruct:
    return models.PointStruct(id=str(uuid.uuid5(POINTS, name)), vector=vector, payload=payload)


def replacement(names: Mapping[AudioDigest, str]) -> list[models.UpdateOperation]:
    """What shows the new entries of recordings, by their names, and takes away all others."""
    former = replaced(names.keys(), names.values())
    return [
        models.DeleteOperation(delete=models.FilterSelector(filter=former)),
        models.DeletePayloadOperation(
            delete_payload=models.DeletePayload(keys=["is_pending"], filter=of_files(names.keys()))
        ),
    ]


def facts_of_windows(windows: WindowVectors, passages: tuple[Passage, ...]) -> list[dict[str, Any]]:
    """What filters see of each window."""
    if not passages:
        return [_facts(None)] * len(windows.start_ms)
    facts = [_facts(passage) for passage in passages]
    return [facts[number] for number in passage_of_windows(windows, passages)]


def _facts(passage: Passage | None) -> dict[str, Any]:
    """All fields, those that are not known too: what was known before has to go."""
    if passage is None:
        passage = Passage(start_ms=0, end_ms=0, track_ids=())
    return {
        "track": list(passage.track_ids),
        "artist": [plain(name) for name in passage.artists],
        "genre": [plain(name) for name in passage.genres],
        "key": None if passage.key is None else plain(passage.key),
        "year": passage.year,
        "tempo_bpm": passage.tempo_bpm,
    }


def changes_of_facts(
    records: Sequence[models.Record], passages: tuple[Passage, ...]
) -> list[models.UpdateOperation]:
    """What gives the points of a recording the facts of other passages."""
    payloads = [record.payload or {} for record in records]
    facts = facts_of_windows(_times(payloads), passages)
    ids = collections.defaultdict(list)
    for record, known in zip(records, facts, strict=True):
        ids[repr(known)].append((record.id, known))
    return [
        models.SetPayloadOperation(
            set_payload=models.SetPayload(
                payload=members[0][1], points=[point_id for point_id, _ in members]
            )
        )
        for members in ids.values()
    ]


def _times(payloads: Sequence[Mapping[str, Any]]) -> WindowVectors:
    return WindowVectors(
        vectors=np.zeros((len(payloads), 0), np.float32),
        start_ms=np.array([payload["start_ms"] for payload in payloads], np.uint32),
        end_ms=np.array([payload["end_ms"] for payload in payloads], np.uint32),
    )


def whole_recordings(records: Iterable[models.Record]) -> dict[AudioDigest, WindowVectors]:
    """The recordings that points make up; those of which points are missing are left out."""
    entries: dict[tuple[AudioDigest, str], list[models.Record]] = collections.defaultdict(list)
    for record in records:
        payload = record.payload or {}
        entries[AudioDigest(payload["file"]), payload["entry"]].append(record)
    found = {}
    for (digest, _), members in entries.items():
        count = (members[0].payload or {})["windows"]
        if len(members) == max(count, 1):
            found[digest] = _windows(members, count)
    return found


def _windows(members: list[models.Record], count: int) -> WindowVectors:
    ordered = sorted(members, key=lambda record: (record.payload or {})["window"])
    times = _times([record.payload or {} for record in ordered])
    vectors = np.array([record.vector for record in ordered], np.float32)
    return WindowVectors(
        vectors=vectors[:count], start_ms=times.start_ms[:count], end_ms=times.end_ms[:count]
    )
