"""Every operation answers as its description says, whatever it is sent.

Requests are made up by schemathesis from the description; always the same ones, so that a failure
here is a failure everywhere.
"""

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from openapi import openapi_document

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]

EXAMPLES = 25
"""Requests for each operation and kind of data; more find more and take longer."""

schema = schemathesis.openapi.from_dict(openapi_document())
STREAMS = r".*/events$"


@schema.exclude(path_regex=STREAMS).parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_the_service_answers_as_described(case: Case, client: httpx.Client) -> None:
    """Status, type, headers and shape are documented; nothing is a failure of ours."""
    case.call_and_validate(base_url=str(client.base_url), checks=CHECKS)
