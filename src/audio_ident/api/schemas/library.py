"""The library as a whole, what cannot be used of it, and what can be told to an import."""

import datetime
from collections.abc import Sequence
from typing import Annotated, Any

import pydantic
from fastapi import Query

from audio_ident.api.schemas.paging import PageQuery, PaginatedResponse, pagination_of
from audio_ident.api.texts import told
from audio_ident.model.browse import LibraryAmounts, ListState, Page
from audio_ident.model.codes import Code, remedy_of
from audio_ident.model.filling import SpaceCoverage
from audio_ident.model.library import FileError, FileState
from audio_ident.model.parameters import PARAMETERS, Parameter, values_of
from audio_ident.model.sessions import Profile, StoredSession
from audio_ident.units import ticks_to_seconds


class ImportOutcome(pydantic.BaseModel):
    """How an import ended."""

    session_id: str = pydantic.Field(description="Id of the import.")
    state: str = pydantic.Field(description="How it ended.", examples=["completed"])
    ended_at: datetime.datetime | None = pydantic.Field(description="When it ended.")
    files_found: int = pydantic.Field(description="Files on its list.")
    files_done: int = pydantic.Field(description="Files that it worked on.")
    files_failed: int = pydantic.Field(description="Files that it could not use.")


class SpaceInfo(pydantic.BaseModel):
    """How far the library has been listened to, for what sounds alike."""

    space: str = pydantic.Field(
        description="Name of the space of vectors.", examples=["timbre-1-r35"]
    )
    model: str = pydantic.Field(
        description="What made its vectors.", examples=["timbre-118", "laion/clap-htsat-unfused"]
    )
    is_answering: bool = pydantic.Field(description="Whether its vectors answer.")
    is_wanted: bool = pydantic.Field(description="Whether the settings ask for it.")
    recordings: int = pydantic.Field(
        description="Recordings that are in it, and those that it cannot have.", examples=[19870]
    )
    wanted_recordings: int = pydantic.Field(
        description="Recordings that belong into it.", examples=[20012]
    )
    failed_recordings: int = pydantic.Field(description="Recordings that it cannot have.")


class LibraryInfo(pydantic.BaseModel):
    """How much there is in the library."""

    tracks: int = pydantic.Field(description="Tracks that lists show.", examples=[20134])
    missing_tracks: int = pydantic.Field(description="Tracks whose files were not found lately.")
    hidden_tracks: int = pydantic.Field(description="Tracks that somebody took out.")
    duration_seconds: float = pydantic.Field(description="Length of what lists show.")
    duration_hours: float = pydantic.Field(description="The same in hours.", examples=[1384.2])
    artists: int = pydantic.Field(description="Artists.")
    albums: int = pydantic.Field(description="Albums.")
    genres: int = pydantic.Field(description="Genres.")
    codecs: dict[str, int] = pydantic.Field(
        description="Tracks that lists show, by encoding.", examples=[{"flac": 120, "mp3": 30}]
    )
    files: int = pydantic.Field(description="Files that are there.")
    missing_files: int = pydantic.Field(description="Files that were not found lately.")
    failed_files: int = pydantic.Field(description="Failed steps of files; see `/errors`.")
    size_bytes: int = pydantic.Field(description="Size of the files that are there.")
    last_import: ImportOutcome | None = pydantic.Field(description="The import that ended last.")
    spaces: list[SpaceInfo] = pydantic.Field(
        description="How far the library has been listened to, for what sounds alike."
    )


class FileErrorInfo(pydantic.BaseModel):
    """Why a file cannot be used, as things stand now."""

    root_id: int = pydantic.Field(description="Imported folder that it lies in.")
    relative_path: str = pydantic.Field(description="Where it lies below that folder.")
    stage: str = pydantic.Field(description="What failed.", examples=["analysis"])
    code: str = pydantic.Field(description="What went wrong.", examples=["DECODE_ERROR"])
    fact: str = pydantic.Field(description="The same for people.")
    remedy: str = pydantic.Field(description="What can be done about it.")
    attempts: int = pydantic.Field(description="How often it was tried.")
    is_retryable: bool = pydantic.Field(description="Whether trying again may help.")
    occurred_at: datetime.datetime | None = pydantic.Field(description="When it failed last.")


