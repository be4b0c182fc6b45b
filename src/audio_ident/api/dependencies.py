"""What routes are given: the use cases of the application they run in."""

from typing import Annotated, cast

from fastapi import Depends, Request

from audio_ident.wiring.service import Service


def get_service(request: Request) -> Service:
    """The service that the lifespan of the application opened."""
    return cast(Service, request.app.state.service)


ServiceOfApp = Annotated[Service, Depends(get_service)]
