"""Gas alarms, open to anyone: /api/v1/alarm-advice and /api/v1/alarms (law 13)."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response
from flask_limiter import Limiter, RateLimitExceeded
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.alarm_advice import ADVICE
from backend.cases.alarm_service import ALARM_STATES, Alarm, AlarmService
from backend.catalogue.form_schemas import PartialAddressSchema
from backend.core.callers import Caller, open_to
from backend.core.errors import TooMany
from backend.core.http import answer_app_error
from backend.core.json_fields import CheckedLater

# Per address: somebody who is afraid may press many times, a machine may not.
ALARMS_LIMIT = "20 per minute"


class AlarmAdviceSchema(Schema):
    """What to do when gas leaks."""

    hotline_number = fields.String(required=True)
    steps = fields.List(fields.String(), required=True)


class AlarmSchema(Schema):
    """An alarm; of the address any part may be missing."""

    command_id = fields.UUID(required=True)
    phone = fields.String(required=True)
    address = CheckedLater(PartialAddressSchema, load_default=None, allow_none=True)
    words = fields.String(load_default="")


class AlarmReceiptSchema(Schema):
    """That the alarm has come in, and what to do until somebody calls back."""

    alarm_id = fields.UUID(required=True, metadata={"description": "With it one asks how far it is."})
    case_no = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    advice = fields.List(fields.String(), required=True)
    hotline_number = fields.String(required=True)


class AlarmStateSchema(Schema):
    """How far an alarm is; it names nobody."""

    case_no = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True, validate=validate.OneOf(ALARM_STATES))


def make_alarm_routes(alarms: AlarmService, limiter: Limiter, hotline_number: str) -> Blueprint:
    """Return the routes of alarms."""
    routes = Blueprint("alarms", __name__, url_prefix="/api/v1")

    @routes.get("/alarm-advice")
    @open_to(Caller.ANYONE)
    @routes.response(200, AlarmAdviceSchema)
    def tell_advice() -> dict[str, Any]:
        """Tell what to do when gas leaks."""
        return {"hotline_number": hotline_number, "steps": list(ADVICE)}

    @routes.post("/alarms")
    @open_to(Caller.ANYONE)
    @limiter.limit(ALARMS_LIMIT)
    @routes.arguments(AlarmSchema)
    @routes.response(201, AlarmReceiptSchema)
    def report(typed: dict[str, Any]) -> dict[str, Any]:
        """Raise an alarm; it rings at the people on duty."""
        receipt = alarms.report(Alarm(**typed))
        return {
            "alarm_id": typed["command_id"],
            "case_no": receipt.case_no,
            "received_at": receipt.received_at,
            "advice": list(ADVICE),
            "hotline_number": hotline_number,
        }

    @routes.get("/alarms/<uuid:alarm_id>")
    @open_to(Caller.ANYONE)
    @routes.response(200, AlarmStateSchema)
    def tell_state(alarm_id: uuid.UUID) -> dict[str, Any]:
        """Tell whoever raised an alarm how far it is."""
        return alarms.tell_state(alarm_id)

    @routes.errorhandler(RateLimitExceeded)
    def refuse(error: RateLimitExceeded) -> Response:
        return answer_app_error(TooMany("alarm_too_often", extra={"hotline_number": hotline_number}))

    return routes
