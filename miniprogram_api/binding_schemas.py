"""What the routes of a customer's own accounts take and tell, named like the types of the clients."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.core.masking import mask_name, mask_phone
from backend.customers.account_rights import PARTS, SCOPES
from backend.customers.addresses import write_address
from backend.customers.bindings import (
    BILL,
    GRANTED_ROLES,
    IDENTITY,
    OWN_PHONE,
    ROLES,
    SMS_CODE,
    AccountPerson,
    BoundAccount,
    Granted,
)
from backend.customers.schemas import ACCOUNT_STATES, AccountUseSchema, ManagerSchema

_NUMBER = validate.Length(1, 40)


class AccountNumberSchema(Schema):
    """An account number as it was typed."""

    account_no = fields.String(required=True, validate=_NUMBER)


class BindingSchema(AccountNumberSchema):
    """A number with what proves a right to it; by one's own phone nothing more is told."""

    way = fields.String(required=True, validate=validate.OneOf((OWN_PHONE, SMS_CODE, IDENTITY, BILL)))
    code = fields.String(load_default="", validate=validate.Length(0, 30))
    name = fields.String(load_default="", validate=validate.Length(0, 100))
    tail = fields.String(load_default="", validate=validate.Length(0, 20))

    @validates_schema
    def check_proof(self, data: dict[str, Any], **kwargs: object) -> None:
        """Ask for what the way needs, and no more."""
        needed = {SMS_CODE: ("code",), BILL: ("code",), IDENTITY: ("name", "tail")}.get(data["way"], ())
        missing = {one: ["required"] for one in needed if not data[one].strip()}
        if missing:
            raise ValidationError(missing)


class BoundAccountSchema(Schema):
    """An account in the customer's client; ``place`` is one line, without the door for who only pays."""

    account_no = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    status = fields.String(required=True, validate=validate.OneOf(ACCOUNT_STATES))
    gas_use = fields.String(required=True)
    place = fields.String(required=True)
    granted_at = fields.AwareDateTime(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class AccountPageSchema(Schema):
    """One account; ``parts`` are what this role sees, ``use`` is null without ``home`` among them.

    ``manager`` is null where there is none, ``ends_on`` where no agent's term runs.
    """

    account_no = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    status = fields.String(required=True, validate=validate.OneOf(ACCOUNT_STATES))
    holder = fields.String(required=True)
    place = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    parts = fields.List(fields.String(validate=validate.OneOf(PARTS)), required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    use = fields.Nested(AccountUseSchema, required=True, allow_none=True)
    manager = fields.Nested(ManagerSchema, required=True, allow_none=True)


class BoundAccountsSchema(Schema):
    """All accounts of the customer."""

    items = fields.List(fields.Nested(BoundAccountSchema), required=True)


class AccountPersonSchema(Schema):
    """Somebody with a role at an account: by the name that the owner gave them, else by their own, masked.

    ``scope`` and the days are an agent's; ``term`` tells whether it runs, is to come, or is over.
    """

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    granted_at = fields.AwareDateTime(required=True)
    scope = fields.List(fields.String(validate=validate.OneOf(SCOPES)), required=True, allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    term = fields.String(required=True, validate=validate.OneOf(("runs", "to_come", "over")))


class AccountPeopleSchema(Schema):
    """Everybody with a role at the account; empty for who is not its owner."""

    items = fields.List(fields.Nested(AccountPersonSchema), required=True)


class GrantSchema(Schema):
    """Whom the owner lets in, and as what."""

    name = fields.String(required=True, validate=validate.Length(1, 50))
    phone = fields.String(required=True, validate=validate.Length(1, 30))
    role = fields.String(required=True, validate=validate.OneOf(GRANTED_ROLES))
    scope = fields.List(fields.String(validate=validate.OneOf(SCOPES)), load_default=None, allow_none=True)
    starts_on = fields.Date(load_default=None, allow_none=True)
    ends_on = fields.Date(load_default=None, allow_none=True)

    @validates_schema
    def check_agent(self, data: dict[str, Any], **kwargs: object) -> None:
        """Ask for an agent's scope and last day, and take neither for anybody else."""
        if data.get("role") == "agent":
            missing = {one: ["required"] for one in ("scope", "ends_on") if not data[one]}
        else:
            missing = {one: ["invalid"] for one in ("scope", "starts_on", "ends_on") if data[one]}
        if missing:
            raise ValidationError(missing)


def read_grant(typed: dict[str, Any]) -> Granted:
    """Return whom GrantSchema names."""
    scope = None if typed["scope"] is None else tuple(one for one in SCOPES if one in typed["scope"])
    term = (typed["starts_on"], typed["ends_on"])
    return Granted(typed["name"], typed["phone"], typed["role"], scope, *term)


def describe_bound(one: BoundAccount) -> dict[str, Any]:
    """Return an account as BoundAccountSchema tells it."""
    return {
        "account_no": one.account_no,
        "role": one.role,
        "status": one.status,
        "gas_use": one.gas_use,
        "place": write_address(one.place),
        "granted_at": one.granted_at,
        "ends_on": one.ends_on,
    }


def describe_person(one: AccountPerson, today: date) -> dict[str, Any]:
    """Return a person as AccountPersonSchema tells them."""
    return {
        "id": one.id,
        "name": one.called or mask_name(one.name),
        "phone": mask_phone(one.phone) if one.phone else "",
        "role": one.role,
        "granted_at": one.granted_at,
        "scope": one.scope,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "term": _tell_term(one, today),
    }


def _tell_term(one: AccountPerson, today: date) -> str:
    if one.ends_on is not None and one.ends_on < today:
        return "over"
    return "to_come" if one.starts_on is not None and today < one.starts_on else "runs"
