"""The answer of both APIs' ``/realtime/tickets``."""

from __future__ import annotations

from marshmallow import Schema, fields


class RealtimeTicketSchema(Schema):
    """A ticket that opens ``/ws/v1`` once, within ``expires_in`` seconds."""

    ticket = fields.String(required=True)
    expires_in = fields.Integer(required=True)
