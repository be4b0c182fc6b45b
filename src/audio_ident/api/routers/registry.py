"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.accounts import router as accounts
from audio_ident.api.routers.health import router as health
from audio_ident.api.routers.keys import router as keys
from audio_ident.api.routers.meta import router as meta
from audio_ident.api.routers.search import router as search

PLAIN_ROUTERS: tuple[APIRouter, ...] = (health,)
"""Those at the root, for whoever watches over the process."""

API_ROUTERS: tuple[APIRouter, ...] = (meta, accounts, keys, search)

"""Those of the API, below its prefix."""
