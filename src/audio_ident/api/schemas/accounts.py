"""What people and programs send and get about accounts."""

import datetime
import uuid
from typing import Annotated, Literal, TypeAlias

import pydantic
from pydantic import Field

from audio_ident.model.accounts import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    ApiKey,
    LogIn,
    LogInKind,
    Scope,
)

UserName: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Name of the owner; capitals make no difference.",
        examples=["kim"],
    ),
]

NewPassword: TypeAlias = Annotated[
    pydantic.SecretStr,
    Field(
        min_length=SHORTEST_PASSWORD,
        max_length=LONGEST_PASSWORD,
        description="Password from now on.",
        examples=["eleven wet geese"],
    ),
]

Password: TypeAlias = Annotated[
    pydantic.SecretStr,
    Field(
        min_length=1,
        max_length=LONGEST_PASSWORD,
        description="Present password.",
        examples=["eleven wet geese"],
    ),
]

SetupToken: TypeAlias = Annotated[
    pydantic.SecretStr,
    Field(
        min_length=1,
        max_length=200,
        description="What follows `token=` in the link that `audio-ident serve` or "
        "`audio-ident owner reset` printed.",
        examples=["wJ8c0bq3V3mVtRSHlVJtqkC1rS8a0o3bXhZVwP7yq2E"],
    ),
]

KeyName: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        description="What the key is for; no two keys have one name.",
        examples=["phone"],
    ),
]


class Registration(pydantic.BaseModel):
    """Becoming the owner."""

    username: UserName
    password: NewPassword
    setup_token: SetupToken


class LogInRequest(pydantic.BaseModel):
    """Logging in with a browser."""

    username: UserName
    password: Password


class TokenRequest(pydantic.BaseModel):
    """Logging in with a program, as OAuth2 words it; what else OAuth2 may send is ignored."""

    grant_type: Literal["password"] = Field(
        default="password", description="The only kind of grant there is."
    )
    username: UserName
    password: Password


class PasswordChange(pydantic.BaseModel):
    """Another password."""

    password: Password
    new_password: NewPassword


class TokenAnswer(pydantic.BaseModel):
    """A token for `Authorization: Bearer`."""

    access_token: str = Field(
        description="The token; it lasts as long as a log-in, from the last use.",
        examples=["wJ8c0bq3V3mVtRSHlVJtqkC1rS8a0o3bXhZVwP7yq2E"],
    )
    token_type: Literal["bearer"] = Field(default="bearer", description="How it is sent.")
    expires_in: int = Field(description="Seconds without a use after which it ends.")


class Standing(pydantic.BaseModel):
    """Who asks, and what that lets them do."""

    is_logged_in: bool = Field(description="Whether the service knows who asks.")
    name: str | None = Field(
        description="Who asks: the owner, `key:` and the name of a key, or `local`.",
        examples=["kim"],
    )
    scopes: list[Scope] = Field(description="What they may do.")
    log_in_id: uuid.UUID | None = Field(description="The log-in that the request belongs to.")
    has_owner: bool = Field(description="Whether the set-up is done.")
    is_open: bool = Field(
        description="Whether everybody on this machine may do everything, without logging in."
    )


class LogInEntry(pydantic.BaseModel):
    """A browser or a program in which the owner is logged in."""

    id: uuid.UUID = Field(description="Names the log-in.")
    kind: LogInKind = Field(description="Proven by a cookie (`browser`) or sent as `token`.")
    address: str = Field(description="Where it was begun from.", examples=["192.168.1.20"])
    agent: str = Field(
        description="What the browser calls itself; untrue if it likes.",
        examples=["Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"],
    )
    created_at: datetime.datetime = Field(description="When it was begun.")
    seen_at: datetime.datetime = Field(description="Last visit, to the minute.")
    expires_at: datetime.datetime = Field(description="When it ends without another visit.")
    is_this: bool = Field(description="Whether it is the one that asks.")


class LogInList(pydantic.BaseModel):
    """Where the owner is logged in."""

    sessions: list[LogInEntry] = Field(description="The last seen first.")


class NewKey(pydantic.BaseModel):
    """A key to be made."""

    name: KeyName
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=len(Scope),
        description="What it may do; none includes another.",
        examples=[["read"]],
    )
    expires_at: pydantic.AwareDatetime | None = Field(
        default=None,
        description="When it ends by itself; without it, never.",
        examples=["2030-01-01T00:00:00Z"],
    )


class KeyEntry(pydantic.BaseModel):
    """A key, without its secret, which is kept nowhere."""

    id: uuid.UUID = Field(description="Names the key.")
    name: KeyName
    hint: str = Field(description="How the secret begins.", examples=["aid_q7Rk"])
    scopes: list[Scope] = Field(description="What it may do.", examples=[["read"]])
    created_at: datetime.datetime = Field(description="When it was made.")
    expires_at: datetime.datetime | None = Field(description="When it ends by itself.")
    used_at: datetime.datetime | None = Field(description="Last use, to the minute.")


class KeyMade(KeyEntry):
    """A new key, with its secret, this once."""

    key: str = Field(
        description="The secret, for `Authorization: Bearer` or `X-Api-Key`; never shown again.",
        examples=["aid_q7RkwJ8c0bq3V3mVtRSHlVJtqkC1rS8a0o3bXhZVwP7"],
    )


class KeyList(pydantic.BaseModel):
    """All keys."""

    keys: list[KeyEntry] = Field(description="By name, expired ones too.")


def log_in_entry(log_in: LogIn, *, of_caller: str | None) -> LogInEntry:
    """A log-in as it is told to the caller, who has one of their own or none."""
    return LogInEntry(
        id=uuid.UUID(log_in.id),
        kind=log_in.kind,
        address=log_in.address,
        agent=log_in.agent,
        created_at=log_in.created_at,
        seen_at=log_in.seen_at,
        expires_at=log_in.expires_at,
        is_this=log_in.id == of_caller,
    )


def key_entry(key: ApiKey) -> KeyEntry:
    """A key as it is told."""
    return KeyEntry(
        id=uuid.UUID(key.id),
        name=key.name,
        hint=key.hint,
        scopes=sorted(key.scopes),
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_at=key.used_at,
    )
