"""What lists of tracks can be read as."""

import enum
from typing import Annotated

import pydantic
from fastapi import Query

_MEANING = "As JSON, or as a play list of addresses of this service."


class AnswerFormat(enum.StrEnum):
    """What a list of tracks can be read as."""

    JSON = "json"
    M3U8 = "m3u8"
    JSPF = "jspf"


class FormatFields(pydantic.BaseModel):
    """Part of a query: what the answer is to be read as."""

    answer_format: AnswerFormat = pydantic.Field(
        AnswerFormat.JSON, alias="format", description=_MEANING, examples=["m3u8"]
    )


FormatOfRequest = Annotated[
    AnswerFormat, Query(alias="format", description=_MEANING, examples=["m3u8"])
]
"""For routes whose question is a body."""
