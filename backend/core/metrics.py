"""Measurements in Prometheus' text form, added up over all web processes where they share a folder."""

from __future__ import annotations

import os

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


def render_metrics() -> bytes:
    """Return what was measured. ``PROMETHEUS_MULTIPROC_DIR`` is the library's own setting for the folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
