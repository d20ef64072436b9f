"""What went wrong in the background, and what a person does about it: failed jobs and unknown promises."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.core.promise_desk import OUTCOMES, PromiseDesk
from backend.organisation.leads import CENTRE_KEEPERS
from staff_api.guard import require_post


class FailedJobSchema(Schema):
    """A job that was given up; nothing went out."""

    id = fields.Integer(required=True)
    queue = fields.String(required=True)
    what = fields.String(required=True)
    failed_at = fields.AwareDateTime(required=True)
    error = fields.String(required=True)
    attempts = fields.Integer(required=True)


class FailedJobListSchema(Schema):
    """The newest failed jobs."""

    items = fields.List(fields.Nested(FailedJobSchema), required=True)


class UnknownPromiseSchema(Schema):
    """Something that may have gone out or not."""

    id = fields.Integer(required=True)
    topic = fields.String(required=True)
    what = fields.String(required=True)
    case_no = fields.String(required=True, allow_none=True)
    recipient = fields.String(required=True, allow_none=True, metadata={"description": "masked"})
    channel = fields.String(required=True, allow_none=True)
    about = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    attempt = fields.Integer(required=True)
    may_repeat = fields.Boolean(required=True)


class UnknownPromiseListSchema(Schema):
    """The newest promises to be settled."""

    items = fields.List(fields.Nested(UnknownPromiseSchema), required=True)


class SettleSchema(Schema):
    """How it ended: ``sent``, ``refused``, or not sent and to be sent ``again``."""

    outcome = fields.String(required=True, data_key="as", validate=validate.OneOf(OUTCOMES))


def make_operations_routes(desk: PromiseDesk) -> Blueprint:
    """Return the routes; they are for the hotline's business lead and the customer service centre."""
    routes = Blueprint("operations", __name__, url_prefix="/staff/api/v1")

    @routes.get("/failed-jobs")
    @open_to(Caller.STAFF)
    @routes.response(200, FailedJobListSchema)
    def list_failed_jobs() -> dict[str, Any]:
        """List the jobs that failed, the newest first."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.list_failed_jobs()}

    @routes.post("/failed-jobs/<int:job_id>/retry")
    @open_to(Caller.STAFF)
    @routes.response(204)
    def retry_failed_job(job_id: int) -> None:
        """Try a failed job again."""
        member = require_post(*CENTRE_KEEPERS).member
        desk.retry_failed_job(job_id, member.username)

    @routes.get("/outbox/unknown")
    @open_to(Caller.STAFF)
    @routes.response(200, UnknownPromiseListSchema)
    def list_unknown_promises() -> dict[str, Any]:
        """List what may have gone out or not, the newest first."""
        require_post(*CENTRE_KEEPERS)
        return {"items": desk.list_unknown_promises()}

    @routes.post("/outbox/<int:outbox_id>/settle")
    @open_to(Caller.STAFF)
    @routes.arguments(SettleSchema)
    @routes.response(204)
    def settle_promise(typed: dict[str, str], outbox_id: int) -> None:
        """Write down how an unknown promise ended."""
        member = require_post(*CENTRE_KEEPERS).member
        desk.settle_promise(outbox_id, typed["outcome"], member.username)

    return routes
