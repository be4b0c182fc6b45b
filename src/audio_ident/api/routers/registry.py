"""All routers, in the order of the documentation."""

from fastapi import APIRouter

from audio_ident.api.routers.health import router as health

ROUTERS: tuple[APIRouter, ...] = (health,)
