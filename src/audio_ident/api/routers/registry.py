"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.search import router as search
from audio_ident.api.routers.tracklists import router as tracklists

PLAIN_ROUTERS: tuple[APIRouter, ...] = (health,)
"""Those at the root, for whoever watches over the process."""

API_ROUTERS: tuple[APIRouter, ...] = (search, tracklists)
"""Those of the API, below its prefix."""
