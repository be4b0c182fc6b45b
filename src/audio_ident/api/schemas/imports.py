"""Imports as the API tells them: the same object by polling and as the snapshot of a stream."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pydantic
from fastapi import Query

from audio_ident.api.schemas.paging import PageQuery, PaginatedResponse
from audio_ident.library.imports import ImportView, ListingPage, RootedError, RootedPath
from audio_ident.library.path_text import path_to_shown
from audio_ident.model.codes import remedy_of
from audio_ident.model.files import FileSort, ListedFile
from audio_ident.model.parameters import values_of
from audio_ident.model.sessions import SessionState, Wish

MOST_FOLDERS = 100
LONGEST_PATH = 8192
GREATEST_ID = 2**31 - 1

ShownPath = Annotated[
    str,
    pydantic.Field(
        max_length=LONGEST_PATH,
        description="Path below the root, `/` between folders, empty for the root itself; a per "
        "cent sign, a control character and a byte that is no UTF-8 are `%` and two digits.",
        examples=["Björk/Post"],
    ),
]


class FolderReference(pydantic.BaseModel):
    """A folder by the root that it lies in."""

    model_config = pydantic.ConfigDict(extra="forbid")

    root_id: int = pydantic.Field(
        ge=0, le=GREATEST_ID, description="Id of the root, from `/roots`.", examples=[1]
    )
    path: ShownPath = ""


AbsoluteFolder = Annotated[
    str,
    pydantic.Field(
        min_length=1, max_length=LONGEST_PATH, description="Absolute path inside an allowed root."
    ),
]


class ImportOrder(pydantic.BaseModel):
    """What is to be imported, and how."""

    model_config = pydantic.ConfigDict(extra="forbid")

    folders: list[FolderReference | AbsoluteFolder] = pydantic.Field(
        default=[],
        max_length=MOST_FOLDERS,
        description="Folders, each by its root or by its absolute path; none takes those of the "
        "profile, or with `retry_failed` wherever files have failed.",
        examples=[[{"root_id": 1, "path": "Björk"}]],
    )
    parameters: dict[str, bool | int | None] = pydantic.Field(
        default={},
        max_length=100,
        description="By name; `/parameters` lists them with their ranges. What is not named is as "
        "in the profile, or as by default.",
        examples=[{"thorough": True}],
    )
    profile: str | None = pydantic.Field(
        default=None,
        max_length=100,
        description="Name of a profile to take folders and parameters from.",
        examples=[None],
    )


class PlaceDocument(pydantic.BaseModel):
    """A folder or file by the root that it lies in."""

    root_id: int | None = pydantic.Field(
        description="Id of the root; null when it is no longer known.", examples=[1]
    )
    path: str = pydantic.Field(
        description="Path below the root, as in an order; empty for the root.", examples=["Björk"]
    )

    @classmethod
    def of(cls, place: RootedPath) -> "PlaceDocument":
        """The document of a place."""
        return cls(root_id=place.root_id, path=place.path)


class WorkerDocument(pydantic.BaseModel):
    """What one worker does."""

    file: str = pydantic.Field(description="Name of the file.", examples=["01 Army of Me.flac"])
    stage: str = pydantic.Field(description="What is done with it.", examples=["listening"])
    seconds: float = pydantic.Field(description="For how long.", examples=[1.5])


class ProgressDocument(pydantic.BaseModel):
    """How far an import has come."""

    phase: str = pydantic.Field(
        description="`scanning`, `hashing`, `listening` or `done`.", examples=["listening"]
    )
    current: int = pydantic.Field(description="Files that are done.", examples=[120])
    total: int = pydantic.Field(
        description="Files that needed work; 0 until the scan is done.", examples=[480]
    )
    percentage: float = pydantic.Field(description="Of the files.", examples=[25.0])
    failed: int = pydantic.Field(description="Files that cannot be used.", examples=[1])
    duplicates: int = pydantic.Field(
        description="Files whose bytes were known already.", examples=[3]
    )
    bytes_done: int = pydantic.Field(description="Bytes of the files done.", examples=[10**9])
    bytes_total: int = pydantic.Field(description="Bytes of all files.", examples=[4 * 10**9])
    elapsed_seconds: float = pydantic.Field(description="Since it began.", examples=[60.2])
    estimated_remaining_seconds: float | None = pydantic.Field(
        description="Null until it can be told.", examples=[180.5]
    )
    files_per_second: float = pydantic.Field(description="Over the last minute.", examples=[2.0])
    bytes_per_second: float = pydantic.Field(description="Over the last minute.", examples=[1.6e7])
    failures: dict[str, int] = pydantic.Field(
        description="Files that cannot be used, by code.", examples=[{"DECODE_ERROR": 1}]
    )
    warnings: dict[str, int] = pydantic.Field(
        description="Warnings, by code.", examples=[{"DURATION_MISMATCH": 2}]
    )
    workers: list[WorkerDocument] = pydantic.Field(description="What each worker does.")

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> "ProgressDocument":
        """The document of a progress as its session keeps it."""
        return cls(
            phase=snapshot["phase"],
            current=snapshot["files_done"],
            total=snapshot["files_total"],
            percentage=round(snapshot["percent"], 2),
            failed=snapshot["files_failed"],
            duplicates=snapshot["duplicates"],
            bytes_done=snapshot["bytes_done"],
            bytes_total=snapshot["bytes_total"],
            elapsed_seconds=round(snapshot["elapsed_s"], 3),
            estimated_remaining_seconds=_rounded(snapshot["remaining_s"]),
            files_per_second=round(snapshot["files_per_s"], 3),
            bytes_per_second=round(snapshot["bytes_per_s"], 1),
            failures=snapshot["failures"],
            warnings=snapshot["warnings"],
            workers=[
                WorkerDocument(
                    file=worker["file"], stage=worker["stage"], seconds=round(worker["since_s"], 3)
                )
                for worker in snapshot["workers"]
            ],
        )


class ImportErrorDocument(pydantic.BaseModel):
    """Why one file cannot be used."""

    place: PlaceDocument = pydantic.Field(description="Where the file lies.")
    stage: str = pydantic.Field(description="What was done to it.", examples=["analysis"])
    code: str = pydantic.Field(description="Stable code.", examples=["DECODE_ERROR"])
    message: str = pydantic.Field(description="What is wrong.", examples=["no frame decodes"])
    remedy: str = pydantic.Field(description="What can be done.", examples=["Replace it."])
    occurred_at: datetime.datetime = pydantic.Field(description="When, in UTC.")

    @classmethod
    def of(cls, error: RootedError) -> "ImportErrorDocument":
        """The document of an error."""
        return cls(
            place=PlaceDocument.of(error.place),
            stage=error.entry.stage,
            code=error.entry.code,
            message=without_paths(error.entry.fact),
            remedy=remedy_of(error.entry.code),
            occurred_at=error.entry.occurred_at,
        )


class FailureDocument(pydantic.BaseModel):
    """What ended an import early."""

    code: str = pydantic.Field(description="Stable code.", examples=["DISK_FULL"])
    remedy: str = pydantic.Field(description="What can be done.", examples=["Free some space."])


class ImportDocument(pydantic.BaseModel):
    """Everything that can be told of an import at one moment."""

    session_id: str = pydantic.Field(
        description="Id of the import, a UUID.", examples=["6f1c0f7e-58a0-4d3c-9a06-6a4b8f1f4f1d"]
    )
    state: SessionState = pydantic.Field(description="How far it is.", examples=["processing"])
    wish: Wish | None = pydantic.Field(
        description="What was asked of it and is not done yet.", examples=[None]
    )
    folders: list[PlaceDocument] = pydantic.Field(description="What it imports.")
    parameters: dict[str, bool | int | None] = pydantic.Field(description="How, by name.")
    profile: str | None = pydantic.Field(
        description="Profile that it was started from.", examples=[None]
    )
    files_found: int = pydantic.Field(description="Audio files that were met.", examples=[500])
    files_done: int = pydantic.Field(description="Files that were worked on.", examples=[120])
    files_failed: int = pydantic.Field(description="Files that cannot be used.", examples=[1])
    queued_at: datetime.datetime = pydantic.Field(description="When it was ordered, in UTC.")
    started_at: datetime.datetime | None = pydantic.Field(description="When it began, in UTC.")
    ended_at: datetime.datetime | None = pydantic.Field(description="When it ended, in UTC.")
    elapsed_seconds: float = pydantic.Field(
        description="From its beginning to its end, or to now.", examples=[60.2]
    )
    progress: ProgressDocument | None = pydantic.Field(
        description="How far it has come; null before it began."
    )
    failure: FailureDocument | None = pydantic.Field(
        description="What ended it early; null unless its state is `failed`."
    )
    errors: list[ImportErrorDocument] = pydantic.Field(
        description="The last hundred errors of files, the last first."
    )
    error_counts: dict[str, int] = pydantic.Field(
        description="All errors of files, by code.", examples=[{"DECODE_ERROR": 1}]
    )
    last_event_id: int = pydantic.Field(
        description="What events up to this one told is in it.", examples=[812]
    )

    @classmethod
    def of(cls, view: ImportView) -> "ImportDocument":
        """The document of an import."""
        session = view.session
        snapshot, code = session.snapshot, session.error_code
        return cls(
            session_id=session.id,
            state=session.state,
            wish=session.wish,
            folders=[PlaceDocument.of(folder) for folder in view.folders],
            parameters=values_of(session.order.parameters),
            profile=session.order.profile,
            files_found=session.files_found,
            files_done=session.files_done,
            files_failed=session.files_failed,
            queued_at=session.queued_at,
            started_at=session.started_at,
            ended_at=session.ended_at,
            elapsed_seconds=_elapsed_s(view),
            progress=None if snapshot is None else ProgressDocument.of(snapshot),
            failure=None if code is None else FailureDocument(code=code, remedy=remedy_of(code)),
            errors=[ImportErrorDocument.of(error) for error in view.errors],
            error_counts=view.error_counts,
            last_event_id=view.last_event_id,
        )


class ImportPage(PaginatedResponse[ImportDocument]):
    """Some imports, the newest first."""


class ImportQuery(PageQuery):
    """Which imports a request asks for."""

    state: list[SessionState] | None = pydantic.Field(
        None, description="Only imports in one of these states."
    )


ImportQueryOfRequest = Annotated[ImportQuery, Query()]


class ActiveImports(pydantic.BaseModel):
    """The imports at work and in the queue."""

    data: list[ImportDocument] = pydantic.Field(
        description="Those at work, then those that wait, in the order of the queue."
    )


class ListedFileDocument(pydantic.BaseModel):
    """A file that the scan met."""

    root_id: int = pydantic.Field(description="Id of its root.", examples=[1])
    path: str = pydantic.Field(description="Path below the root.", examples=["Björk/cover.jpg"])
    size_bytes: int = pydantic.Field(description="Its size.", examples=[48213])
    modified_at: datetime.datetime | None = pydantic.Field(
        description="When it changed last, in UTC; null when no calendar has that time."
    )

    @classmethod
    def of(cls, file: ListedFile) -> "ListedFileDocument":
        """The document of a file."""
        return cls(
            root_id=file.root_id,
            path=path_to_shown(file.relative_path),
            size_bytes=file.size_bytes,
            modified_at=_moment(file.modified_ns),
        )


class SortDocument(pydantic.BaseModel):
    """How many files of one sort there are."""

    files: int = pydantic.Field(description="How many.", examples=[480])
    size_bytes: int = pydantic.Field(description="Their sizes together.", examples=[4 * 10**9])


class ImportFiles(pydantic.BaseModel):
    """Some of the files of an import, of one category."""

    session_id: str = pydantic.Field(description="Id of the import.")
    category: Literal["audio", "image", "other", "failed"] = pydantic.Field(
        description="Which files these are."
    )
    scanned_at: datetime.datetime | None = pydantic.Field(description="When it began, in UTC.")
    categories: dict[str, SortDocument] = pydantic.Field(
        description="Everything that the scan met; empty when its list is no longer kept."
    )
    files: list[ListedFileDocument] = pydantic.Field(
        description="Files of the category `audio`, `image` or `other`, in the order of the scan."
    )
    errors: list[ImportErrorDocument] = pydantic.Field(
        description="Of the category `failed`: why each file cannot be used, the last first."
    )
    has_more: bool = pydantic.Field(description="Whether there are others behind these.")

    @classmethod
    def listed(cls, session_id: str, sort: FileSort, page: ListingPage, end: int) -> "ImportFiles":
        """The document of a page of what the scan met, which ends at a number."""
        tally = page.tallies.get(sort)
        return cls(
            session_id=session_id,
            category=sort.value,
            scanned_at=page.scanned_at,
            categories={
                name.value: SortDocument(files=t.files, size_bytes=t.size_bytes)
                for name, t in page.tallies.items()
            },
            files=[ListedFileDocument.of(file) for file in page.files],
            errors=[],
            has_more=tally is not None and end < tally.files,
        )


def without_paths(fact: str) -> str:
    """A sentence of an error without the paths of the machine that may be in it."""
    return " ".join(word if "/" not in word else "…" for word in fact.split(" "))


def _elapsed_s(view: ImportView) -> float:
    session = view.session
    if session.started_at is None:
        return 0.0
    end = session.ended_at or view.looked_at
    return max(0.0, round((end - session.started_at).total_seconds(), 3))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _moment(nanoseconds: int) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromtimestamp(nanoseconds // 10**9, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return None
