"""Measurements in Prometheus' text form, added up over all web processes where they share a folder."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

REQUEST_SECONDS = Histogram(
    "hall_request_seconds", "Time to answer a request, in seconds.", ("method", "route", "status")
)
OUTBOX_ROWS = Gauge(
    "hall_outbox_rows", "Promises that are not settled.", ("topic", "state"), multiprocess_mode="mostrecent"
)
TICKS = Counter("hall_ticks", "Ticks of the scheduler.", ("name", "outcome"))
CONTENT_TYPE = CONTENT_TYPE_LATEST


def render_metrics(shared: str | None) -> bytes:
    """Return what this process measured, or all that share the folder PROMETHEUS_MULTIPROC_DIR."""
    if shared is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=shared)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
