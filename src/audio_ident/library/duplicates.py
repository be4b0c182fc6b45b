"""Shows which files hold the same music, remembers what people say of it, writes plans.

Nothing is ever moved or deleted here.
"""

import dataclasses
import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from audio_ident.core.grouping import group_recordings, pairs_kept_apart
from audio_ident.core.keeper import BandwidthOf, Criterion, suggest_keeper
from audio_ident.errors import BadInput
from audio_ident.library.duplicate_plan import plan_lines, shell_script
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import (
    Containment,
    Copy,
    Decision,
    DuplicateGroup,
    Kinship,
    Relation,
    Verdict,
)
from audio_ident.model.library import TrackId
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.sql.unit_of_work import Catalogue

GROUP_NAME_DIGITS = 10
"""Digits of a digest that name a group: no two of a million are alike."""

PLAN_NAME = "duplicates.jsonl"
SCRIPT_NAME = "duplicates.sh"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeeperRules:
    """How the file to keep is chosen."""

    order: tuple[Criterion, ...] = tuple(Criterion)
    preferred_folders: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """One consistent reading of the catalogue."""

    relations: tuple[Relation, ...]
    decisions: tuple[Decision, ...]
    copies: Mapping[AudioDigest, tuple[Copy, ...]]


class Duplicates:
    """The duplicates of one library.

    Parameters
    ----------
    bandwidth_of
        Highest frequency that is really present in a recording, None where unknown.
    now
        The moment, with its zone.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        rules: KeeperRules,
        bandwidth_of: BandwidthOf,
        now: Callable[[], datetime.datetime],
    ) -> None:
        self._catalogue = catalogue
        self._rules = rules
        self._bandwidth_of = bandwidth_of
        self._now = now

    def groups(self) -> tuple[DuplicateGroup, ...]:
        """Files that hold one recording, in order of the first path of each group."""
        return self._groups(lambda _: True)

    def groups_with(self, digest: AudioDigest) -> tuple[DuplicateGroup, ...]:
        """The group that a recording is in, if it is in one."""
        return self._groups(lambda digests: digest in digests)

    def containments(self) -> tuple[Containment, ...]:
        """Recordings that are heard inside others, unless a person said otherwise."""
        view = self._view()
        apart = pairs_kept_apart(view.decisions)
        return tuple(
            Containment(
                relation=relation,
                contained=view.copies[relation.first],
                container=view.copies[relation.second],
            )
            for relation in view.relations
            if relation.kinship is Kinship.CONTAINED_IN
            and _ordered(relation.first, relation.second) not in apart
            and relation.first in view.copies
            and relation.second in view.copies
        )

    def decisions(self) -> tuple[Decision, ...]:
        """Everything that was ever decided, oldest first."""
        with self._catalogue.reading() as rows:
            return tuple(rows.decisions.all(with_revoked=True))

    def decide(
        self, references: Sequence[str], verdict: Verdict, decided_by: str
    ) -> tuple[Decision, ...]:
        """Remember what a person says.

        Parameters
        ----------
        references
            One group, or tracks by id or path. The verdict counts for each pair of them; to keep,
            there is one track.

        Raises
        ------
        BadInput
            Something named is not there, or there are too few or too many.
        """
        named = self._named(references)
        if verdict is Verdict.KEEP:
            if len(named) != 1:
                raise BadInput("exactly one track can be kept")
            pairs = [(named[0].track.digest, named[0].track.digest)]
        else:
            pairs = _pairs_of(named, verdict)
        kept = named[0].track.id if verdict is Verdict.KEEP else None
        made = (self._now(), decided_by)
        with self._catalogue.writing() as rows:
            return tuple(rows.decisions.add(pair, verdict, made, kept) for pair in pairs)

    def undo(self, decision_ids: Sequence[int]) -> tuple[Decision, ...]:
        """Take decisions back; without ids, those that were made last, in one go.

        Raises
        ------
        BadInput
            There is no such decision that still holds.
        """
        at = self._now()
        with self._catalogue.writing() as rows:
            held = rows.decisions.all()
            wanted = list(decision_ids) or _made_last(held)
            unknown = set(wanted) - {decision.id for decision in held}
            if unknown or not wanted:
                which = ", ".join(map(str, sorted(unknown)))
                raise BadInput(f"no decision {which} that holds" if which else "nothing to undo")
            revoked = [rows.decisions.revoke(decision_id, at) for decision_id in wanted]
        return tuple(decision for decision in revoked if decision is not None)

    def export(
        self, folder: Path, trash_folder: Path, loosest: Kinship
    ) -> tuple[Path, Path, tuple[DuplicateGroup, ...]]:
        """Write the plan and the script into a folder; gives both paths and the groups in them.

        Groups that are held together by a looser tie than `loosest` are left out.
        """
        tightness = list(Kinship)
        groups = tuple(
            group
            for group in self.groups()
            if tightness.index(group.kinship) <= tightness.index(loosest)
        )
        plan, script = folder / PLAN_NAME, folder / SCRIPT_NAME
        with disk_errors_named(folder):
            make_directory(folder)
            plan.write_bytes(plan_lines(groups))
            script.write_bytes(shell_script(groups, str(trash_folder.absolute())))
        return plan, script, groups

    def _view(self) -> _View:
        with self._catalogue.reading() as rows:
            relations = tuple(rows.relations.all())
            decisions = tuple(rows.decisions.all())
            wanted = {*rows.copies.shared_digests()}
            wanted.update(digest for tie in relations for digest in (tie.first, tie.second))
            wanted.update(digest for said in decisions for digest in (said.first, said.second))
            copies: dict[AudioDigest, list[Copy]] = defaultdict(list)
            for copy in rows.copies.of(wanted):
                copies[copy.track.digest].append(copy)
        return _View(
            relations=relations,
            decisions=decisions,
            copies={digest: tuple(found) for digest, found in copies.items()},
        )

    def _groups(
        self, is_wanted: Callable[[tuple[AudioDigest, ...]], bool]
    ) -> tuple[DuplicateGroup, ...]:
        view = self._view()
        members = group_recordings(view.copies.keys(), view.relations, view.decisions)
        apart = pairs_kept_apart(view.decisions)
        groups = [
            self._group(view, digests)
            for digests in members
            if is_wanted(digests) and _is_shown(view.copies, digests, apart)
        ]
        return tuple(sorted(groups, key=lambda group: group.copies[0].track.path))

    def _group(self, view: _View, digests: tuple[AudioDigest, ...]) -> DuplicateGroup:
        copies = sorted(
            (copy for digest in digests for copy in view.copies[digest]),
            key=lambda copy: copy.track.path,
        )
        return DuplicateGroup(
            id=digests[0][:GROUP_NAME_DIGITS],
            kinship=_kinship(copies),
            copies=tuple(copies),
            relations=tuple(
                relation
                for relation in view.relations
                if relation.first in digests and relation.second in digests
            ),
            suggestion=suggest_keeper(
                copies,
                self._rules.order,
                self._rules.preferred_folders,
                self._bandwidth_of,
                _chosen(view.decisions, digests),
            ),
        )

    def _named(self, references: Sequence[str]) -> list[Copy]:
        groups = {group.id: group for group in self.groups()}
        if len(references) == 1 and references[0] in groups:
            return list(groups[references[0]].copies)
        with self._catalogue.reading() as rows:
            found = {reference: rows.copies.find(reference) for reference in references}
        for reference, copy in found.items():
            if copy is None:
                raise BadInput(f"no group, track or file {reference}")
        return [copy for copy in found.values() if copy is not None]


def _is_shown(
    copies: Mapping[AudioDigest, tuple[Copy, ...]],
    digests: Sequence[AudioDigest],
    apart: Iterable[tuple[AudioDigest, AudioDigest]],
) -> bool:
    if len(digests) > 1:
        return True
    return len(copies[digests[0]]) > 1 and (digests[0], digests[0]) not in apart


def _kinship(copies: Sequence[Copy]) -> Kinship:
    if len({copy.track.digest for copy in copies}) > 1:
        return Kinship.SAME_RECORDING
    is_equal = len({copy.sha256 for copy in copies}) == 1 and copies[0].sha256 is not None
    return Kinship.SAME_BYTES if is_equal else Kinship.SAME_AUDIO


def _chosen(decisions: Iterable[Decision], digests: Sequence[AudioDigest]) -> TrackId | None:
    """The track of these recordings that a person chose last."""
    chosen = [d for d in decisions if d.verdict is Verdict.KEEP and d.first in digests]
    return max(chosen, key=lambda decision: decision.id).track_id if chosen else None


def _pairs_of(copies: Sequence[Copy], verdict: Verdict) -> list[tuple[AudioDigest, AudioDigest]]:
    """Every pair of recordings; with itself where files of one audio are to be kept apart."""
    if len(copies) < 2:
        raise BadInput("name a group, or at least two tracks")
    counts = Counter(copy.track.digest for copy in copies)
    pairs = list(combinations(sorted(counts), 2))
    if verdict is Verdict.NOT_DUPLICATE:
        pairs += [(digest, digest) for digest, count in sorted(counts.items()) if count > 1]
    if not pairs:
        raise BadInput("these files hold the same audio already")
    return pairs


def _made_last(decisions: Sequence[Decision]) -> list[int]:
    if not decisions:
        return []
    at = decisions[-1].decided_at
    return [decision.id for decision in decisions if decision.decided_at == at]


def _ordered(one: AudioDigest, other: AudioDigest) -> tuple[AudioDigest, AudioDigest]:
    return (one, other) if one <= other else (other, one)
