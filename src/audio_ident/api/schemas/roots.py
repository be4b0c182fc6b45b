"""Roots, and the folders in them that can be chosen."""

import pydantic

from audio_ident.api.schemas.imports import LONGEST_PATH
from audio_ident.ingest.music_folders import FolderView, RootView
from audio_ident.library.path_text import path_to_shown


class RootOrder(pydantic.BaseModel):
    """A folder to be made a root."""

    model_config = pydantic.ConfigDict(extra="forbid")

    path: str = pydantic.Field(
        min_length=1,
        max_length=LONGEST_PATH,
        description="Absolute path on the machine of the service.",
        examples=["/srv/music"],
    )


class RootDocument(pydantic.BaseModel):
    """A root as it is at this moment."""

    id: int = pydantic.Field(description="Its id.", examples=[1])
    name: str = pydantic.Field(description="Its last folder, for people.", examples=["music"])
    kind: str = pydantic.Field(
        description="`folder`, or `uploads` for the copies of what was uploaded.",
        examples=["folder"],
    )
    state: str = pydantic.Field(
        description="`present`, or `missing` when its disk may not be mounted.",
        examples=["present"],
    )
    is_importable: bool = pydantic.Field(
        description="Whether requests may import it.", examples=[True]
    )
    files_present: int = pydantic.Field(
        description="Files that were there when they were last looked for.", examples=[480]
    )
    files_missing: int = pydantic.Field(description="Files that were not.", examples=[2])
    path: str | None = pydantic.Field(
        description="Its absolute path; null for callers without the scope `admin`.",
        examples=[None],
    )

    @classmethod
    def of(cls, view: RootView, *, with_path: bool) -> "RootDocument":
        """The document of a root."""
        root = view.root
        return cls(
            id=root.id,
            name=path_to_shown(root.path.rstrip("/").rpartition("/")[2]) or "/",
            kind=root.kind.value,
            state="present" if view.is_there else "missing",
            is_importable=view.is_allowed,
            files_present=view.files_present,
            files_missing=view.files_missing,
            path=path_to_shown(root.path) if with_path else None,
        )


class RootList(pydantic.BaseModel):
    """Every root."""

    data: list[RootDocument] = pydantic.Field(description="The roots, by path.")


class FolderDocument(pydantic.BaseModel):
    """A folder that can be chosen."""

    name: str = pydantic.Field(description="Its name.", examples=["Björk"])
    path: str = pydantic.Field(
        description="Its path below the root, to be sent in orders.", examples=["Björk"]
    )
    audio_files: int = pydantic.Field(
        description="Files with names of music that lie in it directly; counting ends at 2000.",
        examples=[12],
    )
    has_folders: bool = pydantic.Field(
        description="Whether there are folders in it.", examples=[True]
    )

    @classmethod
    def of(cls, view: FolderView, parent: str) -> "FolderDocument":
        """The document of a folder that lies in another one."""
        name = path_to_shown(view.name)
        return cls(
            name=name,
            path=f"{parent.strip('/')}/{name}".lstrip("/"),
            audio_files=view.audio_files,
            has_folders=view.has_folders,
        )


class FolderList(pydantic.BaseModel):
    """Some of the folders in a folder."""

    data: list[FolderDocument] = pydantic.Field(description="The folders, by name.")
    next_cursor: str | None = pydantic.Field(
        description="To be sent as `cursor` for those behind; null when there are none.",
        examples=[None],
    )
