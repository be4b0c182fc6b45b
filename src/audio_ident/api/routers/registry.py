"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.events import router as events
from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.imports import router as imports
from audio_ident.api.routers.roots import router as roots

PLAIN_ROUTERS: tuple[APIRouter, ...] = (health,)
"""Those at the root, for whoever watches over the process."""

API_ROUTERS: tuple[APIRouter, ...] = (imports, events, roots)
"""Those of the API, below its prefix."""
