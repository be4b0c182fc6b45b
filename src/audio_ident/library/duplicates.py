"""Shows which files hold the same music, remembers what people say of it, writes plans.

Nothing is ever moved or deleted here.
"""

import contextlib
import dataclasses
import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from audio_ident.core.grouping import group_recordings, pairs_kept_apart
from audio_ident.core.keeper import BandwidthOf, Criterion, suggest_keeper
from audio_ident.errors import BadInput, NotFound
from audio_ident.library.duplicate_plan import plan_lines, shell_script
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import (
    Containment,
    Copy,
    Decision,
    DuplicateGroup,
    DuplicateVerdict,
    Kinship,
    Relation,
)
from audio_ident.model.library import TrackId
from audio_ident.stores.disk import disk_errors_named, make_directory
from audio_ident.stores.sql.copies import Member
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows

GROUP_NAME_DIGITS = 10
"""Digits of a digest that name a group: no two of a million are alike."""

PLAN_NAME = "duplicates.jsonl"
SCRIPT_NAME = "duplicates.sh"
TRASH_NAME = "audio-ident-trash"
"""Folder, below the one that the script is run in, where nobody names another."""


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
    members: Mapping[AudioDigest, tuple[Member, ...]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """Which groups are wanted."""

    kinship: Kinship | None = None
    is_decided: bool | None = None
    """Whether a person has decided about any recording of the group."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A group of which only so much was read."""

    name: str
    digests: tuple[AudioDigest, ...]
    kinship: Kinship
    first_path: str


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
        with self._catalogue.reading() as rows:
            view = _view(rows)
            return tuple(self._groups(rows, view, _shown_groups(view)))

    def groups_with(self, digest: AudioDigest) -> tuple[DuplicateGroup, ...]:
        """The group that a recording is in, if it is in one."""
        with self._catalogue.reading() as rows:
            view = _view(rows, near=digest)
            wanted = [found for found in _shown_groups(view) if digest in found.digests]
            return tuple(self._groups(rows, view, wanted))

    def group(self, name: str) -> DuplicateGroup:
        """The group of a name; raises `NotFound`."""
        with self._catalogue.reading() as rows:
            view = _view(rows)
            wanted = [found for found in _shown_groups(view) if found.name == name]
            if not wanted:
                raise NotFound(f"no group is called {name}")
            return self._groups(rows, view, wanted)[0]

    def page(
        self, wanted: GroupFilter, offset: int, limit: int
    ) -> tuple[list[DuplicateGroup], int]:
        """Some groups, in order of their first paths, and how many there are in all.

        Only the files of these groups are looked at closely.
        """
        with self._catalogue.reading() as rows:
            view = _view(rows)
            decided = {d for said in view.decisions for d in (said.first, said.second)}
            found = [
                group
                for group in _shown_groups(view)
                if wanted.kinship in {None, group.kinship}
                and wanted.is_decided in {None, not decided.isdisjoint(group.digests)}
            ]
            return self._groups(rows, view, found[offset : offset + limit]), len(found)

    def containments(self) -> tuple[Containment, ...]:
        """Recordings that are heard inside others, unless a person said otherwise."""
        return self._containments(None)

    def containments_with(self, digest: AudioDigest) -> tuple[Containment, ...]:
        """The same, as far as a recording is one of the two."""
        return self._containments(digest)

    def _containments(self, digest: AudioDigest | None) -> tuple[Containment, ...]:
        with self._catalogue.reading() as rows:
            apart = pairs_kept_apart(rows.decisions.all())
            relations = rows.relations.all() if digest is None else rows.relations.of({digest})
            wanted = [
                relation
                for relation in relations
                if relation.kinship is Kinship.CONTAINED_IN
                and _ordered(relation.first, relation.second) not in apart
            ]
            copies = _copies(rows, {d for tie in wanted for d in (tie.first, tie.second)})
        return tuple(
            Containment(
                relation=relation,
                contained=copies[relation.first],
                container=copies[relation.second],
            )
            for relation in wanted
            if relation.first in copies and relation.second in copies
        )

    def decisions(self) -> tuple[Decision, ...]:
        """Everything that was ever decided, oldest first."""
        with self._catalogue.reading() as rows:
            return tuple(rows.decisions.all(with_revoked=True))

    def decide(
        self, references: Sequence[str], verdict: DuplicateVerdict, decided_by: str
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
        if verdict is DuplicateVerdict.KEEP:
            if len(named) != 1:
                raise BadInput("exactly one track can be kept")
            pairs = [(named[0].track.digest, named[0].track.digest)]
        else:
            pairs = _pairs_of(named, verdict)
        kept = named[0].track.id if verdict is DuplicateVerdict.KEEP else None
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

    def script(self) -> bytes:
        """The plan for all groups as a shell script; see `duplicate_plan`."""
        return shell_script(self.groups(), TRASH_NAME)

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

    def _groups(self, rows: Rows, view: _View, wanted: Iterable[_Found]) -> list[DuplicateGroup]:
        chosen = list(wanted)
        copies = _copies(rows, {digest for found in chosen for digest in found.digests})
        return [
            self._group(view, found, copies)
            for found in chosen
            if any(digest in copies for digest in found.digests)
        ]

    def _group(
        self, view: _View, found: _Found, by_digest: Mapping[AudioDigest, tuple[Copy, ...]]
    ) -> DuplicateGroup:
        digests = found.digests
        copies = sorted(
            (copy for digest in digests for copy in by_digest.get(digest, ())),
            key=lambda copy: copy.track.path,
        )
        return DuplicateGroup(
            id=found.name,
            kinship=found.kinship,
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
        if len(references) == 1:
            with contextlib.suppress(NotFound):
                return list(self.group(references[0]).copies)
        with self._catalogue.reading() as rows:
            found = {reference: rows.copies.find(reference) for reference in references}
        for reference, copy in found.items():
            if copy is None:
                raise BadInput(f"no group, track or file {reference}")
        return [copy for copy in found.values() if copy is not None]


def _view(rows: Rows, near: AudioDigest | None = None) -> _View:
    """What grouping looks at; of everything, or of whatever is tied to one recording."""
    decisions = tuple(rows.decisions.all())
    if near is None:
        relations = tuple(rows.relations.all())
        wanted = {*rows.copies.shared_digests()}
        wanted.update(digest for said in decisions for digest in (said.first, said.second))
    else:
        relations = _relations_near(rows, near, decisions)
        wanted = {near}
    wanted.update(digest for tie in relations for digest in (tie.first, tie.second))
    members: dict[AudioDigest, list[Member]] = defaultdict(list)
    for member in rows.copies.members(wanted):
        members[member.digest].append(member)
    return _View(
        relations=relations,
        decisions=decisions,
        members={digest: tuple(found) for digest, found in members.items()},
    )


def _relations_near(
    rows: Rows, near: AudioDigest, decisions: Iterable[Decision]
) -> tuple[Relation, ...]:
    """Relations of a recording, of those that it is tied to, and so on."""
    said = [(d.first, d.second) for d in decisions if d.verdict is DuplicateVerdict.DUPLICATE]
    found: dict[tuple[AudioDigest, AudioDigest], Relation] = {}
    seen: set[AudioDigest] = set()
    frontier = {near}
    while frontier:
        reached = rows.relations.of(frontier)
        found |= {(relation.first, relation.second): relation for relation in reached}
        heard = [(r.first, r.second) for r in reached if r.kinship is Kinship.SAME_RECORDING]
        seen |= frontier
        ties = [tie for tie in (*said, *heard) if not frontier.isdisjoint(tie)]
        frontier = {digest for tie in ties for digest in tie} - seen
    return tuple(found[pair] for pair in sorted(found))


def _shown_groups(view: _View) -> list[_Found]:
    """Groups of more than one file, in order of the first path of each."""
    apart = pairs_kept_apart(view.decisions)
    groups = []
    for digests in group_recordings(view.members.keys(), view.relations, view.decisions):
        files = [member for digest in digests for member in view.members[digest]]
        is_kept_apart = len(digests) == 1 and (digests[0], digests[0]) in apart
        if len(files) > 1 and not is_kept_apart:
            found = _Found(
                name=digests[0][:GROUP_NAME_DIGITS],
                digests=digests,
                kinship=_kinship(files),
                first_path=min(member.path for member in files),
            )
            groups.append(found)
    return sorted(groups, key=lambda group: group.first_path)


def _copies(rows: Rows, digests: Collection[AudioDigest]) -> Mapping[AudioDigest, tuple[Copy, ...]]:
    copies: dict[AudioDigest, list[Copy]] = defaultdict(list)
    for copy in rows.copies.of(digests):
        copies[copy.track.digest].append(copy)
    return {digest: tuple(found) for digest, found in copies.items()}


def _kinship(files: Sequence[Member]) -> Kinship:
    if len({member.digest for member in files}) > 1:
        return Kinship.SAME_RECORDING
    is_equal = len({member.sha256 for member in files}) == 1 and files[0].sha256 is not None
    return Kinship.SAME_BYTES if is_equal else Kinship.SAME_AUDIO


def _chosen(decisions: Iterable[Decision], digests: Sequence[AudioDigest]) -> TrackId | None:
    """The track of these recordings that a person chose last."""
    chosen = [d for d in decisions if d.verdict is DuplicateVerdict.KEEP and d.first in digests]
    return max(chosen, key=lambda decision: decision.id).track_id if chosen else None


def _pairs_of(
    copies: Sequence[Copy], verdict: DuplicateVerdict
) -> list[tuple[AudioDigest, AudioDigest]]:
    """Every pair of recordings; with itself where files of one audio are to be kept apart."""
    if len(copies) < 2:
        raise BadInput("name a group, or at least two tracks")
    counts = Counter(copy.track.digest for copy in copies)
    pairs = list(combinations(sorted(counts), 2))
    if verdict is DuplicateVerdict.NOT_DUPLICATE:
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
