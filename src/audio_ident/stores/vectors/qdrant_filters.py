"""What is looked at and what is not, in the words of a vector server."""

from collections.abc import Collection, Iterable, Iterator

from qdrant_client import models

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Where

FIELDS = {
    "file": models.PayloadSchemaType.KEYWORD,
    "track": models.PayloadSchemaType.KEYWORD,
    "artist": models.PayloadSchemaType.KEYWORD,
    "genre": models.PayloadSchemaType.KEYWORD,
    "key": models.PayloadSchemaType.KEYWORD,
    "year": models.PayloadSchemaType.INTEGER,
    "tempo_bpm": models.PayloadSchemaType.FLOAT,
    "entry": models.PayloadSchemaType.KEYWORD,
    "window": models.PayloadSchemaType.INTEGER,
    "is_pending": models.PayloadSchemaType.BOOL,
    "is_silent": models.PayloadSchemaType.BOOL,
}
"""Every field that is filtered by; a filter on a field without an index would read all points."""

IS_PENDING = models.FieldCondition(key="is_pending", match=models.MatchValue(value=True))
"""A point of an entry that is not published yet."""

IS_SILENT = models.FieldCondition(key="is_silent", match=models.MatchValue(value=True))
"""The one point of a recording without windows: it only says that the recording is there."""


def wish_filter(
    where: Where,
    *,
    also_without: Collection[AudioDigest] = (),
    only: Collection[AudioDigest] | None = None,
) -> models.Filter:
    """The windows that a search looks at.

    Parameters
    ----------
    also_without
        More recordings to leave out.
    only
        The recordings to look at; None for all.
    """
    unwanted = where.without_recordings.union(also_without)
    must = list(_wishes(where))
    if only is not None:
        must.append(any_of("file", only))
    must_not: list[models.Condition] = [IS_PENDING, IS_SILENT]
    if unwanted:
        must_not.append(any_of("file", unwanted))
    return models.Filter(must=must or None, must_not=must_not)


def _wishes(where: Where) -> Iterator[models.Condition]:
    for key, values in (("artist", where.artists), ("genre", where.genres), ("key", where.keys)):
        if values:
            yield any_of(key, values)
    for key, ends in (("year", where.years), ("tempo_bpm", where.tempi_bpm)):
        if ends is not None:
            yield models.FieldCondition(key=key, range=models.Range(gte=ends[0], lte=ends[1]))
    if where.without_tracks:
        yield _has_other_tracks(where.without_tracks)


def _has_other_tracks(tracks: frozenset[str]) -> models.Filter:
    """A passage is left out when all of its tracks are; one without tracks is looked at."""
    another = models.MatchExcept(**{"except": sorted(tracks)})
    return models.Filter(
        should=[
            models.FieldCondition(key="track", match=another),
            models.IsEmptyCondition(is_empty=models.PayloadField(key="track")),
        ]
    )


def any_of(key: str, values: Iterable[str]) -> models.FieldCondition:
    """The points that have one of some values in a field."""
    wanted = sorted(map(plain, values))
    return models.FieldCondition(key=key, match=models.MatchAny(any=wanted))


def plain(text: str) -> str:
    """A name without what cannot be written as JSON: tags hold all kinds of broken letters."""
    return text.encode(errors="replace").decode()


def published(digests: Iterable[AudioDigest]) -> models.Filter:
    """The points of some recordings that searches see."""
    return models.Filter(must=[any_of("file", digests)], must_not=[IS_PENDING])


def of_files(digests: Iterable[AudioDigest]) -> models.Filter:
    """All points of some recordings, those of unfinished entries too."""
    return models.Filter(must=[any_of("file", digests)])


def replaced(digests: Iterable[AudioDigest], entries: Iterable[str]) -> models.Filter:
    """The points of some recordings that belong to other entries than the new ones."""
    return models.Filter(must=[any_of("file", digests)], must_not=[any_of("entry", entries)])


def first_windows(digests: Collection[AudioDigest] | None = None) -> models.Filter:
    """One point of each recording, or of each of some, that is there entirely."""
    first = models.FieldCondition(key="window", match=models.MatchValue(value=0))
    known = [] if digests is None else [any_of("file", digests)]
    return models.Filter(must=[first, *known], must_not=[IS_PENDING])
