"""Which files are hashed, and which are listened to."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audio_ident.ingest.copies import group_by_content, jobs_to_hash
from audio_ident.ingest.job import Job
from audio_ident.model.library import FileStamp
from audio_ident.model.reports import Reason


def job(number: int, size: int, sha256: str | None = None) -> Job:
    """A job of that size."""
    name = f"{number}.mp3"
    stamp = FileStamp(root_id=1, relative_path=name, size=size, mtime_ns=0)
    return Job(path=Path(name), stamp=stamp, reason=Reason.NEW, sha256=sha256)


@given(st.lists(st.integers(0, 6)), st.frozensets(st.integers(0, 6)))
def test_only_files_that_may_be_copies_are_hashed(sizes: list[int], known: frozenset[int]) -> None:
    """A file is hashed exactly when another file, known or new, has its size."""
    jobs = [job(number, size) for number, size in enumerate(sizes)]
    hashed = jobs_to_hash(jobs, known)
    for candidate in jobs:
        has_twin = sizes.count(candidate.stamp.size) > 1 or candidate.stamp.size in known
        assert (candidate in hashed) == has_twin


def test_a_known_hash_is_not_made_again() -> None:
    """A file that was hashed before and did not change is not read for its hash."""
    assert jobs_to_hash([job(1, 5, "h"), job(2, 5)], frozenset()) == [job(2, 5)]


@given(st.lists(st.sampled_from(["a", "b", "c", None])))
def test_each_content_is_led_by_one_file(hashes: list[str | None]) -> None:
    """Every job either leads or follows the first one with its bytes; none is lost."""
    jobs = [job(number, 1, sha256) for number, sha256 in enumerate(hashes)]
    groups = group_by_content(jobs)
    leaders = list(groups.leaders)
    led = [leader.sha256 for leader in leaders if leader.sha256 is not None]
    assert len(led) == len(set(led))
    everyone = [*leaders, *(f for leader in leaders for f in groups.followers_of(leader))]
    assert sorted(everyone, key=lambda j: j.path) == sorted(jobs, key=lambda j: j.path)


def test_a_follower_takes_the_place_of_a_lost_leader() -> None:
    """When the leader could not be read, the next file with these bytes leads the rest."""
    groups = group_by_content([job(number, 1, "h") for number in range(3)])
    first = groups.leaders.popleft()
    groups.put_back(groups.followers_of(first))
    assert list(groups.leaders) == [job(1, 1, "h")]
    assert list(groups.followers_of(job(1, 1, "h"))) == [job(2, 1, "h")]
