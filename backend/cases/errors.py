"""Every refusal of the engine has its own code; ``core/error_texts`` gives each a Chinese sentence."""

from __future__ import annotations

from enum import StrEnum

from backend.core.errors import AppError


class RefusalCode(StrEnum):
    """Why a command was not carried out. The values are stable: clients depend on them."""

    CASE_ALREADY_STARTED = "case_already_started"
    CASE_ENDED = "case_ended"
    STALE_VERSION = "stale_version"
    TASK_UNKNOWN = "task_unknown"
    TASK_NOT_OPEN = "task_not_open"
    NOT_YOUR_TURN = "not_your_turn"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OUTCOME_NOT_OPEN = "outcome_not_open"
    REASON_REQUIRED = "reason_required"
    CORRECTIONS_REQUIRED = "corrections_required"
    CORRECTIONS_PENDING = "corrections_pending"
    CORRECTION_UNKNOWN = "correction_unknown"
    DOCUMENTS_REQUIRED = "documents_required"
    DOCUMENT_NOT_OWED = "document_not_owed"
    FIELD_NOT_RETURNED = "field_not_returned"
    CHILD_RUNNING = "child_running"
    CHILD_UNKNOWN = "child_unknown"
    WITHDRAW_NOT_ALLOWED = "withdraw_not_allowed"
    CANCEL_NOT_ALLOWED = "cancel_not_allowed"
    URGE_NOT_ALLOWED = "urge_not_allowed"
    URGED_LATELY = "urged_lately"
    FORM_UNKNOWN = "form_unknown"
    FORWARD_NOT_OPEN = "forward_not_open"
    FORWARD_UNKNOWN = "forward_unknown"
    FORWARD_RUNNING = "forward_running"
    GUARD_UNKNOWN = "guard_unknown"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"


# What is missing in the command itself can be mended in the form; all else is a matter of the case's state.
_STATUS: dict[str, int] = {
    RefusalCode.REASON_REQUIRED: 422,
    RefusalCode.CORRECTIONS_REQUIRED: 422,
    RefusalCode.DOCUMENTS_REQUIRED: 422,
    RefusalCode.OUTCOME_UNKNOWN: 422,
    RefusalCode.FORWARD_UNKNOWN: 422,
    RefusalCode.NOT_YOUR_TURN: 403,
}


class CommandRefused(AppError):
    """A command that the definition does not allow here and now.

    ``code`` is a RefusalCode or the code of the named guard that said no; ``detail`` names what is meant
    (a step, an item), never personal data.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, _STATUS.get(code, 409), detail=detail)


class NumbersExhausted(Exception):
    """No free case number was drawn for today; ``args[0]`` is the unit's code."""
