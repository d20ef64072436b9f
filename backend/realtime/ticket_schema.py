"""Shapes of the socket: the answer of both APIs' ``/realtime/tickets``, and what comes out of ``/ws/v1``."""

from __future__ import annotations

from marshmallow import Schema, fields


class RealtimeTicketSchema(Schema):
    """A ticket that opens ``/ws/v1`` once, within ``expires_in`` seconds."""

    ticket = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class SocketFrameSchema(Schema):
    """A hint to look again at ``topic``; ``seq`` rises with each change of it."""

    topic = fields.String(required=True)
    seq = fields.Integer(required=True)
