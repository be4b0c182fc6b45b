"""Named imports, and the folders that were imported last."""

from pathlib import Path as FolderPath
from typing import Annotated

from fastapi import APIRouter, Path

from audio_ident.api.access import allowed
from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.problems import problems
from audio_ident.api.schemas.library import (
    ProfileBody,
    ProfileInfo,
    ProfileList,
    RecentFolderList,
    profile_info,
)
from audio_ident.api.texts import told
from audio_ident.errors import BadInput, NotFound
from audio_ident.model.accounts import Scope
from audio_ident.model.parameters import make_parameters
from audio_ident.refusals import ValidationFailed

router = APIRouter(tags=["imports"], dependencies=[allowed(Scope.IMPORT)])

NameInPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f/]+$",
        description="Name of a profile.",
        examples=["everything"],
    ),
]


@router.get("/profiles")
def list_profiles(service: ServiceOfApp) -> ProfileList:
    """Every profile, by name."""
    return ProfileList(data=[profile_info(profile) for profile in service.browsing.book.profiles()])


@router.get("/profiles/{name}", responses=problems(NotFound, ValidationFailed))
def get_profile(service: ServiceOfApp, name: NameInPath) -> ProfileInfo:
    """The profile with a name."""
    return profile_info(service.browsing.book.profile(told(name)))


@router.put("/profiles/{name}", responses=problems(BadInput, ValidationFailed))
def save_profile(service: ServiceOfApp, name: NameInPath, profile: ProfileBody) -> ProfileInfo:
    """The profile, instead of what its name meant before."""
    folders = [FolderPath(folder) for folder in profile.folders]
    parameters = make_parameters(profile.parameters.model_dump(exclude_unset=True))
    return profile_info(service.browsing.book.save_profile(told(name), folders, parameters))


@router.delete(
    "/profiles/{name}",
    status_code=204,
    response_model=None,
    responses=problems(NotFound, ValidationFailed),
)
def remove_profile(service: ServiceOfApp, name: NameInPath) -> None:
    """Nothing; the profile is forgotten, and the music and the library are as they were."""
    service.browsing.book.remove_profile(told(name))


@router.get("/folders/recent")
def list_recent_folders(service: ServiceOfApp) -> RecentFolderList:
    """The last five folders that were imported."""
    return RecentFolderList(
        data=[told(folder) for folder in service.browsing.book.recent_folders()]
    )
