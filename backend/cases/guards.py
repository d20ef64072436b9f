"""The engine's named guards: pure checks of the snapshot that any process may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.cases.commands import Guard
from backend.cases.snapshot import Snapshot


def _need(field: str, refusal: str) -> Guard:
    """Return a guard that objects with ``refusal`` until the case's data has ``field``."""

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if snapshot.data.get(field) not in (None, "", []) else refusal

    return check


def _need_documents(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    return "documents_owed" if snapshot.owed_documents else None


CASE_GUARDS: dict[str, Guard] = {
    "appointment_booked": _need("appointment_id", "appointment_missing"),
    "handler_assigned": _need("handler_id", "handler_missing"),
    "result_recorded": _need("result", "result_missing"),
    "signature_present": _need("signature_file", "signature_missing"),
    "rating_given": _need("stars", "rating_missing"),
    "no_documents_owed": _need_documents,
}
