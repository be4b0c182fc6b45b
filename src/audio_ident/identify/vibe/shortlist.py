"""Which tracks are compared with a question, and how alike they are."""

import dataclasses
from collections.abc import Collection, Iterator, Sequence

from audio_ident.core.folding import sort_key
from audio_ident.identify.vibe.blending import blend_likenesses, search_vectors
from audio_ident.identify.vibe.kin import group_numbers
from audio_ident.identify.vibe.question import VibeQuestion
from audio_ident.identify.vibe.ranking import Candidate, chosen
from audio_ident.identify.vibe.windows import windows_of_track
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import RecordingHits, Where, WindowHit
from audio_ident.model.vibe import VibeFilter, VibeWish
from audio_ident.stores.sql.tracks import ShownSpan
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.vectors.protocol import VectorReader
from audio_ident.units import Ticks, seconds_to_ticks

LEAST_ASKED = 100
"""Recordings that are compared by all their windows, however few tracks are wanted."""

ASKED_PER_RESULT = 4

MOST_ASKED = 8192
"""Where filters and limits leave fewer tracks than wanted of so many, there are fewer answers."""

WINDOWS_EACH = 4
"""Windows of a recording that propose tracks in it: a long one may have several."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shortlister:
    """Ranks the tracks of a library."""

    catalogue: Catalogue
    reader: VectorReader
    most_per_artist: int
    """Where a wish does not say."""
    least_asked: int = LEAST_ASKED

    def ranked(self, question: VibeQuestion, wish: VibeWish) -> list[Candidate]:
        """The tracks to answer; more recordings are asked for until there are enough."""
        vectors = search_vectors([part.vectors for part in question.parts])
        where = where_of(wish.only, question.left_out)
        candidates: list[Candidate] = []
        seen: set[AudioDigest] = set()
        asked = max(self.least_asked, ASKED_PER_RESULT * wish.max_results)
        while True:
            hits = self.reader.search(
                question.space.space.id,
                vectors,
                recordings=asked,
                windows_each=WINDOWS_EACH,
                where=where,
            )
            unseen = [hit for hit in hits if hit.digest not in seen]
            candidates += self._compared(question, unseen, where)
            seen.update(hit.digest for hit in unseen)
            taken = self._chosen(candidates, wish)
            if len(taken) >= wish.max_results or len(hits) < asked or asked >= MOST_ASKED:
                return taken
            asked = min(2 * asked, MOST_ASKED)

    def _chosen(self, candidates: Collection[Candidate], wish: VibeWish) -> list[Candidate]:
        with self.catalogue.reading() as rows:
            group_of = group_numbers(rows, {candidate.place.digest for candidate in candidates})
        return chosen(
            candidates,
            group_of,
            most=wish.max_results,
            most_per_artist=wish.most_per_artist or self.most_per_artist,
        )

    def _compared(
        self, question: VibeQuestion, hits: Sequence[RecordingHits], where: Where
    ) -> list[Candidate]:
        """Tracks that near windows lie in, compared by all their windows."""
        digests = [hit.digest for hit in hits]
        with self.catalogue.reading() as rows:
            spans = rows.tracks.shown_spans(digests)
        near = {hit.digest: hit.windows for hit in hits}
        places = list(_proposed(spans, near, where))
        found = self.reader.windows_of(question.space.space.id, {place.digest for place in places})
        windows = [windows_of_track(found, place) for place in places]
        heard = [(place, each) for place, each in zip(places, windows, strict=True) if each]
        likeness = blend_likenesses(
            [part.vectors for part in question.parts], [each.vectors for _, each in heard]
        )
        return [
            Candidate(place=place, windows=each, likeness=float(value))
            for (place, each), value in zip(heard, likeness, strict=True)
        ]


def where_of(only: VibeFilter, without: frozenset[AudioDigest]) -> Where:
    """A wish as vector indexes take it."""
    return Where(
        artists=frozenset(map(sort_key, only.artists)),
        genres=frozenset(map(sort_key, only.genres)),
        years=only.years,
        tempi_bpm=only.tempi_bpm,
        keys=frozenset(" ".join(key.split()).capitalize() for key in only.keys),
        without_recordings=without,
    )


def _proposed(
    spans: Sequence[ShownSpan],
    near: "dict[AudioDigest, tuple[WindowHit, ...]]",
    where: Where,
) -> Iterator[ShownSpan]:
    """Tracks that a near window lies in; of several credited ones, those of a wanted artist."""
    by_digest: dict[AudioDigest, list[ShownSpan]] = {}
    for span in spans:
        by_digest.setdefault(span.digest, []).append(span)
    for digest, own in by_digest.items():
        wanted = [span for span in own if span.artist_key in where.artists] or own
        yield from (span for span in wanted if any(_holds(span, hit) for hit in near[digest]))


def _holds(span: ShownSpan, hit: WindowHit) -> bool:
    middle: Ticks = seconds_to_ticks((hit.start_ms + hit.end_ms) / 2000)
    return span.start_ticks <= middle <= span.end_ticks
