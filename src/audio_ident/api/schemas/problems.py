"""How an error looks."""

from typing import Any

import pydantic


class ErrorEnvelope(pydantic.BaseModel):
    """The error as the first version of the API told it."""

    code: str = pydantic.Field(description="As in `code` of the problem.")
    message: str = pydantic.Field(description="As in `detail` of the problem.")
    details: dict[str, Any] = pydantic.Field(
        description="The same for programs; which members there are depends on the code."
    )


class Problem(pydantic.BaseModel):
    """An error: problem details (RFC 9457) and the original envelope, which say the same."""

    type: str = pydantic.Field(
        description="Path of the explanation of the code at the service, its base path included."
    )
    title: str = pydantic.Field(description="What the status means.")
    status: int = pydantic.Field(description="Status of the answer.", ge=400, le=599)
    detail: str = pydantic.Field(description="What is wrong this time.")
    code: str = pydantic.Field(description="Stable name of the error.", pattern="^[A-Z_]+$")
    remedy: str = pydantic.Field(description="What can be done about it.")
    error: ErrorEnvelope

    model_config = pydantic.ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/api/v1/codes/NOT_FOUND",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "no track has the id 6f1c2a34-0c1e-4c57-9a7b-0f3f1d2b4c5d",
                    "code": "NOT_FOUND",
                    "remedy": "List what there is, and use a name from the list.",
                    "error": {
                        "code": "NOT_FOUND",
                        "message": "no track has the id 6f1c2a34-0c1e-4c57-9a7b-0f3f1d2b4c5d",
                        "details": {},
                    },
                }
            ]
        }
    )
