"""Duplicates in memory, to stand behind the command line in tests."""

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audio_ident.errors import BadInput
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import (
    Containment,
    Copy,
    Decision,
    DuplicateGroup,
    DuplicateVerdict,
    Kinship,
    Relation,
    SharedSpan,
    Suggestion,
)
from audio_ident.model.library import TrackId
from audio_ident.units import Ticks, seconds_to_ticks
from builders.reports import a_track

NOW = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def a_relation(**changes: Any) -> Relation:
    """The same recording twice, the second with four seconds of lead-in."""
    facts: dict[str, Any] = {
        "first": AudioDigest("ab" * 16),
        "second": AudioDigest("cd" * 16),
        "kinship": Kinship.SAME_RECORDING,
        "spans": (
            SharedSpan(
                first_start_ticks=Ticks(0),
                first_end_ticks=seconds_to_ticks(180),
                second_start_ticks=seconds_to_ticks(4),
                second_end_ticks=seconds_to_ticks(184),
            ),
        ),
        "offset_ticks": seconds_to_ticks(4),
        "speed": 1.0,
        "agreement": 0.97,
        "evidence": {"share_of_shorter": 0.99},
        "version": 1,
    }
    return Relation(**facts | changes)


def a_copy(track_id: str = "t1", path: str = "/music/a.flac", **changes: Any) -> Copy:
    """A lossless file of three minutes."""
    digest = AudioDigest(changes.pop("digest", "ab" * 16))
    facts: dict[str, Any] = {
        "track": a_track(id=TrackId(track_id), path=path, digest=digest),
        "size_bytes": 20_000_000,
        "mtime_ns": 1_700_000_000 * 10**9,
        "sha256": "e" * 64,
        "is_lossless": True,
        "tag_count": 3,
    }
    return Copy(**facts | changes)


def a_group(**changes: Any) -> DuplicateGroup:
    """A flac that is kept and an mp3 of the same recording."""
    facts: dict[str, Any] = {
        "id": "abababab",
        "kinship": Kinship.SAME_RECORDING,
        "copies": (
            a_copy(),
            a_copy("t2", "/music/b.mp3", digest="cd" * 16, is_lossless=False, size_bytes=4_000_000),
        ),
        "relations": (a_relation(),),
        "suggestion": Suggestion(track_id=TrackId("t1"), reasons=("lossless",)),
    }
    return DuplicateGroup(**facts | changes)


def a_containment() -> Containment:
    """A track inside a mix."""
    return Containment(
        relation=a_relation(kinship=Kinship.CONTAINED_IN),
        contained=(a_copy(),),
        container=(a_copy("t9", "/music/mix.mp3", digest="cd" * 16),),
    )


def a_decision(**changes: Any) -> Decision:
    """Somebody said that two recordings are no duplicates."""
    facts: dict[str, Any] = {
        "id": 1,
        "first": AudioDigest("ab" * 16),
        "second": AudioDigest("cd" * 16),
        "verdict": DuplicateVerdict.NOT_DUPLICATE,
        "track_id": None,
        "decided_at": NOW,
        "decided_by": "command line",
        "revoked_at": None,
    }
    return Decision(**facts | changes)


@dataclasses.dataclass(slots=True)
class MemoryDuplicates:
    """Gives prepared groups and remembers what was decided."""

    found: tuple[DuplicateGroup, ...] = ()
    contained: tuple[Containment, ...] = ()
    decided: list[Decision] = dataclasses.field(default_factory=list)

    def groups(self) -> tuple[DuplicateGroup, ...]:
        """Give the groups."""
        return self.found

    def containments(self) -> tuple[Containment, ...]:
        """Give the containments."""
        return self.contained

    def decisions(self) -> tuple[Decision, ...]:
        """Give the decisions."""
        return tuple(self.decided)

    def decide(
        self, references: Sequence[str], verdict: DuplicateVerdict, decided_by: str
    ) -> tuple[Decision, ...]:
        """Remember one decision about any two recordings."""
        track_id = TrackId(references[0]) if verdict is DuplicateVerdict.KEEP else None
        number = len(self.decided) + 1
        decision = a_decision(id=number, verdict=verdict, track_id=track_id, decided_by=decided_by)
        self.decided.append(decision)
        return (decision,)

    def undo(self, decision_ids: Sequence[int]) -> tuple[Decision, ...]:
        """Revoke the decisions of these numbers, or the last."""
        if not self.decided:
            raise BadInput("nothing to undo")
        numbers = list(decision_ids) or [self.decided[-1].id]
        revoked = [
            dataclasses.replace(decision, revoked_at=NOW)
            for decision in self.decided
            if decision.id in numbers
        ]
        self.decided = [decision for decision in self.decided if decision.id not in numbers]
        return tuple(revoked)

    def export(
        self, folder: Path, trash_folder: Path, loosest: Kinship
    ) -> tuple[Path, Path, tuple[DuplicateGroup, ...]]:
        """Write nothing."""
        del trash_folder
        groups = tuple(group for group in self.found if group.kinship <= loosest)
        return folder / "duplicates.jsonl", folder / "duplicates.sh", groups
