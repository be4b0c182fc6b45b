"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.accounts import router as accounts
from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.keys import router as keys
from audio_ident.api.routers.setup import router as setup

PLAIN_ROUTERS: tuple[APIRouter, ...] = (health, setup)
"""Those at the root, for whoever watches over the process."""

API_ROUTERS: tuple[APIRouter, ...] = (accounts, keys)
"""Those of the API, below its prefix."""
