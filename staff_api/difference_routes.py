"""What differs from the customer system that stays the master: /staff/api/v1/account-differences."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.account_feed.difference_desk import DifferenceDesk
from backend.account_feed.merging import SIDES
from backend.account_feed.units import UNITS
from backend.core.callers import Caller, open_to
from backend.customer_master.port import BILLING_SUBJECTS
from staff_api.console_parts import IMPORTERS
from staff_api.guard import require_post

_DECISIONS = ("master", "hall", "renamed")


class FeedRefusalSchema(Schema):
    """An account that one side did not take: ``in`` of the master's, ``out`` of ours; ``text`` says why.

    Or a reading, bill or balance of the master's: ``subject`` is its month.
    """

    account_no = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(("in", "out", *BILLING_SUBJECTS)))
    subject = fields.String(required=True)
    code = fields.String(required=True)
    text = fields.String(required=True)
    refused_at = fields.AwareDateTime(required=True)


class AccountFeedSchema(Schema):
    """How the exchange goes; ``problem`` is a sentence or empty, ``unsent`` counts to a thousand."""

    is_set_up = fields.Boolean(required=True)
    problem = fields.String(required=True)
    pulled_at = fields.AwareDateTime(required=True, allow_none=True)
    pushed_at = fields.AwareDateTime(required=True, allow_none=True)
    waiting = fields.Integer(required=True)
    unsent = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    refusals = fields.List(fields.Nested(FeedRefusalSchema), required=True)


class AccountDifferenceSchema(Schema):
    """A difference with both values, masked; ``side`` is what was done at once, ``gone`` ended by itself."""

    id = fields.Integer(required=True)
    account_no = fields.String(required=True)
    unit = fields.String(required=True, validate=validate.OneOf(tuple(UNITS)))
    title = fields.String(required=True)
    ours = fields.String(required=True)
    theirs = fields.String(required=True)
    is_masked = fields.Boolean(required=True)
    is_both = fields.Boolean(required=True)
    side = fields.String(required=True, validate=validate.OneOf(SIDES))
    ours_at = fields.AwareDateTime(required=True, allow_none=True)
    theirs_at = fields.AwareDateTime(required=True, allow_none=True)
    theirs_by = fields.String(required=True)
    found_at = fields.AwareDateTime(required=True)
    decision = fields.String(required=True, allow_none=True, validate=validate.OneOf((*_DECISIONS, "gone")))
    reason = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class DifferencesQuerySchema(Schema):
    """Those that wait for a person, or the others; from which on, backwards."""

    is_open = fields.Boolean(load_default=True)
    before = fields.Integer(load_default=None, validate=validate.Range(min=1))


class AccountDifferencesSchema(Schema):
    """A page of differences, the newest first; ``next`` goes into ``before``."""

    items = fields.List(fields.Nested(AccountDifferenceSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class DifferenceLookSchema(Schema):
    """Why somebody has to see the values in full; it is recorded."""

    reason = fields.String(required=True, validate=validate.Length(1, 200))


class DifferenceValuesSchema(Schema):
    """Both values in full."""

    ours = fields.String(required=True)
    theirs = fields.String(required=True)


class DifferenceDecisionSchema(Schema):
    """Which side holds; ``found_at`` as it was shown, so that nobody decides about something else.

    ``renamed`` takes the master's name of the same holder, whose bindings stay; only that needs a ``reason``.
    """

    decision = fields.String(required=True, validate=validate.OneOf(_DECISIONS))
    reason = fields.String(load_default="", validate=validate.Length(max=200))
    found_at = fields.AwareDateTime(required=True)


def make_difference_routes(desk: DifferenceDesk) -> Blueprint:
    """Return the routes of differences."""
    routes = Blueprint("account differences", __name__, url_prefix="/staff/api/v1/account-differences")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(DifferencesQuerySchema, location="query")
    @routes.response(200, AccountDifferencesSchema)
    def list_differences(asked: dict[str, Any]) -> dict[str, Any]:
        """List what differs in the accounts of one's units."""
        member = require_post(*IMPORTERS).member
        return desk.list_differences(member, asked["is_open"], asked["before"])

    @routes.get("/feed")
    @open_to(Caller.STAFF)
    @routes.response(200, AccountFeedSchema)
    def tell_feed() -> dict[str, Any]:
        """Tell how the exchange goes, and which accounts were not taken."""
        return desk.tell_feed(require_post(*IMPORTERS).member)

    @routes.post("/feed/again")
    @open_to(Caller.STAFF)
    @routes.response(204)
    def begin_again() -> None:
        """Read the master once more from its beginning; what is known changes nothing."""
        require_post(*IMPORTERS)
        desk.begin_again()

    @routes.post("/<int:row_id>/look")
    @open_to(Caller.STAFF)
    @routes.arguments(DifferenceLookSchema)
    @routes.response(200, DifferenceValuesSchema)
    def look(asked: dict[str, Any], row_id: int) -> dict[str, str]:
        """Show both values in full; the look is recorded."""
        return desk.look(require_post(*IMPORTERS).member, row_id, asked["reason"])

    @routes.post("/<int:row_id>/decision")
    @open_to(Caller.STAFF)
    @routes.arguments(DifferenceDecisionSchema)
    @routes.response(200, AccountDifferenceSchema)
    def decide(asked: dict[str, Any], row_id: int) -> dict[str, Any]:
        """Let the master's or the hall's value hold."""
        member = require_post(*IMPORTERS).member
        return desk.decide(member, row_id, asked["decision"], asked["found_at"], asked["reason"])

    return routes
