"""What codes mean: open to everybody, because errors lead here whoever meets them."""

from typing import Annotated

from fastapi import APIRouter, Path

from audio_ident.api.problems import problems
from audio_ident.api.schemas.library import CodeInfo, CodeList, code_info
from audio_ident.errors import NotFound
from audio_ident.model.codes import CODES, find_code

router = APIRouter(prefix="/codes", tags=["library"])


@router.get("")
def list_codes() -> CodeList:
    """Every code that an error, a warning or an outcome can have."""
    return CodeList(data=[code_info(code) for code in CODES])


@router.get("/{code}", responses=problems(NotFound))
def get_code(
    code: Annotated[str, Path(max_length=100, description="The code.", examples=["EMPTY_FILE"])],
) -> CodeInfo:
    """What one code means and what can be done about it; the `type` of errors leads here."""
    found = find_code(code)
    if found is None:
        raise NotFound("there is no such code")
    return code_info(found)
