"""Finds byte-identical files, so that each content is listened to once.

Only files of one size can be copies, so only those are hashed, and a library without copies is
read once.
"""

import dataclasses
from collections import Counter, deque
from collections.abc import Iterable

from audio_ident.ingest.job import Job


def jobs_to_hash(jobs: Iterable[Job], known_sizes: frozenset[int]) -> list[Job]:
    """Jobs that may be copies of each other or of a known file, and whose hash is not known."""
    jobs = list(jobs)
    counts = Counter(job.stamp.size for job in jobs)
    return [
        job
        for job in jobs
        if job.sha256 is None and (counts[job.stamp.size] > 1 or job.stamp.size in known_sizes)
    ]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContentGroups:
    """Jobs to listen to, and for each hash the other jobs with the same bytes."""

    leaders: deque[Job]
    followers: dict[str, deque[Job]]

    def followers_of(self, job: Job) -> deque[Job]:
        """Jobs that wait for what is heard in this one; the caller takes them over."""
        if job.sha256 is None:
            return deque()
        return self.followers.pop(job.sha256, deque())

    def put_back(self, waiting: deque[Job]) -> None:
        """Listen to the first of some jobs, whose leader could not speak for them."""
        if not waiting:
            return
        leader = waiting.popleft()
        self.leaders.append(leader)
        if leader.sha256 is not None and waiting:
            self.followers[leader.sha256] = waiting


def group_by_content(jobs: Iterable[Job]) -> ContentGroups:
    """Let the first job of each content lead, in order."""
    groups = ContentGroups(leaders=deque(), followers={})
    led: set[str] = set()
    for job in jobs:
        if job.sha256 is not None and job.sha256 in led:
            groups.followers.setdefault(job.sha256, deque()).append(job)
            continue
        groups.leaders.append(job)
        if job.sha256 is not None:
            led.add(job.sha256)
    return groups
