"""Shapes of accounts that both APIs share."""

from __future__ import annotations

from marshmallow import Schema, fields

ACCOUNT_STATES = ("pending", "active", "suspended", "removed", "closed")


class ManagerSchema(Schema):
    """The customer's manager (客户经理), who goes with the customer through the whole process."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
