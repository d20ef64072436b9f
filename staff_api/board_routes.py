"""The works list and the boards: /staff/api/v1/works and /staff/api/v1/board."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.boards import Boards
from backend.cases.works_list import WorksList, WorksRequest
from backend.core.callers import Caller, open_to
from staff_api.case_row_schemas import StaffCaseRowSchema
from staff_api.console_parts import ConsoleParts
from staff_api.guard import require_post


class WorksQuerySchema(Schema):
    """Which works, from where on."""

    unit = fields.String(load_default=None, validate=validate.Regexp(r"^[0-9]{3}$"))
    process = fields.String(load_default=None, validate=validate.Length(max=60))
    overdue = fields.Boolean(load_default=False)
    q = fields.String(load_default="", validate=validate.Length(max=40))
    after = fields.String(load_default=None, validate=validate.Length(max=300))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class WorksRowSchema(StaffCaseRowSchema):
    """Works that run, with their limit in working days; ``left_days`` below 0 is by how many it is past."""

    process_name = fields.String(required=True)
    contractor = fields.String(required=True, allow_none=True)
    promised_end = fields.String(required=True, allow_none=True)
    begun_at = fields.AwareDateTime(required=True)
    works_due_at = fields.AwareDateTime(required=True)
    works_overdue = fields.Boolean(required=True)
    limit_days = fields.Integer(required=True)
    used_days = fields.Integer(required=True)
    left_days = fields.Integer(required=True)


class WorksProcessSchema(Schema):
    """A kind of works."""

    key = fields.String(required=True)
    name = fields.String(required=True)


class WorksPageSchema(Schema):
    """A page of works, the first to end first, and the kinds that one sees."""

    items = fields.List(fields.Nested(WorksRowSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    processes = fields.List(fields.Nested(WorksProcessSchema), required=True)


class BoardCountSchema(Schema):
    """How many tasks of a family are open; 1000 means as many or more."""

    key = fields.String(required=True)
    count = fields.Integer(required=True)


class BoardFamilySchema(Schema):
    """A family of steps: a queue, or all that stand in none."""

    key = fields.String(required=True)
    name = fields.String(required=True)


class BoardLineSchema(Schema):
    """One post in one unit. ``used_share`` is the mean part of the limit that this week's tasks took."""

    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)
    post = fields.String(required=True)
    post_name = fields.String(required=True)
    is_personal = fields.Boolean(required=True)
    open = fields.Integer(required=True)
    families = fields.List(fields.Nested(BoardCountSchema), required=True)
    overdue = fields.Integer(required=True)
    today = fields.Integer(required=True)
    urged = fields.Integer(required=True)
    oldest_at = fields.AwareDateTime(required=True, allow_none=True)
    done = fields.Integer(required=True)
    used_share = fields.Float(required=True, allow_none=True)


class BoardSchema(Schema):
    """The board of the units and posts that one sees, and when it was drawn."""

    at = fields.AwareDateTime(required=True)
    families = fields.List(fields.Nested(BoardFamilySchema), required=True)
    lines = fields.List(fields.Nested(BoardLineSchema), required=True)


def make_board_routes(works: WorksList, boards: Boards, parts: ConsoleParts) -> Blueprint:
    """Return the routes; each is for the posts that have the part."""
    routes = Blueprint("boards", __name__, url_prefix="/staff/api/v1")

    @routes.get("/works")
    @open_to(Caller.STAFF)
    @routes.arguments(WorksQuerySchema, location="query")
    @routes.response(200, WorksPageSchema)
    def list_works(asked: dict[str, Any]) -> dict[str, Any]:
        """List running works, those over their limit first."""
        return works.list_works(require_post(*parts.works).member, WorksRequest(**asked))

    @routes.get("/board")
    @open_to(Caller.STAFF)
    @routes.response(200, BoardSchema)
    def draw_board() -> dict[str, Any]:
        """Draw the board: what lies open at which post of which unit."""
        return boards.draw(require_post(*parts.boards).member)

    return routes
