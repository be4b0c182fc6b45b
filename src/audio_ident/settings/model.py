"""Every setting with its default, unit, range and environment name; there is no global instance."""

import pydantic
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from audio_ident.settings.library import LibrarySettings
from audio_ident.settings.service import ServiceSettings
from audio_ident.settings.vibe import VibeSettings

PREFIX = "AUDIO_IDENT_"
"""Start of the name of every environment variable that we read."""


class Settings(LibrarySettings, ServiceSettings, VibeSettings):
    """What a person can set; `docs/reference/settings.md` is made from this class."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take given values only: `load_settings` merges the layers, to know their origin."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def environment_name(name: str) -> str:
    """Environment variable of a setting."""
    return PREFIX + name.upper()


def secret_names() -> frozenset[str]:
    """Settings that nobody may see."""
    fields = Settings.model_fields.items()
    return frozenset(name for name, field in fields if field.annotation is pydantic.SecretStr)


def file_variables() -> dict[str, str]:
    """Secrets, by the environment variable that names a file with one."""
    return {f"{environment_name(name)}_FILE": name for name in sorted(secret_names())}


def allowed_values(name: str) -> str:
    """What a setting may be, such as `1 to 256`; empty when any value of its type may be."""
    schema = Settings.model_json_schema()["properties"][name]
    if "minimum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return ", ".join(f"`{value}`" for value in schema.get("enum", ()))
