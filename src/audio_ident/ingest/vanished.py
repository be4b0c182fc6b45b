"""Stops an import before a disk that is not there makes a library look deleted."""

from collections import Counter
from collections.abc import Mapping, Sequence

from audio_ident.errors import RootVanished
from audio_ident.ingest.compare import Comparison
from audio_ident.ingest.places import root_is_gone
from audio_ident.ingest.worklist import find_vanished
from audio_ident.model.library import FileState
from audio_ident.stores.sql.files import KnownFile
from audio_ident.stores.sql.names import display_name

HANDFUL = 5
"""Files that may vanish without a question, however few there are."""


def check_vanished(
    comparisons: Sequence[Comparison], present: Mapping[int, int], most_share: float
) -> None:
    """Ask before files are marked missing of which it is hard to believe.

    Parameters
    ----------
    present
        How many files were there when they were last looked for, by root.
    most_share
        Share of these, from 0 to 1, that may vanish without a question.

    Raises
    ------
    RootVanished
        A root that held files is gone or empty, or more than that share of its files is; files
        that just moved do not count.
    """
    jobs = [job for comparison in comparisons for job in comparison.jobs]
    sizes = Counter(job.stamp.size for job in jobs if job.sha256 is None)
    inodes = {job.stamp.inode for job in jobs} - {None}
    gone: Counter[int] = Counter()
    for comparison in comparisons:
        place = comparison.place
        lost = [
            file
            for file in comparison.lost.values()
            if file.state == FileState.PRESENT and not _may_have_moved(file, sizes, inodes)
        ]
        if lost and root_is_gone(place.root):
            root = display_name(str(place.root))
            raise RootVanished(f"{root} is gone or empty, and files are known in it")
        by_path = {file.stamp.relative_path: file for file in lost}
        gone[place.root_id] += sum(1 for _ in find_vanished(place, by_path, comparison.unscannable))
    for comparison in comparisons:
        root_id = comparison.place.root_id
        if gone[root_id] > max(HANDFUL, most_share * present[root_id]):
            root = display_name(str(comparison.place.root))
            raise RootVanished(
                f"{gone[root_id]} of {present[root_id]} files in {root} have vanished at once"
            )


def _may_have_moved(file: KnownFile, sizes: Counter[int], inodes: set[int | None]) -> bool:
    """Whether a file turned up that may be this one, renamed or retagged; each only once."""
    if file.stamp.inode in inodes:
        return True
    if sizes[file.stamp.size]:
        sizes[file.stamp.size] -= 1
        return True
    return False
