"""What can be applied for, and where: /api/v1/services and /api/v1/areas, open to anyone."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.leak_words import DENIED, SIGNS
from backend.cases.offers import Offers
from backend.catalogue.folder import Service
from backend.catalogue.form_schemas import FormBodySchema
from backend.core.callers import Caller, open_to
from backend.core.json_fields import Ready
from backend.organisation.service import OrganisationService


class ServiceSummarySchema(Schema):
    """A service, and what to have at hand for it."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    summary = fields.String(required=True)
    needs = fields.List(fields.String(), required=True)


class ServiceListSchema(Schema):
    """All services, and the number that helps where none fits."""

    items = fields.List(fields.Nested(ServiceSummarySchema), required=True)
    hotline_number = fields.String(required=True)


class LeakWordsSchema(Schema):
    """Regular expressions: what sounds like a leak, and what denies it and is left out before."""

    signs = fields.String(required=True)
    denied = fields.String(required=True)


class ServiceDetailSchema(ServiceSummarySchema):
    """A service with the form to fill in now; whoever writes of a leak is asked to report it.

    With ``checks_place`` the address is to be asked about (/premises-checks) before the rest is filled in.
    """

    checks_place = fields.Boolean(required=True)

    form = Ready(FormBodySchema, required=True)
    leak_words = fields.Nested(LeakWordsSchema, required=True)


class StreetSchema(Schema):
    """A street with the communities named in it; with ``serves_rest`` all others of it are served as well."""

    name = fields.String(required=True)
    communities = fields.List(fields.String(), required=True)
    serves_rest = fields.Boolean(required=True)


class RegionSchema(Schema):
    """A region with its streets."""

    name = fields.String(required=True)
    streets = fields.List(fields.Nested(StreetSchema), required=True)


class AreaListSchema(Schema):
    """All that is served."""

    regions = fields.List(fields.Nested(RegionSchema), required=True)


def make_catalogue_routes(
    reading: sessionmaker[Session], offers: Offers, organisation: OrganisationService, hotline_number: str
) -> Blueprint:
    """Return the routes of services and areas."""
    routes = Blueprint("catalogue", __name__, url_prefix="/api/v1")

    @routes.get("/services")
    @open_to(Caller.ANYONE)
    @routes.response(200, ServiceListSchema)
    def list_services() -> dict[str, Any]:
        """List what can be applied for."""
        items = [_describe(one) for one in offers.list_all()]
        return {"items": items, "hotline_number": hotline_number}

    @routes.get("/services/<key>")
    @open_to(Caller.ANYONE)
    @routes.response(200, ServiceDetailSchema)
    def tell_service(key: str) -> dict[str, Any]:
        """Tell one service with its form; `service_unknown` where there is none."""
        with reading() as session:
            stored = offers.newest_form(session, key)
        words = {"signs": SIGNS, "denied": DENIED}
        service = offers.get(key)
        told = {"form": stored.form.body, "leak_words": words, "checks_place": service.checks_place}
        return {**_describe(service), **told}

    @routes.get("/areas")
    @open_to(Caller.ANYONE)
    @routes.response(200, AreaListSchema)
    def list_areas() -> dict[str, Any]:
        """List the regions, streets and communities that are served."""
        with reading() as session:
            areas = organisation.list_areas(session)
        return {
            "regions": [
                {
                    "name": region,
                    "streets": [
                        _describe_street(street, [one[2] for one in places])
                        for street, places in groupby(streets, key=lambda one: one[1])
                    ],
                }
                for region, streets in groupby(areas, key=lambda one: one[0])
            ]
        }

    return routes


def _describe_street(street: str, communities: list[str]) -> dict[str, Any]:
    # The empty name stands for all that has no name of its own in the list.
    named = [one for one in communities if one]
    return {"name": street, "communities": named, "serves_rest": len(named) < len(communities)}


def _describe(service: Service) -> dict[str, Any]:
    return {
        "key": service.key,
        "name": service.name,
        "summary": service.summary,
        "needs": list(service.needs),
    }
