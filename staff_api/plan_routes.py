"""Plans of visits to gas accounts: /staff/api/v1/plans."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.core.callers import Caller, open_to
from backend.customers.schemas import ACCOUNT_STATES
from backend.ledgers.service import USE_NAMES
from backend.plans.kinds import KINDS, PLANNERS
from backend.plans.progress import ITEM_STATES
from backend.plans.selection import LONGEST_NUMBER, MOST_ACCOUNTS, Wanted
from backend.plans.service import LONGEST_NAME, LONGEST_PAGE, PAGE, AccountPlans, NewPlan
from staff_api.console_parts import PLAN_READERS
from staff_api.guard import require_post

# In a draft nothing is started, and a dropped plan is shown to nobody.
PLAN_STATES = ("draft", "published", "started", "dropped")
WHY = ("unknown", "planned", *(one for one in ACCOUNT_STATES if one != "active"))
_KIND = validate.OneOf(tuple(KINDS))


class PlanQuerySchema(Schema):
    """The plans of which process, from where on; ``after`` is the last page's ``next``."""

    process = fields.String(required=True, validate=_KIND)
    after = fields.Integer(load_default=None, validate=validate.Range(min=1))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class PlanAccountQuerySchema(Schema):
    """Which accounts of a plan, from where on."""

    state = fields.String(load_default=None, validate=validate.OneOf(ITEM_STATES))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, LONGEST_PAGE))


class PlanPlaceSchema(Schema):
    """A community of a street."""

    street = fields.String(required=True, validate=validate.Length(max=60))
    community = fields.String(required=True, validate=validate.Length(max=60))


class CountedPlaceSchema(PlanPlaceSchema):
    """A community with how many accounts in use it has."""

    accounts = fields.Integer(required=True)


class PlanPlacesSchema(Schema):
    """Where one's unit has accounts in use."""

    items = fields.List(fields.Nested(CountedPlaceSchema), required=True)


class NewPlanSchema(Schema):
    """A plan to be made: of the accounts with ``numbers``, else of all in ``places`` with ``gas_use``.

    Without places all of the unit's accounts are meant. ``request_id`` is made once for each plan.
    """

    request_id = fields.UUID(required=True)
    process = fields.String(required=True, validate=_KIND)
    name = fields.String(required=True, validate=validate.Length(max=LONGEST_NAME))
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    handler = fields.String(required=True, validate=validate.Length(1, 64))
    numbers = fields.List(
        fields.String(validate=validate.Length(1, LONGEST_NUMBER)),
        load_default=list,
        validate=validate.Length(max=MOST_ACCOUNTS),
    )
    places = fields.List(
        fields.Nested(PlanPlaceSchema), load_default=list, validate=validate.Length(max=MOST_ACCOUNTS)
    )
    gas_use = fields.String(load_default=None, validate=validate.OneOf(tuple(USE_NAMES)), allow_none=True)


class RefusedAccountSchema(Schema):
    """An account that was asked for and not taken, and why."""

    account_no = fields.String(required=True)
    why = fields.String(required=True, validate=validate.OneOf(WHY))


class PlanProgressSchema(Schema):
    """How many accounts are planned, and how many of them stand in each state."""

    planned = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    open = fields.Integer(required=True)
    done = fields.Integer(required=True)
    stopped = fields.Integer(required=True)
    skipped = fields.Integer(required=True)


class AccountPlanSchema(Schema):
    """A plan with its progress; of refused accounts at most 200 are told."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    unit_name = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    handler = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(PLAN_STATES))
    made_by = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    refused = fields.List(fields.Nested(RefusedAccountSchema), required=True)
    refused_count = fields.Integer(required=True)
    progress = fields.Nested(PlanProgressSchema, required=True)
    may_publish = fields.Boolean(required=True)
    may_drop = fields.Boolean(required=True)


class AccountPlanPageSchema(Schema):
    """A page of plans; ``next`` goes into ``after``."""

    items = fields.List(fields.Nested(AccountPlanSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class PlanAccountSchema(Schema):
    """An account in a plan and what became of it; ``skipped`` is the state that kept it from its case."""

    account_no = fields.String(required=True)
    place = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(ITEM_STATES))
    skipped = fields.String(required=True, allow_none=True, validate=validate.OneOf(ACCOUNT_STATES))
    case_no = fields.String(required=True, allow_none=True)
    result = fields.String(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)


class PlanAccountPageSchema(Schema):
    """A page of a plan's accounts; ``next`` goes into ``after``."""

    items = fields.List(fields.Nested(PlanAccountSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


def make_plan_routes(plans: AccountPlans) -> Blueprint:
    """Return the routes of the plans."""
    routes = Blueprint("account plans", __name__, url_prefix="/staff/api/v1/plans")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(PlanQuerySchema, location="query")
    @routes.response(200, AccountPlanPageSchema)
    def list_plans(asked: dict[str, Any]) -> dict[str, Any]:
        """List the plans of one's units for a process, the newest first."""
        return plans.list_plans(require_post(*PLAN_READERS).member, **asked)

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(NewPlanSchema)
    @routes.response(201, AccountPlanSchema)
    def make_plan(asked: dict[str, Any]) -> dict[str, Any]:
        """Make a draft; nothing is started before it is published."""
        member = require_post(*PLANNERS).member
        places = tuple((one["street"], one["community"]) for one in asked.pop("places"))
        wanted = Wanted(tuple(one.strip() for one in asked.pop("numbers")), places, asked.pop("gas_use"))
        return plans.make(member, NewPlan(**asked, wanted=wanted))

    @routes.get("/places")
    @open_to(Caller.STAFF)
    @routes.response(200, PlanPlacesSchema)
    def list_places() -> dict[str, Any]:
        """List where one's unit has accounts in use."""
        return {"items": plans.list_places(require_post(*PLANNERS).member)}

    @routes.get("/<int:plan_id>")
    @open_to(Caller.STAFF)
    @routes.response(200, AccountPlanSchema)
    def read_plan(plan_id: int) -> dict[str, Any]:
        """Return a plan with its progress."""
        return plans.read(require_post(*PLAN_READERS).member, plan_id)

    @routes.get("/<int:plan_id>/accounts")
    @open_to(Caller.STAFF)
    @routes.arguments(PlanAccountQuerySchema, location="query")
    @routes.response(200, PlanAccountPageSchema)
    def list_accounts(asked: dict[str, Any], plan_id: int) -> dict[str, Any]:
        """List the accounts of a plan."""
        return plans.list_items(require_post(*PLAN_READERS).member, plan_id, **asked)

    @routes.post("/<int:plan_id>/publish")
    @open_to(Caller.STAFF)
    @routes.response(200, AccountPlanSchema)
    def publish_plan(plan_id: int) -> dict[str, Any]:
        """Let a draft count: its cases are started on its first day."""
        return plans.publish(require_post(*PLANNERS).member, plan_id)

    @routes.delete("/<int:plan_id>")
    @open_to(Caller.STAFF)
    @routes.response(204)
    def drop_plan(plan_id: int) -> None:
        """Throw a plan away that has not begun."""
        plans.drop(require_post(*PLANNERS).member, plan_id)

    return routes
