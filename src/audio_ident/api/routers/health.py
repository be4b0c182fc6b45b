"""Whether the service is alive, and what it can do at this moment."""

from importlib import metadata

from fastapi import APIRouter

router = APIRouter(tags=["health"])


@router.get("/health/live")
def get_liveness() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": metadata.version("audio-ident")}