class FileErrorPage(PaginatedResponse[FileErrorInfo]):
    """One page of files that cannot be used."""


class CodeInfo(pydantic.BaseModel):
    """What a code means."""

    code: str = pydantic.Field(description="The code.", examples=["DECODE_ERROR"])
    severity: str = pydantic.Field(
        description="`warn`, `skip_file`, `abort` or `outcome`.", examples=["skip_file"]
    )
    is_retryable: bool = pydantic.Field(description="Whether trying again may help.")
    meaning: str = pydantic.Field(description="What happened.")
    remedy: str = pydantic.Field(description="What can be done about it.")
    http_status: int | None = pydantic.Field(
        description="Status of an answer with it; null for what is only noted.", examples=[400]
    )


class CodeList(pydantic.BaseModel):
    """Every code, by name."""

    data: list[CodeInfo] = pydantic.Field(description="The codes.")


class ParameterInfo(pydantic.BaseModel):
    """What an import can be told."""

    name: str = pydantic.Field(description="The parameter.", examples=["workers"])
    type: str = pydantic.Field(
        description="`boolean` or `integer`.",
        examples=["integer"],
        json_schema_extra={"enum": ["boolean", "integer"]},
    )
    default: bool | int | None = pydantic.Field(description="Value where nothing is said.")
    unit: str = pydantic.Field(description="Unit; empty for a claim.", examples=["processes"])
    least: int | None = pydantic.Field(description="Least value; null for a claim.")
    greatest: int | None = pydantic.Field(description="Greatest value; null for a claim.")
    effect: str = pydantic.Field(
        description="`now`, `next_analysis` or `re-analysis`.", examples=["now"]
    )
    meaning: str = pydantic.Field(description="What it does.")


class ParameterList(pydantic.BaseModel):
    """Every parameter of an import."""

    data: list[ParameterInfo] = pydantic.Field(description="The parameters.")


def _declared(parameter: Parameter) -> tuple[Any, Any]:
    least, greatest = parameter.range or (None, None)
    kind: Any = parameter.kind
    field = pydantic.Field(
        parameter.default, strict=True, ge=least, le=greatest, description=parameter.meaning
    )
    return (kind | None if parameter.default is None else kind), field


_FIELDS: dict[str, Any] = {parameter.name: _declared(parameter) for parameter in PARAMETERS}

ParameterValues: Any = pydantic.create_model(
    "ParameterValues", __config__=pydantic.ConfigDict(extra="forbid"), **_FIELDS
)
"""Made from the table of parameters, so that a new one comes along by itself."""

_Path = Annotated[
    str, pydantic.StringConstraints(min_length=1, max_length=4096, pattern=r"^/[^\x00]*$")
]


class ProfileBody(pydantic.BaseModel):
    """Folders and parameters to be kept under a name."""

    model_config = pydantic.ConfigDict(extra="forbid")

    folders: Annotated[list[_Path], pydantic.Field(min_length=1, max_length=100)] = pydantic.Field(
        description="Absolute paths on the server.", examples=[["/music"]]
    )
    parameters: ParameterValues = pydantic.Field(
        default_factory=ParameterValues,
        description="Values by name, see `/parameters`; the others keep their defaults.",
        examples=[{"thorough": True}],
    )


class ProfileInfo(pydantic.BaseModel):
    """Folders and parameters under a name."""

    name: str = pydantic.Field(description="Name of the profile.", examples=["everything"])
    folders: list[str] = pydantic.Field(description="Folders that it imports.")
    parameters: dict[str, Any] = pydantic.Field(description="Values of all parameters.")
    created_at: datetime.datetime = pydantic.Field(description="When it was first kept.")
    last_used_at: datetime.datetime | None = pydantic.Field(description="When it was last used.")


