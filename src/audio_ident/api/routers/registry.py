"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.duplicates import router as duplicates
from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.library import router as library
from audio_ident.api.routers.profiles import router as profiles
from audio_ident.api.routers.track_edits import router as track_edits
from audio_ident.api.routers.tracks import router as tracks

PLAIN_ROUTERS: tuple[APIRouter, ...] = (health,)
"""Those at the root, for whoever watches over the process."""

API_ROUTERS: tuple[APIRouter, ...] = (
    tracks,
    track_edits,
    duplicates,
    library,
    profiles,
)
"""Those of the API, below its prefix."""
