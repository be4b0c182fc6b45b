"""Keeps an index of vectors like the library: puts what is missing, deletes what has left.

The map of the library follows at the end, since it is made of what lies in the index.

For the process that holds the right to write. The row comes first and says that a recording is on
its way; the index follows and is published; then the row says that it is there. All of it can be
done twice without harm, so a process that dies anywhere in between leaves nothing to be mended: the
next one does it again. What has left is deleted from the index before its row goes.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import structlog

from audio_ident.errors import AudioIdentError
from audio_ident.ingest.likeness import keep_likeness
from audio_ident.ingest.mapping import Mapper
from audio_ident.ingest.space_choice import (
    BUILT_IN,
    WantedSpaces,
    activate_covered,
    rest_emptied,
    retired_spaces,
    settle_spaces,
)
from audio_ident.ingest.tools import Clock
from audio_ident.ingest.vector_sources import Outcome, VectorSource
from audio_ident.library.bandwidth import SectionReader
from audio_ident.library.passages import digest_of_passages, passages_of
from audio_ident.library.vector_agreement import find_difference, is_whole
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.filling import FilledSpace, FillProgress, FillSummary
from audio_ident.model.vectors import Entry, Passage, SpaceId, WindowVectors
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.stores.sql.vector_marks import FailedRecording, PutRecording, SpaceOfStore
from audio_ident.stores.vectors.protocol import VectorIndex

AT_ONCE = 100
"""Recordings that are put together."""

PUT_INTERVAL_S = 10.0
"""Recordings that were heard wait no longer than this to be put; what waits may be lost."""

_log = structlog.get_logger()


def never() -> bool:
    """Answer that nobody wishes to stop."""
    return False


def ignore_progress(progress: FillProgress) -> None:
    """Take no notice of progress."""
    del progress


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FillingTools:
    """What an index of vectors is filled with."""

    catalogue: Catalogue
    index: VectorIndex
    sounds: SectionReader
    """The stored analyses."""
    wanted: WantedSpaces
    sources: Sequence[VectorSource]
    """Of wanted spaces, in the order in which they are filled; those that can be filled now."""
    clock: Clock


class Filling:
    """Brings one index into agreement with the rows, a bounded number of recordings at a time."""

    def __init__(self, tools: FillingTools) -> None:
        self._tools = tools
        self._catalogue = tools.catalogue
        self._index = tools.index
        self._mapper = Mapper(tools.catalogue, tools.index, tools.clock.now)
        self._is_begun = False
        self._described = 0
        self._deleted = 0
        self._places_met: dict[SpaceId, int] = {}

    def fill(
        self,
        should_stop: Callable[[], bool] = never,
        on_progress: Callable[[FillProgress], None] = ignore_progress,
    ) -> FillSummary:
        """Do everything that is left to do.

        Parameters
        ----------
        should_stop
            Asked several times a second; what is at hand is then done again by the next one.

        Raises
        ------
        StoreProblem
            The index or the rows cannot be written, or a model cannot be used. What was done
            before stays done.
        """
        self._begin()
        self._described = self._deleted = 0
        self._delete_unwanted(should_stop)
        self._describe(should_stop)
        spaces = []
        for source in self._tools.sources:
            if not should_stop():
                spaces.append(self._fill_space(source, should_stop, on_progress))
                self._end_space(source)
        is_complete = not should_stop()
        if is_complete:
            self._drop_retired()
            is_complete = self._mapper.step(should_stop)
        return FillSummary(
            spaces=tuple(spaces),
            described=self._described,
            deleted=self._deleted,
            is_complete=is_complete,
        )

    def describe(self, should_stop: Callable[[], bool] = never) -> bool:
        """Tell filters what people said since; whether all of it was told.

        That costs the same however large the library is, as `fill` does not.
        """
        self._begin()
        self._describe(should_stop)
        return not should_stop()

    def fill_some(self) -> None:
        """Put a few recordings that came since the last call, while an import goes on.

        What was looked at is not looked at again, however large the library is; recordings that
        were listened to before but analysed after a newer one are left to `fill`.
        """
        self._begin()
        for source in self._tools.sources:
            space_id = source.space.id
            met = self._fill_batch(source, self._places_met.get(space_id, 0), never)
            self._places_met[space_id] = met.after

    def agree(self, *, with_passages: bool = False) -> None:
        """Compare rows and index with each other entirely, and let the rest be done by `fill`.

        Parameters
        ----------
        with_passages
            Whether what filters were told of each recording is looked at as well, which reads
            every analysis.
        """
        self._settle()
        with self._catalogue.reading() as rows:
            space_ids = {known.space.id for known in rows.spaces.all()}
        for space_id in sorted(space_ids):
            self._compare(space_id)
        if with_passages:
            with self._catalogue.writing() as rows:
                rows.vector_marks.make_untold(self._index.name)

    def make_again(self) -> None:
        """Let everything that is made of analyses be put again by `fill`."""
        self._settle()
        with self._catalogue.writing() as rows:
            for known in rows.spaces.all():
                if known.space.embedder == BUILT_IN:
                    rows.vector_marks.make_due(self._place(known.space.id))

    def _begin(self) -> None:
        if not self._is_begun:
            self._settle()
            with self._catalogue.reading() as rows:
                space_ids = rows.vector_marks.spaces_of(self._index.name)
            for space_id in sorted(space_ids):
                if not is_whole(self._catalogue, self._index, space_id):
                    self._compare(space_id)
            self._is_begun = True

    def _settle(self) -> None:
        with self._catalogue.writing() as rows:
            settle_spaces(rows, self._tools.wanted, self._tools.clock.now())
            rest_emptied(rows, self._index.name)

    def _compare(self, space_id: SpaceId) -> None:
        found = find_difference(self._catalogue, self._index, space_id)
        if found.lost or found.strange:
            _log.warning(
                "vectors_disagree",
                space=space_id,
                lost=len(found.lost),
                strange=len(found.strange),
            )
        if found.strange:
            self._index.delete(space_id, found.strange)
            self._index.publish()
        with self._catalogue.writing() as rows:
            for some in _batches(sorted(found.lost)):
                rows.vector_marks.make_due(self._place(space_id), some)

    def _delete_unwanted(self, should_stop: Callable[[], bool]) -> None:
        with self._catalogue.reading() as rows:
            space_ids = rows.vector_marks.spaces_of(self._index.name)
        for space_id in sorted(space_ids):
            place, after = self._place(space_id), ""
            while not should_stop():
                with self._catalogue.reading() as rows:
                    digests = rows.vector_marks.unwanted(place, after, AT_ONCE)
                if not digests:
                    break
                after = digests[-1]
                self._index.delete(space_id, digests)
                self._index.publish()
                with self._catalogue.writing() as rows:
                    rows.vector_marks.delete(place, digests)
                self._deleted += len(digests)

    def _describe(self, should_stop: Callable[[], bool]) -> None:
        store = self._index.name
        while not should_stop():
            with self._catalogue.reading() as rows:
                digests = rows.vector_marks.untold(store, AT_ONCE)
                told = rows.vector_marks.told(store, digests)
                listed = rows.passages.of(digests)
            if not digests:
                return
            passages = passages_of(listed, self._tools.sounds, digests)
            new = {digest: digest_of_passages(seen) for digest, seen in passages.items()}
            changed = [digest for digest in new if told[digest] - {new[digest], ""}]
            for digest in changed:
                self._index.describe(digest, passages[digest])
            if changed:
                self._index.publish()
            self._described += len(changed)
            with self._catalogue.writing() as rows:
                rows.vector_marks.tell(store, {digest: new.get(digest, "") for digest in digests})
                rows.vector_marks.make_untold(store, _changed(listed, rows.passages.of(digests)))

    def _fill_space(
        self,
        source: VectorSource,
        should_stop: Callable[[], bool],
        on_progress: Callable[[FillProgress], None],
    ) -> FilledSpace:
        with self._catalogue.reading() as rows:
            coverage = rows.vector_marks.coverage(self._place(source.space.id))
        batch = _Batch()
        total = coverage.wanted - coverage.covered
        put = failed = 0
        while not should_stop() and not batch.is_last:
            done = put + failed
            on_progress(FillProgress(space_id=source.space.id, done=done, total=max(total, done)))
            batch = self._fill_batch(source, batch.after, should_stop)
            put, failed = put + batch.put, failed + batch.failed
        done = put + failed
        on_progress(FillProgress(space_id=source.space.id, done=done, total=max(total, done)))
        return FilledSpace(space_id=source.space.id, put=put, failed=failed)

    def _fill_batch(
        self, source: VectorSource, after: int, should_stop: Callable[[], bool]
    ) -> "_Batch":
        """Put the first recordings of greater numbers that are missing."""
        place = self._place(source.space.id)
        with self._catalogue.reading() as rows:
            last = rows.audios.last_derived_number()
            missing = rows.vector_marks.missing(place, after, AT_ONCE)
        if not missing:
            return _Batch(after=max(after, last), is_last=True)
        digests = [digest for _, digest in missing]
        with self._catalogue.writing() as rows:
            rows.vector_marks.begin(place, digests, self._tools.clock.now())
        put = failed = 0
        outcomes: dict[AudioDigest, Outcome] = {}
        put_s = self._tools.clock.monotonic_s()
        for digest, outcome in source.make(digests, should_stop):
            outcomes[digest] = outcome
            if self._tools.clock.monotonic_s() - put_s >= PUT_INTERVAL_S:
                put, failed = put + self._put(source, outcomes), failed + _failed(outcomes)
                outcomes = {}
                put_s = self._tools.clock.monotonic_s()
        put, failed = put + self._put(source, outcomes), failed + _failed(outcomes)
        return _Batch(after=missing[-1][0], put=put, failed=failed)

    def _put(self, source: VectorSource, outcomes: Mapping[AudioDigest, Outcome]) -> int:
        """Put what was made, and say what became of it; how many recordings were put."""
        place = self._place(source.space.id)
        with self._catalogue.reading() as rows:
            listed = rows.passages.of(list(outcomes))
        passages = passages_of(listed, self._tools.sounds, list(outcomes))
        entries = _entries(outcomes, passages)
        heard = [entry for entry in entries if len(entry.windows.vectors)]
        silent = outcomes.keys() - {entry.digest for entry in heard}
        if heard:
            self._index.put(source.space, heard)
        if silent:
            self._index.delete(source.space.id, silent)
        self._index.publish()
        put = [
            PutRecording(
                digest=entry.digest,
                windows=len(entry.windows.vectors),
                passages_digest=digest_of_passages(entry.passages),
            )
            for entry in entries
        ]
        now = self._tools.clock.now()
        with self._catalogue.writing() as rows:
            rows.vector_marks.finish(place, put, now)
            rows.vector_marks.fail(place, _failures(outcomes), now)
            changed = _changed(listed, rows.passages.of(list(outcomes)))
            rows.vector_marks.make_untold(place.store, changed)
        return len(put)

    def _end_space(self, source: VectorSource) -> None:
        now = self._tools.clock.now()
        with self._catalogue.writing() as rows:
            begun = activate_covered(rows, self._index.name, now)
        for space_id in begun:
            _log.info("space_answers", space=space_id)
        keep_likeness(self._catalogue, self._index, source.space)

    def _drop_retired(self) -> None:
        with self._catalogue.reading() as rows:
            retired = retired_spaces(rows) & rows.vector_marks.spaces_of(self._index.name)
        for space_id in sorted(retired):
            self._index.drop(space_id)
            self._index.publish()
            with self._catalogue.writing() as rows:
                rows.vector_marks.delete(self._place(space_id))
            _log.info("space_dropped", space=space_id)

    def _place(self, space_id: SpaceId) -> SpaceOfStore:
        return SpaceOfStore(space_id=space_id, store=self._index.name)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What was done of a space in one go."""

    after: int = 0
    """Greatest number of a recording that was looked at."""
    put: int = 0
    failed: int = 0
    is_last: bool = False


