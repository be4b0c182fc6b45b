"""The description of the API, for people."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from audio_ident.api.reference_page import PAGE_POLICY, reference_page

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def show_reference(request: Request) -> HTMLResponse:
    """Every operation with its parameters and answers."""
    page = reference_page(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY})
