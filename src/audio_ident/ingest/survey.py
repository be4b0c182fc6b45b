"""Scans folders and decides what became of every file: kept, changed, new, moved or vanished.

Nothing is written here. First all places are walked, then what is strange in one of them is
looked for among what is lost anywhere, so that a file that moved is no new one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from audio_ident.errors import FileStillWritten
from audio_ident.ingest.compare import Comparison
from audio_ident.ingest.identity import find_moved
from audio_ident.ingest.scanner import FoundFile, ScanPlan, Unscannable, scan
from audio_ident.ingest.settle import find_unsettled
from audio_ident.ingest.sniffing import are_music
from audio_ident.ingest.tools import ImportOptions, Stores
from audio_ident.ingest.vanished import check_vanished
from audio_ident.ingest.worklist import (
    Place,
    Worklist,
    absolute_path,
    find_vanished,
    needed_work,
)
from audio_ident.model.files import FileSort, ScanNotice, SortTally
from audio_ident.stores.sql.unit_of_work import Rows

Entries = Iterable[FoundFile | Unscannable]

LARGE_BYTES = 2 << 30
"""Files that are larger take long and are rarely one piece of music; they are mentioned."""


Along = Callable[[Place, Entries], Entries]
"""Hands on the entries of the scan of a place, and may raise between two of them to end it."""


def unhurried(place: Place, entries: Entries) -> Entries:
    """The entries as they come: nobody wishes to stop the scan."""
    del place
    return entries


def survey(
    stores: Stores,
    places: Sequence[Place],
    options: ImportOptions,
    along: Along = unhurried,
) -> Worklist:
    """Everything that is to be done about some places.

    Raises
    ------
    RootVanished
        A root is gone or empty, or too many of its files are, and nobody agreed to that.
    """
    comparisons = [_compare(stores, place, options, along) for place in places]
    for comparison in comparisons:
        if options.thorough:
            _add_hidden_music(comparison)
        _leave_unsettled(comparison, stores, options)
    with stores.catalogue.reading() as rows:
        _place_strangers(comparisons, rows)
        present = {place.root_id: rows.files.count_present(place.root_id) for place in places}
    if not options.accept_missing:
        check_vanished(comparisons, present, options.most_vanished_share)
    return _worklist(comparisons)


def _compare(
    stores: Stores,
    place: Place,
    options: ImportOptions,
    along: Along,
) -> Comparison:
    with stores.catalogue.reading() as rows:
        files = rows.files.of_root(place.root_id, place.below)
        comparison = Comparison(
            place=place,
            need=needed_work(stores.versions, options),
            lost={file.stamp.relative_path: file for file in files},
            marks=rows.stages.of_root(place.root_id, place.below),
        )
    plan = ScanPlan(
        root=place.root, below=place.below, excluded=place.excluded, depth=options.scan_depth
    )
    is_accepted_loss = options.accept_missing and not place.root.exists()
    comparison.see(() if is_accepted_loss else along(place, scan(plan)))
    return comparison


def _add_hidden_music(comparison: Comparison) -> None:
    """Take files for music whose names promise none, but whose bytes do."""
    place, others = comparison.place, comparison.others
    flags = are_music([absolute_path(place, entry.relative_path) for entry in others])
    sorted_out: dict[bool, list[FoundFile]] = {True: [], False: []}
    for entry, is_music in zip(others, flags, strict=True):
        sorted_out[is_music].append(entry)
    comparison.strangers += sorted_out[True]
    comparison.others = sorted_out[False]


def _leave_unsettled(comparison: Comparison, stores: Stores, options: ImportOptions) -> None:
    """Leave files alone that are still being written; what is known of them stays."""
    place = comparison.place
    files = [(absolute_path(place, entry.relative_path), entry) for entry in comparison.strangers]
    changing = set(find_unsettled(files, stores.clock, options.settle_s))
    unsettled = {entry.relative_path: path for path, entry in files if entry in changing}
    comparison.strangers = [
        entry for entry in comparison.strangers if entry.relative_path not in unsettled
    ]
    for relative_path, path in unsettled.items():
        comparison.lost.pop(relative_path, None)
        fact = "it changed while its folder was looked at"
        comparison.notices.append(
            _notice(path, FileStillWritten.code, fact, FileStillWritten.remedy)
        )


def _place_strangers(comparisons: Sequence[Comparison], rows: Rows) -> None:
    moved = find_moved(comparisons, rows)
    taken = {file.id for file, _ in moved.values()}
    for comparison in comparisons:
        comparison.lost = {
            path: file for path, file in comparison.lost.items() if file.id not in taken
        }
    for comparison in comparisons:
        place = comparison.place
        for entry in comparison.strangers:
            if known := moved.get((place.root_id, entry.relative_path)):
                comparison.take_moved(entry, *known)
            else:
                comparison.take_at_place(entry)
            if entry.size > LARGE_BYTES:
                path = absolute_path(place, entry.relative_path)
                comparison.notices.append(_large(path, entry.size))
        comparison.strangers = []


def _large(path: Path, size_bytes: int) -> ScanNotice:
    fact = f"{size_bytes / 2**30:.1f} GiB: it takes long, and may hold more than one piece"
    return _notice(path, "LARGE_FILE", fact, "Nothing to do if that is meant.")


def _notice(path: Path, code: str, fact: str, remedy: str) -> ScanNotice:
    return ScanNotice(path=str(path), code=code, fact=fact, remedy=remedy)


def _worklist(parts: Sequence[Comparison]) -> Worklist:
    return Worklist(
        jobs=tuple(job for part in parts for job in part.jobs),
        found=sum(part.found for part in parts),
        known_failures=sum(part.known_failures for part in parts),
        missing=tuple(
            file.id
            for part in parts
            for file in find_vanished(part.place, part.lost, part.unscannable)
        ),
        reappeared=tuple(file_id for part in parts for file_id in part.reappeared),
        moves=tuple(move for part in parts for move in part.moves),
        moved_idle=sum(part.moved_idle for part in parts),
        inodes=tuple(pair for part in parts for pair in part.inodes),
        unscannable=tuple((part.place.root, entry) for part in parts for entry in part.unscannable),
        notices=tuple(notice for part in parts for notice in part.notices),
        tallies=_tallies(parts),
    )


def _tallies(parts: Sequence[Comparison]) -> dict[FileSort, SortTally]:
    counts = sum((part.tally() for part in parts), Counter())
    sizes = sum((part.tally_bytes() for part in parts), Counter())
    return {sort: SortTally(files=counts[sort], size_bytes=sizes[sort]) for sort in FileSort}