def _entries(
    outcomes: Mapping[AudioDigest, Outcome], passages: Mapping[AudioDigest, tuple[Passage, ...]]
) -> list[Entry]:
    """What is to be put; a recording whose tracks have gone meanwhile stays due."""
    return [
        Entry(digest=digest, windows=outcome, passages=passages[digest])
        for digest, outcome in outcomes.items()
        if isinstance(outcome, WindowVectors) and digest in passages
    ]


def _failures(outcomes: Mapping[AudioDigest, Outcome]) -> list[FailedRecording]:
    return [
        FailedRecording(
            digest=digest,
            code=outcome.code,
            fact=display_name(outcome.fact),
            is_retryable=outcome.is_retryable,
        )
        for digest, outcome in outcomes.items()
        if isinstance(outcome, AudioIdentError)
    ]


def _failed(outcomes: Mapping[AudioDigest, Outcome]) -> int:
    return sum(isinstance(outcome, AudioIdentError) for outcome in outcomes.values())


def _changed(
    before: Mapping[AudioDigest, tuple[Passage, ...]],
    after: Mapping[AudioDigest, tuple[Passage, ...]],
) -> list[AudioDigest]:
    """Recordings whose tracks somebody edited while they were put."""
    return [digest for digest in before if before[digest] != after.get(digest)]


def _batches(digests: Sequence[AudioDigest]) -> list[Sequence[AudioDigest]]:
    return [digests[start : start + AT_ONCE] for start in range(0, len(digests), AT_ONCE)]
