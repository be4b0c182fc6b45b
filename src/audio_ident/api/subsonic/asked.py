"""What a player asks: parameters of the address and of a form, all of them texts."""

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from audio_ident.api.limits import URL_ENCODED
from audio_ident.api.schemas.track_queries import storable
from audio_ident.api.subsonic.errors import SubsonicCode, SubsonicRefused
from audio_ident.errors import NotFound
from audio_ident.model.library import TrackId

_MOST_PARAMETERS = 200
_GREATEST = 2**31 - 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters of one request; of several of one name the first counts."""

    parameters: Mapping[str, str] = dataclasses.field(repr=False)
    """Not shown anywhere: passwords and keys are among them."""

    @property
    def form(self) -> str:
        """`json` or `xml`."""
        return "json" if self.parameters.get("f") == "json" else "xml"

    def text(self, name: str) -> str:
        """A parameter that has to be there."""
        value = self.parameters.get(name)
        if value is None:
            raise SubsonicRefused(SubsonicCode.MISSING, f"the parameter {name} is missing")
        return storable(value)

    def number(self, name: str, usual: int) -> int:
        """A whole number that is not negative, or what is usual."""
        value = self.parameters.get(name) or str(usual)
        if not (value.isascii() and value.isdecimal() and len(value) <= len(str(_GREATEST))):
            raise SubsonicRefused(SubsonicCode.GENERIC, f"the parameter {name} is no number")
        return min(int(value), _GREATEST)

    def song_id(self, name: str = "id") -> TrackId:
        """Id of a song; raises `NotFound` for what cannot be one."""
        try:
            return TrackId(str(uuid.UUID(self.text(name))))
        except ValueError:
            raise NotFound("no song has this id") from None


async def get_asked(request: Request) -> Asked:
    """What a request asks; a form counts where the address does not say."""
    parameters: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        parameters.setdefault(name, value)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == URL_ENCODED:
        body = (await request.body()).decode("utf-8", "replace")
        try:
            pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        except ValueError:
            raise SubsonicRefused(SubsonicCode.GENERIC, "the form has too many fields") from None
        for name, value in pairs:
            parameters.setdefault(name, value)
    asked = Asked(parameters=parameters)
    request.state.subsonic_form = asked.form
    return asked


AskedByPlayer = Annotated[Asked, Depends(get_asked)]
