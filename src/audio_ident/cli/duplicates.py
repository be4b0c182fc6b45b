"""`audio-ident duplicates list|show|decide|undo|history|export`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.application_duplicates import Duplicates
from audio_ident.cli.documents_duplicates import (
    containment_document,
    decision_document,
    group_document,
)
from audio_ident.cli.identify import clock
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, AsJsonLines, command, library
from audio_ident.errors import BadInput
from audio_ident.model.kinship import (
    Containment,
    Copy,
    Decision,
    DuplicateGroup,
    DuplicateVerdict,
    Kinship,
    Relation,
    SharedSpan,
)
from audio_ident.units import ticks_to_seconds

COLUMNS = ("GROUP", "KIND", "KEEP", "LENGTH>", "FORMAT", "KBIT/S>", "FILE")
DECISION_COLUMNS = ("NUMBER>", "VERDICT", "RECORDINGS OR TRACK", "DECIDED", "BY", "REVOKED")
KINSHIPS = {
    Kinship.SAME_RECORDING: ("same recording", "  and"),
    Kinship.CONTAINED_IN: ("a part of", "  is in"),
}
"""How a relation of two recordings reads, before the first and before the second."""

DECIDED_BY = "command line"

duplicates = typer.Typer(
    name="duplicates",
    help="Files that hold the same music: list, show, decide, undo, export. Nothing is deleted.",
    no_args_is_help=True,
)

GroupOrTrack = Annotated[
    str, typer.Argument(metavar="GROUP|TRACK", help="A group, or a track by id or path.")
]
References = Annotated[
    list[str],
    typer.Argument(metavar="GROUP|TRACK...", help="One group, or tracks by id or path."),
]
IsNotDuplicate = Annotated[
    bool, typer.Option("--not-a-duplicate", help="They are different music; never group them.")
]
IsDuplicate = Annotated[bool, typer.Option("--duplicate", help="They are the same recording.")]
IsKept = Annotated[bool, typer.Option("--keep", help="This track is the one to keep.")]
DecisionIds = Annotated[
    list[int] | None, typer.Argument(metavar="[NUMBER]...", help="As `history` shows them.")
]
WithContained = Annotated[
    bool, typer.Option("--contained", help="Also what is heard inside mixes and album files.")
]
PlanFolder = Annotated[
    Path, typer.Argument(metavar="DIR", file_okay=False, help="Gets the plan and the script.")
]
TrashFolder = Annotated[
    Path, typer.Option("--trash", file_okay=False, help="Where the script moves files to.")
]
Loosest = Annotated[
    Kinship, typer.Option("--kind", help="The loosest tie of a group that is in the plan.")
]


@duplicates.command("list")
def list_(
    context: typer.Context,
    with_contained: WithContained = False,
    as_json: AsJson = False,
    as_lines: AsJsonLines = False,
) -> None:
    """List groups of files that hold one recording, each with the file to keep."""
    with _duplicates(context, as_json, as_lines) as (output, found):
        groups = found.groups()
        contained = found.containments() if with_contained else ()
        if output.form is Form.TABLE:
            _show_list(output, groups, contained)
        else:
            _print_documents(output, groups, contained)


@duplicates.command()
def show(context: typer.Context, reference: GroupOrTrack, as_json: AsJson = False) -> None:
    """Show one group, or all that one track has in common with others, with the evidence."""
    with _duplicates(context, as_json) as (output, found):
        groups = [group for group in found.groups() if _is_meant(reference, group)]
        digests = {copy.track.digest for group in groups for copy in group.copies}
        contained = [
            part
            for part in found.containments()
            if _names_any(reference, (*part.contained, *part.container))
            or {part.relation.first, part.relation.second} & digests
        ]
        if not groups and not contained:
            raise BadInput(f"nothing is known to be like {reference}")
        if output.form is Form.JSON:
            _print_documents(output, groups, contained)
            return
        for group in groups:
            _show_group(output, group)
        _show_contained(output, contained)


@duplicates.command()
def decide(
    context: typer.Context,
    references: References,
    is_not_duplicate: IsNotDuplicate = False,
    is_duplicate: IsDuplicate = False,
    is_kept: IsKept = False,
    as_json: AsJson = False,
) -> None:
    """Say what two recordings are to each other, or which track to keep; it is remembered."""
    verdicts = {
        DuplicateVerdict.NOT_DUPLICATE: is_not_duplicate,
        DuplicateVerdict.DUPLICATE: is_duplicate,
        DuplicateVerdict.KEEP: is_kept,
    }
    chosen = [verdict for verdict, is_chosen in verdicts.items() if is_chosen]
    if len(chosen) != 1:
        raise typer.BadParameter("choose one of --not-a-duplicate, --duplicate and --keep")
    with _duplicates(context, as_json) as (output, found):
        _show_decisions(output, found.decide(references, chosen[0], DECIDED_BY))


@duplicates.command()
def undo(context: typer.Context, decision_ids: DecisionIds = None, as_json: AsJson = False) -> None:
    """Take decisions back: those of these numbers, or those that were made last."""
    with _duplicates(context, as_json) as (output, found):
        _show_decisions(output, found.undo(decision_ids or []))


@duplicates.command()
def history(context: typer.Context, as_json: AsJson = False) -> None:
    """List everything that was ever decided."""
    with _duplicates(context, as_json) as (output, found):
        _show_decisions(output, found.decisions())


@duplicates.command()
def export(
    context: typer.Context,
    folder: PlanFolder,
    trash: TrashFolder,
    loosest: Loosest = Kinship.SAME_RECORDING,
    as_json: AsJson = False,
) -> None:
    """Write a plan and a shell script that would move the files that are not kept."""
    if loosest is Kinship.CONTAINED_IN:
        raise typer.BadParameter("what is contained in another file is never in a plan")
    with _duplicates(context, as_json) as (output, found):
        plan, script, groups = found.export(folder, trash, loosest)
        to_move = sum(len(group.copies) - 1 for group in groups)
        if output.form is Form.JSON:
            paths = {"plan": str(plan), "script": str(script)}
            output.document({**paths, "groups": len(groups), "files_to_move": to_move})
            return
        output.text(f"{len(groups)} groups, {to_move} files to move: {plan}")
        output.text(f"read it, then run `sh {script}`: it only tells; with --apply it moves")


@contextmanager
def _duplicates(
    context: typer.Context, as_json: bool, as_lines: bool = False
) -> Iterator[tuple[Output, Duplicates]]:
    with (
        command(context, as_json=as_json, as_lines=as_lines) as output,
        library(context) as application,
    ):
        yield output, application.duplicates


def _print_documents(
    output: Output, groups: Sequence[DuplicateGroup], contained: Sequence[Containment]
) -> None:
    if output.form is Form.JSONL:
        for group in groups:
            output.line("group", group_document(group))
        for part in contained:
            output.line("contained", containment_document(part))
        return
    output.document(
        {
            "groups": [group_document(group) for group in groups],
            "contained": [containment_document(part) for part in contained],
        }
    )


def _show_list(
    output: Output, groups: Sequence[DuplicateGroup], contained: Sequence[Containment]
) -> None:
    if groups:
        output.table(COLUMNS, [row for group in groups for row in _rows(group)])
    else:
        output.note("no duplicates are known")
    _show_contained(output, contained)


def _rows(group: DuplicateGroup) -> Iterator[tuple[str, ...]]:
    for number, copy in enumerate(group.copies):
        is_kept = copy.track.id == group.suggestion.track_id
        yield (
            group.id if number == 0 else "",
            group.kinship.value.replace("_", " ") if number == 0 else "",
            "keep" if is_kept else "",
            clock(copy.duration_s),
            copy.track.codec,
            f"{copy.bit_rate_bps / 1000:.0f}",
            copy.track.path,
        )


def _show_group(output: Output, group: DuplicateGroup) -> None:
    output.table(COLUMNS, list(_rows(group)))
    output.text(f"keep: {'; '.join(group.suggestion.reasons)}")
    names = {copy.track.digest: copy.track.path for copy in group.copies}
    for relation in group.relations:
        _show_relation(output, relation, names[relation.first], names[relation.second])


def _show_contained(output: Output, contained: Sequence[Containment]) -> None:
    for part in contained:
        first, second = part.contained[0].track.path, part.container[0].track.path
        _show_relation(output, part.relation, first, second)


def _show_relation(output: Output, relation: Relation, first: str, second: str) -> None:
    kinship, joint = KINSHIPS[relation.kinship]
    told = ", ".join(f"{name} {value:.4g}" for name, value in relation.evidence.items())
    output.text("")
    output.facts(
        [
            (kinship, first),
            (joint, second),
            *(("  at", _span(span)) for span in relation.spans),
            ("  agreement", f"{relation.agreement:.3f}, speed {relation.speed:.4f}"),
            ("  evidence", told),
        ]
    )


def _span(span: SharedSpan) -> str:
    first, first_end, second, second_end = (
        clock(ticks_to_seconds(ticks))
        for ticks in (
            span.first_start_ticks,
            span.first_end_ticks,
            span.second_start_ticks,
            span.second_end_ticks,
        )
    )
    return f"{first} to {first_end} is {second} to {second_end}"


def _show_decisions(output: Output, decisions: Sequence[Decision]) -> None:
    if output.form is Form.JSON:
        output.document({"decisions": [decision_document(decision) for decision in decisions]})
        return
    rows = [
        (
            str(decision.id),
            decision.verdict.value.replace("_", " "),
            decision.track_id or f"{decision.first} {decision.second}",
            f"{decision.decided_at:%Y-%m-%d %H:%M}",
            decision.decided_by,
            f"{decision.revoked_at:%Y-%m-%d %H:%M}" if decision.revoked_at else "",
        )
        for decision in decisions
    ]
    if rows:
        output.table(DECISION_COLUMNS, rows)
    else:
        output.note("nothing was decided yet")


def _is_meant(reference: str, group: DuplicateGroup) -> bool:
    return reference == group.id or _names_any(reference, group.copies)


def _names_any(reference: str, copies: Sequence[Copy]) -> bool:
    return any(reference in {copy.track.id, copy.track.path} for copy in copies)
