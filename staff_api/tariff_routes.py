"""The prices of homes by tier, as those who keep the hall set them: /staff/api/v1/tariffs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.metering.tariffs import NewTariff, TariffDesk
from staff_api.console_parts import IMPORTERS
from staff_api.guard import require_post

# Figures are typed as texts: a JSON number would come through a binary fraction.
_FIGURES = ("first_until_m3", "second_until_m3", "first_fen", "second_fen", "third_fen")


def _make_figure() -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(r"^[0-9]{1,6}(\.[0-9]{1,2})?$"))


class TariffEntrySchema(Schema):
    """Prices in fen per m³ from a day on, and the yearly limits of the first two tiers in m³."""

    unit_code = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{3}$"))
    effective_on = fields.Date(required=True)
    year_month = fields.Integer(required=True, strict=True, validate=validate.Range(1, 12))
    first_until_m3 = _make_figure()
    second_until_m3 = _make_figure()
    first_fen = _make_figure()
    second_fen = _make_figure()
    third_fen = _make_figure()
    is_by_months = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=validate.Length(2, 200))


class TariffSchema(Schema):
    """A tariff as it was entered; ``holds`` marks the one of today in its unit."""

    id = fields.Integer(required=True)
    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)
    effective_on = fields.Date(required=True)
    year_month = fields.Integer(required=True)
    first_until_m3 = fields.String(required=True)
    second_until_m3 = fields.String(required=True)
    first_fen = fields.String(required=True)
    second_fen = fields.String(required=True)
    third_fen = fields.String(required=True)
    is_by_months = fields.Boolean(required=True)
    reason = fields.String(required=True)
    holds = fields.Boolean(required=True)
    entered_by = fields.String(required=True)
    entered_at = fields.AwareDateTime(required=True)


class TariffsSchema(Schema):
    """All tariffs of one's units, the newest entry first."""

    items = fields.List(fields.Nested(TariffSchema), required=True)


def make_tariff_routes(desk: TariffDesk) -> Blueprint:
    """Return the two routes."""
    routes = Blueprint("tariffs", __name__, url_prefix="/staff/api/v1/tariffs")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, TariffsSchema)
    def list_tariffs() -> dict[str, Any]:
        """List the tariffs of one's units, also those that are over or to come."""
        return {"items": desk.list_all(require_post(*IMPORTERS).member)}

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(TariffEntrySchema)
    @routes.response(204)
    def add_tariff(typed: dict[str, Any]) -> None:
        """Enter a tariff from a day on; what was entered before stays."""
        figures = {name: Decimal(typed[name]) for name in _FIGURES}
        desk.add(require_post(*IMPORTERS).member, NewTariff(**{**typed, **figures}))

    return routes
