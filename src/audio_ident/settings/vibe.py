"""What can be set of the vibe lane: its model, where its vectors lie, how answers are mixed."""

from pathlib import Path
from typing import Annotated

import pydantic
from pydantic_settings import BaseSettings

from audio_ident.settings.library import absolute


class VibeSettings(BaseSettings):
    """The settings of what sounds alike."""

    vibe_model: str = pydantic.Field(
        default="timbre",
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
        description="What likeness is measured with: `timbre`, which needs nothing, or a model "
        "that `audio-ident models list` shows. While a new one listens to the library, the one "
        "before answers.",
    )
    vibe_rhythm_weight: float = pydantic.Field(
        default=0.35,
        ge=0,
        le=4,
        description="How much rhythm counts in `timbre`, against sound and harmony as 1: less "
        "finds a mood, 0.7 and more finds the same piece.",
    )
    vibe_most_per_artist: int = pydantic.Field(
        default=3,
        ge=1,
        le=1000,
        description="Tracks of one artist in an answer; requests may say otherwise.",
        json_schema_extra={"unit": "tracks"},
    )
    models_dir: Annotated[Path, pydantic.AfterValidator(absolute)] | None = pydantic.Field(
        default=None,
        description="Folder that holds models; several libraries may share it.",
        json_schema_extra={"default_text": "`models` in `data_dir`"},
    )
    qdrant_url: str = pydantic.Field(
        default="",
        pattern=r"^(https?://[^/@\s?#]+(/[^@\s?#]*)?)?$",
        description="Qdrant server or cluster that holds the vectors, such as "
        "`http://127.0.0.1:6333`; empty keeps them in `data_dir`.",
        json_schema_extra={"default_text": "none"},
    )
    qdrant_api_key: pydantic.SecretStr = pydantic.Field(
        default=pydantic.SecretStr(""),
        description="Key of the Qdrant server.",
        json_schema_extra={"default_text": "none"},
    )
    qdrant_collection: str = pydantic.Field(
        default="audio-ident",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$",
        description="Start of the names of our collections there, one for each space of vectors; "
        "libraries that share a server need one each.",
    )
    qdrant_timeout_s: float = pydantic.Field(
        default=5,
        ge=0.1,
        le=600,
        description="How long an answer of the Qdrant server may take.",
        json_schema_extra={"unit": "seconds"},
    )
