"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.accounts import router as accounts
from audio_ident.api.routers.codes import router as codes
from audio_ident.api.routers.duplicates import router as duplicates
from audio_ident.api.routers.events import router as events
from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.imports import router as imports
from audio_ident.api.routers.ingest import router as ingest
from audio_ident.api.routers.journeys import router as journeys
from audio_ident.api.routers.keys import router as keys
from audio_ident.api.routers.library import router as library
from audio_ident.api.routers.map import router as map_
from audio_ident.api.routers.media import router as media
from audio_ident.api.routers.meta import router as meta
from audio_ident.api.routers.opensubsonic import router as opensubsonic
from audio_ident.api.routers.opensubsonic_media import router as opensubsonic_media
from audio_ident.api.routers.profiles import router as profiles
from audio_ident.api.routers.reference import router as reference
from audio_ident.api.routers.roots import router as roots
from audio_ident.api.routers.search import router as search
from audio_ident.api.routers.setup import router as setup
from audio_ident.api.routers.track_edits import router as track_edits
from audio_ident.api.routers.tracklists import router as tracklists
from audio_ident.api.routers.tracks import router as tracks
from audio_ident.api.routers.vibe import router as vibe

PLAIN_ROUTERS: tuple[APIRouter, ...] = (
    health,
    setup,
    reference,
    opensubsonic,
    opensubsonic_media,
)
"""Those at the root, for whoever watches over the process, and for players of other programs."""

API_ROUTERS: tuple[APIRouter, ...] = (
    meta,
    codes,
    accounts,
    keys,
    search,
    vibe,
    journeys,
    tracklists,
    tracks,
    track_edits,
    duplicates,
    media,
    imports,
    events,
    ingest,
    roots,
    library,
    map_,
    profiles,
)
"""Those of the API, below its prefix."""
