"""Every operation answers as its description says, whatever it is sent.

Requests are made up by schemathesis from the description; always the same ones, so that a failure
here is a failure everywhere.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from builders.databases import copy_library
from builders.server import serving
from openapi import openapi_document

EXAMPLES = 20
"""Requests for each operation; more find more and take longer."""

MAY_BE_UNAVAILABLE = {
    503: {"SERVICE_UNAVAILABLE", "MODEL_MISSING"},
    504: {"SEARCH_TIMEOUT"},
}
"""What searches may answer: a lane or a model that was asked for is not there, or the machine is
busy."""

SEARCHES = ("/search", "/text-search", "/similar")

REFUSALS = [
    "400",
    "401",
    "403",
    "404",
    "405",
    "409",
    "412",
    "413",
    "414",
    "415",
    "422",
    "429",
    "431",
]

CONFIG = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)

SCHEMA = schemathesis.openapi.from_dict(openapi_document(), config=CONFIG)

EMPTY_IS_LEFT_OUT = {"POST /api/v1/auth/token"}
"""Forms whose optional fields may be empty, as the framework reads forms."""

OPERATIONS = {
    operation.label: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations())
    if not operation.path.endswith("/events")  # they have no end, and tests of their own
}


def no_failure_of_ours(context: CheckContext, response: Response, case: Case) -> None:
    """No request makes the service fail."""
    del context
    if response.status_code < 500:
        return
    code = response.json()["code"]
    assert any(name in case.path for name in SEARCHES), code
    assert code in MAY_BE_UNAVAILABLE[response.status_code]


@pytest.fixture(scope="module")
def exposed(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Client of a service over a copy of the library, which the requests may change."""
    data = copy_library(library, tmp_path_factory.mktemp("contract") / "data")
    with serving(data) as client:
        yield client


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_service_answers_as_described(label: str, exposed: httpx.Client) -> None:
    """Status, type, headers and shape are documented; what the description forbids is refused."""
    operation = OPERATIONS[label]
    checks = [
        no_failure_of_ours,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
    ]
    if label not in EMPTY_IS_LEFT_OUT:
        checks.append(negative_data_rejection)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(*(operation.as_strategy(mode) for mode in _modes(operation))))
    def ask(case: Case) -> None:
        case.call_and_validate(base_url=str(exposed.base_url), checks=checks)

    ask()


def _modes(operation: schemathesis.APIOperation) -> list[GenerationMode]:
    """Also data that the description forbids, where there is anything to send."""
    has_data = bool(list(operation.iter_parameters()) or operation.body)
    return list(GenerationMode) if has_data else [GenerationMode.POSITIVE]
