"""What Prometheus reads, and who may."""

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from builders.probe_service import probing


def samples(client: httpx.Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples by name and labels."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def requests(method: str, route: str, status: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Key of the count of some requests."""
    labels = (("method", method), ("route", route), ("status", str(status)))
    return "audio_ident_http_requests_total", labels


def test_requests_are_counted_by_template_and_never_by_path(client: httpx.Client) -> None:
    """A client cannot make up labels."""
    before = samples(client)
    for number in range(3):
        client.get(f"/nothing/{number}")
    client.get("/api/v1/version")
    after = samples(client)

    unmatched, version = requests("GET", "unmatched", 404), requests("GET", "/api/v1/version", 200)
    assert after[unmatched] - before.get(unmatched, 0) == 3
    assert after[version] - before.get(version, 0) == 1
    assert not [name for name, labels in after if "nothing" in str(labels)]


def test_the_library_is_told_in_numbers(client: httpx.Client) -> None:
    """Size of the index, and what imports have done."""
    told = samples(client)

    assert told["audio_ident_index_recordings", ()] > 0
    assert told["audio_ident_index_bytes", ()] > 0
    assert told["audio_ident_open_searches", ()] == 0
    assert told["audio_ident_searches_refused_total", ()] >= 0
    assert told["audio_ident_import_files", (("outcome", "done"),)] > 0
    assert told["audio_ident_import_sessions", (("state", "completed"),)] == 1
    assert told["process_resident_memory_bytes", ()] > 0


def test_a_token_is_needed_where_one_is_set(tmp_path: Path) -> None:
    """It is compared as a whole; another one, or none, is 401."""
    token = "correct-horse-battery"  # noqa: S105 -- of this test
    with probing(tmp_path, metrics_token=token) as client:
        statuses = [
            client.get("/metrics", headers=headers).status_code
            for headers in (
                {},
                {"Authorization": "Bearer wrong"},
                {"Authorization": token},
                {"Authorization": f"Bearer {token}"},
            )
        ]

    assert statuses == [401, 401, 401, 200]