class ProfileList(pydantic.BaseModel):
    """Every profile, by name."""

    data: list[ProfileInfo] = pydantic.Field(description="The profiles.")


class RecentFolderList(pydantic.BaseModel):
    """Folders that were imported last."""

    data: list[str] = pydantic.Field(description="Paths, the last one first.")


class ErrorQuery(PageQuery):
    """Which files that cannot be used a request asks for."""

    code: str | None = pydantic.Field(
        None, pattern="^[A-Z][A-Z_]{1,63}$", description="Only those.", examples=["DECODE_ERROR"]
    )


ErrorQueryOfRequest = Annotated[ErrorQuery, Query()]


def library_info(amounts: LibraryAmounts, spaces: Sequence[SpaceCoverage]) -> LibraryInfo:
    """How much there is."""
    seconds = ticks_to_seconds(amounts.duration_ticks)
    return LibraryInfo(
        tracks=amounts.tracks[ListState.SHOWN],
        missing_tracks=amounts.tracks[ListState.MISSING],
        hidden_tracks=amounts.tracks[ListState.HIDDEN],
        duration_seconds=seconds,
        duration_hours=round(seconds / 3600, 3),
        artists=amounts.artists,
        albums=amounts.albums,
        genres=amounts.genres,
        codecs=dict(amounts.codecs),
        files=amounts.files.get(FileState.PRESENT, 0),
        missing_files=amounts.files.get(FileState.MISSING, 0),
        failed_files=amounts.failed_files,
        size_bytes=amounts.size_bytes,
        last_import=None if amounts.last_import is None else _outcome(amounts.last_import),
        spaces=[_space(one) for one in spaces],
    )


def _space(coverage: SpaceCoverage) -> SpaceInfo:
    return SpaceInfo(
        space=coverage.space.id,
        model=coverage.space.model,
        is_answering=coverage.is_active,
        is_wanted=coverage.is_wanted,
        recordings=coverage.covered,
        wanted_recordings=coverage.wanted,
        failed_recordings=sum(coverage.failures.values()),
    )


def error_page(page: Page[FileError]) -> FileErrorPage:
    """One page of files that cannot be used."""
    return FileErrorPage(
        data=[_file_error(error) for error in page.items], pagination=pagination_of(page)
    )


def code_info(code: Code) -> CodeInfo:
    """What a code means."""
    return CodeInfo(
        code=code.code,
        severity=code.severity,
        is_retryable=code.is_retryable,
        meaning=code.meaning,
        remedy=code.remedy,
        http_status=code.http_status,
    )


def parameter_info(parameter: Parameter) -> ParameterInfo:
    """What an import can be told."""
    least, greatest = parameter.range or (None, None)
    return ParameterInfo(
        name=parameter.name,
        type="boolean" if parameter.kind is bool else "integer",
        default=parameter.default,
        unit=parameter.unit,
        least=least,
        greatest=greatest,
        effect=parameter.effect.value,
        meaning=parameter.meaning,
    )


def profile_info(profile: Profile) -> ProfileInfo:
    """A profile."""
    return ProfileInfo(
        name=profile.name,
        folders=[told(folder) for folder in profile.folders],
        parameters=values_of(profile.parameters),
        created_at=profile.created_at,
        last_used_at=profile.last_used_at,
    )


def _outcome(session: StoredSession) -> ImportOutcome:
    return ImportOutcome(
        session_id=session.id,
        state=session.state.value,
        ended_at=session.ended_at,
        files_found=session.files_found,
        files_done=session.files_done,
        files_failed=session.files_failed,
    )


def _file_error(error: FileError) -> FileErrorInfo:
    return FileErrorInfo(
        root_id=error.root_id,
        relative_path=told(error.relative_path),
        stage=error.stage.value,
        code=error.code,
        fact=told(error.fact),
        remedy=remedy_of(error.code),
        attempts=error.attempts,
        is_retryable=error.is_retryable,
        occurred_at=error.occurred_at,
    )
