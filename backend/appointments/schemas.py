"""The shapes of free hours and holds, shared by the customers' and the staff's API."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from backend.appointments.service import Hold, SlotDay
from backend.core.local_time import format_hours


class SlotQuery(Schema):
    """The first day to list, by default the first one that has hours to offer."""

    from_day = fields.Date(data_key="from", load_default=None)


class SlotSchema(Schema):
    """One hour that may be booked, unless the case's own handler is busy then."""

    start_at = fields.AwareDateTime(required=True)
    end_at = fields.AwareDateTime(required=True)
    text = fields.String(required=True)
    left = fields.Integer(required=True)
    is_handler_busy = fields.Boolean(required=True)


class SlotDaySchema(Schema):
    """One day with its hours, none where nobody comes."""

    date = fields.Date(required=True)
    text = fields.String(required=True)
    slots = fields.List(fields.Nested(SlotSchema), required=True)


class SlotDaysSchema(Schema):
    """A week of days."""

    days = fields.List(fields.Nested(SlotDaySchema), required=True)


class HoldRequestSchema(Schema):
    """The hour to keep for a few minutes."""

    start_at = fields.AwareDateTime(required=True)


class HoldSchema(Schema):
    """A seat that is kept for ``seconds_left``: a phone's clock may be wrong, its stopwatch is not."""

    hold_id = fields.UUID(required=True)
    start_at = fields.AwareDateTime(required=True)
    end_at = fields.AwareDateTime(required=True)
    seconds_left = fields.Integer(required=True)


def write_day(day: SlotDay) -> dict[str, Any]:
    """Return a SlotDay as it is sent."""
    return {
        "date": day.day,
        "text": day.text,
        "slots": [
            {
                "start_at": slot.start_at,
                "end_at": slot.end_at,
                "text": format_hours(slot.start_at, slot.end_at),
                "left": left,
                "is_handler_busy": slot.start_at in day.busy,
            }
            for slot, left in day.slots
        ],
    }


def write_hold(held: Hold) -> dict[str, Any]:
    """Return a Hold as it is sent."""
    return {
        "hold_id": held.hold_id,
        "start_at": held.slot.start_at,
        "end_at": held.slot.end_at,
        "seconds_left": int(held.lasts.total_seconds()),
    }
