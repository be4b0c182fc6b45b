"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.media import router as media

PLAIN_ROUTERS: tuple[APIRouter, ...] = (health,)
"""Those at the root, for whoever watches over the process."""

API_ROUTERS: tuple[APIRouter, ...] = (media,)
"""Those of the API, below its prefix."""
