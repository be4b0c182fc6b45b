"""The description of the API is whole, and the one that is stored."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from audio_ident.api.openapi import TAGS
from audio_ident.model.codes import CODES
from openapi import openapi_document

DOCUMENT = openapi_document()

Operation = dict[str, Any]


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation with its name."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


OPERATIONS = dict(operations())


def test_a_running_service_answers_the_stored_description(client: httpx.Client) -> None:
    """Byte for byte the same content."""
    assert client.get("/openapi.json").json() == DOCUMENT


def test_names_of_operations_are_unique() -> None:
    """Generated clients have a function for each."""
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_described(name: str) -> None:
    """With a known group, a text, and all its errors in the one shape."""
    operation = OPERATIONS[name]
    known = {code.code for code in CODES}

    assert set(operation["tags"]) <= set(TAGS)
    assert operation.get("description") or operation["summary"]
    assert {"400", "421", "431", "500", "503"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        if status >= "400" and "application/problem+json" in response["content"]:
            assert list(response["content"]) == ["application/problem+json"]
            assert set(response["description"].split(", ")) <= known


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_parameter_has_a_meaning(name: str) -> None:
    """A person can tell from the page what to send."""
    for parameter in OPERATIONS[name].get("parameters", ()):
        assert parameter.get("description"), parameter["name"]


def test_no_other_shape_of_errors_is_described() -> None:
    """That of the framework is never answered."""
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]


def test_the_description_is_of_the_newest_version() -> None:
    """OpenAPI 3.1, which is JSON Schema."""
    assert DOCUMENT["openapi"].startswith("3.1")


def test_the_page_for_people_has_every_operation(client: httpx.Client) -> None:
    """It loads nothing from anywhere, so it works without a network."""
    answer = client.get("/docs")

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    for operation in OPERATIONS.values():
        assert f'id="{operation["operationId"]}"' in answer.text
