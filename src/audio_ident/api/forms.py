"""Forms with a recording in them: documented, received into the spool, checked."""

from collections.abc import AsyncIterator
from typing import Any, TypeVar

import pydantic
from fastapi import Request
from fastapi.exceptions import RequestValidationError

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.uploads import FILE_PART, Received, received

_Fields = TypeVar("_Fields", bound=pydantic.BaseModel)


def form_body(fields: type[pydantic.BaseModel], description: str) -> dict[str, Any]:
    """Documentation of a form that is received by `uploads.received`."""
    schema = fields.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    audio = {"type": "string", "format": "binary", "description": description}
    properties = {FILE_PART: audio, **schema["properties"]}
    body = {"type": "object", "required": [FILE_PART], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}}}


def fields_of(model: type[_Fields], upload: Received) -> _Fields:
    """The fields of a form, checked as those of any other body."""
    try:
        return model.model_validate(upload.fields)
    except pydantic.ValidationError as error:
        problems = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(problems) from error


async def recording(request: Request, service: ServiceOfApp) -> AsyncIterator[Received]:
    """Dependency that receives a recording of any length, and removes what is left of it after."""
    with service.asking.spool.new_path() as path:
        async with received(request, path, service.settings.max_upload_bytes) as upload:
            yield upload
