"""Requests to Qdrant, read as strictly as the client's own typed models can be made to read them.

A server that does not know a key may leave it out of account without a word: a misspelled filter
would then find everything. Here every key, at every level, has to be known.
"""

import dataclasses
import json
import re
import typing
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

import pydantic
from qdrant_client import models

_NAME = r"/collections/(?P<name>[^/]+)"

OPERATIONS: Mapping[tuple[str, str], Any] = {
    ("GET", r"/collections"): None,
    ("GET", _NAME + "/exists"): None,
    ("GET", _NAME): None,
    ("PUT", _NAME): models.CreateCollection,
    ("DELETE", _NAME): None,
    ("PUT", _NAME + "/index"): models.CreateFieldIndex,
    ("PUT", _NAME + "/points"): models.PointInsertOperations,
    ("POST", _NAME + "/points/batch"): models.UpdateOperations,
    ("POST", _NAME + "/points/delete"): models.PointsSelector,
    ("POST", _NAME + "/points/query/groups"): models.QueryGroupsRequest,
    ("POST", _NAME + "/points/scroll"): models.ScrollRequest,
}
"""What the body of each operation is; None for those without one."""

CHANGES = {("PUT", "/index"), ("PUT", "/points"), ("POST", "/batch"), ("POST", "/points/delete")}
"""Operations that are to be waited for."""


class UnreadableRequest(Exception):
    """A request that a Qdrant server would refuse, or understand in another way."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """One request, understood."""

    method: str
    path: str
    """As a pattern of `OPERATIONS`, without the collection: `/points/scroll`."""
    collection: str | None
    headers: Mapping[str, str]
    body: Any
    """A typed model, None when the operation has no body."""


def read_request(method: str, target: str, headers: Mapping[str, str], sent: bytes) -> ReadRequest:
    """A request as typed models."""
    parts = urllib.parse.urlsplit(target)
    for (known_method, pattern), model in OPERATIONS.items():
        match = re.fullmatch(pattern, parts.path)
        if match and method == known_method:
            collection = match.groupdict().get("name")
            path = parts.path if collection is None else parts.path.split("/", 3)[3:]
            short = path if isinstance(path, str) else "".join(f"/{part}" for part in path)
            _read_parameters(method, short, parts.query)
            return ReadRequest(
                method=method,
                path=short,
                collection=None if collection is None else urllib.parse.unquote(collection),
                headers=headers,
                body=read_body(model, sent),
            )
    raise UnreadableRequest(f"no operation {method} {parts.path}")


def _read_parameters(method: str, path: str, query: str) -> None:
    is_change = any(method == known and path.endswith(end) for known, end in CHANGES)
    expected = [("wait", "true")] if is_change else []
    if urllib.parse.parse_qsl(query, keep_blank_values=True) != expected:
        raise UnreadableRequest(f"{method} {path} with the parameters {query!r}")


def read_body(model: Any, sent: bytes) -> Any:
    """A body as its typed model: numbers as numbers, enumerations as spelt, no unknown key."""
    if model is None:
        if sent:
            raise UnreadableRequest("a body where none belongs")
        return None
    try:
        read = pydantic.TypeAdapter(model).validate_json(sent, strict=True)
    except pydantic.ValidationError as error:
        raise UnreadableRequest(str(error)) from None
    _expect_conditions_that_say_something(read)
    understood = pydantic.TypeAdapter(model).dump_python(
        read, mode="json", by_alias=True, exclude_unset=True
    )
    if json.loads(sent) != understood:
        raise UnreadableRequest("something of the body was left out of account")
    return read


def dump(model: Any) -> Any:
    """A model as the JSON that a server writes."""
    return pydantic.TypeAdapter(type(model)).dump_python(model, mode="json", by_alias=True)


def _expect_conditions_that_say_something(read: Any) -> None:
    for model in parts_of(read):
        if isinstance(model, models.FieldCondition):
            said = model.model_dump(exclude_none=True).keys() - {"key"}
            if len(said) != 1:
                raise UnreadableRequest(f"a condition on {model.key} that says {sorted(said)}")


def parts_of(value: Any) -> Iterator[pydantic.BaseModel]:
    """A model and all models in it."""
    if isinstance(value, pydantic.BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from parts_of(getattr(value, name))
    elif isinstance(value, list | tuple):
        for held in value:
            yield from parts_of(held)


def open_models(model: Any) -> set[str]:
    """Names of the models that a body may consist of and that would accept unknown keys."""
    seen: set[Any] = set()
    found = set()
    waiting = [model]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, pydantic.BaseModel) and kind not in seen:
            seen.add(kind)
            if kind.model_config.get("extra") != "forbid":
                found.add(kind.__name__)
            waiting += [field.annotation for field in kind.model_fields.values()]
        waiting += typing.get_args(kind)
    return found
