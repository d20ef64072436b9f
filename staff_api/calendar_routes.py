"""The working calendar in the console: /staff/api/v1/calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.calendar_service import FIRST_YEAR, LAST_YEAR, CalendarService, YearView
from backend.core.callers import Caller, open_to
from backend.core.errors import NotFound
from backend.organisation.leads import CENTRE_KEEPERS, CENTRE_LEAD
from staff_api.guard import require_post


class YearQuerySchema(Schema):
    """Which year."""

    year = fields.Integer(required=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR))


class DaySchema(Schema):
    """One day; ``is_guess`` marks one that nobody has entered yet."""

    date = fields.Date(required=True)
    is_working = fields.Boolean(required=True)
    note = fields.String(required=True)
    is_guess = fields.Boolean(required=True)


class YearSchema(Schema):
    """A year's days; ``warning`` is to be shown where the last known day comes near."""

    days = fields.List(fields.Nested(DaySchema), required=True)
    last_known_day = fields.Date(required=True, allow_none=True)
    warning = fields.String(required=True, allow_none=True)


class WarningSchema(Schema):
    """The sentence for the centre's business lead where the last known day comes near, else null."""

    warning = fields.String(required=True, allow_none=True)


class DayEditSchema(Schema):
    """What is entered for a day."""

    is_working = fields.Boolean(required=True)
    note = fields.String(required=True, validate=validate.Length(0, 100))


def make_calendar_routes(calendar: CalendarService) -> Blueprint:
    """Return the routes; they are for the hotline's business lead and the customer service centre."""
    routes = Blueprint("calendar", __name__, url_prefix="/staff/api/v1/calendar")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(YearQuerySchema, location="query")
    @routes.response(200, YearSchema)
    def show_year(asked: dict[str, int]) -> YearView:
        """Show all days of a year."""
        require_post(*CENTRE_KEEPERS)
        return calendar.describe_year(asked["year"])

    @routes.get("/warning")
    @open_to(Caller.STAFF)
    @routes.response(200, WarningSchema)
    def tell_warning() -> dict[str, str | None]:
        """Tell the business lead that the calendar ends soon; nobody else, though others may keep it too."""
        member = require_post(*CENTRE_KEEPERS).member
        # The strip takes room on every page: agents of the centre have cases to do, and the notices go to the
        # lead alone as well.
        return {"warning": calendar.find_warning() if CENTRE_LEAD in member.positions else None}

    @routes.put("/days/<day>")
    @open_to(Caller.STAFF)
    @routes.arguments(DayEditSchema)
    @routes.response(204)
    def set_day(typed: dict[str, Any], day: str) -> None:
        """Enter whether a day is worked on; open deadlines are computed anew within seconds."""
        member = require_post(*CENTRE_KEEPERS).member
        calendar.set_day(_read_day(day), typed["is_working"], typed["note"], member.username)

    @routes.post("/years/<int:year>/confirm")
    @open_to(Caller.STAFF)
    @routes.response(204)
    def confirm_year(year: int) -> None:
        """Make all days of a year known, once its public holidays have been entered."""
        member = require_post(*CENTRE_KEEPERS).member
        calendar.confirm_year(year, member.username)

    return routes


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
