"""What the program tells of itself."""

from importlib import metadata

from fastapi import APIRouter

from audio_ident.api.schemas.health import BuildVersion
from audio_ident.wiring.build import build_time, git_sha

router = APIRouter(tags=["health"])


@router.get("/version")
def get_version() -> BuildVersion:
    """Name, version and build of the program."""
    return BuildVersion(
        name="audio-ident",
        version=metadata.version("audio-ident"),
        git_sha=git_sha(),
        build_time=build_time(),
    )
