"""Every error has the one shape."""

import httpx


def test_an_unknown_address_is_told_in_the_one_shape(client: httpx.Client) -> None:
    """Problem details and the original envelope say the same."""
    answer = client.get("/api/v1/nothing")
    problem = answer.json()

    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["code"]) == (404, 404, "ROUTE_UNKNOWN")
    assert problem["error"] == {
        "code": "ROUTE_UNKNOWN",
        "message": problem["detail"],
        "details": {},
    }
