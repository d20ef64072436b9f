"""Addresses of a customer's accounts and earlier cases: /api/v1/addresses."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from backend.cases.known_addresses import KnownAddresses
from backend.catalogue.form_schemas import AddressSchema
from backend.core.callers import Caller, open_to
from miniprogram_api.guard import get_customer


class KnownAddressesSchema(Schema):
    """A few different ones: those of one's accounts first, then of cases, each newest first."""

    items = fields.List(fields.Nested(AddressSchema), required=True)


def make_address_routes(addresses: KnownAddresses) -> Blueprint:
    """Return the one route."""
    routes = Blueprint("addresses", __name__, url_prefix="/api/v1")

    @routes.get("/addresses")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, KnownAddressesSchema)
    def list_addresses() -> dict[str, Any]:
        """List addresses that one need not type again, to be filled in with one tap."""
        return {"items": addresses.list_last(get_customer().customer_id)}

    return routes
