"""What is counted for Prometheus: one registry for each application, none for the process.

Labels are templates and stable names: a client cannot make up new ones.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from audio_ident.errors import AudioIdentError
from audio_ident.library.figures import Figure

PREFIX = "audio_ident"

MEDIA_TYPE = "text/plain; version=1.0.0; charset=utf-8"

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 10, 30, 60)
"""Bounds of durations: fine where browsing lies, and around the deadline of searches."""

ABORTED = "aborted"
"""Status of a request whose client went away before it was answered."""

_log = structlog.get_logger()


class Metrics:
    """Counters of one application; safe to use from any thread.

    Parameters
    ----------
    figures
        What is read when somebody asks, as long as there is something to read.
    """

    def __init__(self, figures: Callable[[], Sequence[Figure]]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Figures(figures))
        self._requests = Counter(
            f"{PREFIX}_http_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._request_seconds = Histogram(
            f"{PREFIX}_http_request_duration_seconds",
            "From the headers of a request to the end of its answer, event streams left out.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            f"{PREFIX}_http_requests_in_flight",
            "Requests that are being answered, event streams among them.",
            registry=self._registry,
        )

    def in_flight(self) -> AbstractContextManager[object]:
        """Count a request as long as the block runs."""
        return self._in_flight.track_inprogress()

    def count_request(self, method: str, route: str, status: int, elapsed_s: float | None) -> None:
        """Count a request that has ended; status 0 when nothing was answered."""
        self._requests.labels(method, route, str(status) if status else ABORTED).inc()
        if elapsed_s is not None:
            self._request_seconds.labels(method, route).observe(elapsed_s)

    def exposition(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Figures(Collector):
    """Reads figures at the moment somebody asks; leaves out what cannot be read."""

    def __init__(self, figures: Callable[[], Sequence[Figure]]) -> None:
        self._figures = figures

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: names are not checked, as that would read the figures before they are there."""
        return []

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The figures of this moment."""
        for figure in self._figures():
            kind = CounterMetricFamily if figure.only_grows else GaugeMetricFamily
            family = kind(f"{PREFIX}_{figure.name}", figure.meaning, labels=figure.labels)
            try:
                values = figure.read()
            except AudioIdentError as error:
                _log.warning("figure_not_read", figure=figure.name, code=error.code)
                continue
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family
