"""The accounts that a customer follows: /api/v1/accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_limiter import Limiter
from flask_smorest import Blueprint

from backend.access.account_binding import AccountBinding, BindingProof
from backend.access.sms_codes import SmsCodePromise
from backend.cases.account_pages import AccountPages
from backend.core.callers import Caller, open_to
from backend.core.local_time import local_date
from miniprogram_api.binding_schemas import (
    AccountNumberSchema,
    AccountPageSchema,
    AccountPeopleSchema,
    BindingSchema,
    BoundAccountSchema,
    BoundAccountsSchema,
    GrantSchema,
    describe_bound,
    describe_person,
    read_grant,
)
from miniprogram_api.customer_schemas import SmsCodePromiseSchema
from miniprogram_api.guard import get_customer

# Per address, against machines; the limits of a customer and of a number are the strict ones.
BINDING_LIMIT = "30 per minute"


def make_binding_routes(binding: AccountBinding, pages: AccountPages, limiter: Limiter) -> Blueprint:
    """Return the routes of the customer's own accounts."""
    routes = Blueprint("account bindings", __name__, url_prefix="/api/v1/accounts")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, BoundAccountsSchema)
    def list_accounts() -> dict[str, Any]:
        """List the accounts that the customer follows."""
        return {"items": [describe_bound(one) for one in binding.list_bound(get_customer().customer_id)]}

    @routes.post("/codes")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(BINDING_LIMIT)
    @routes.arguments(AccountNumberSchema)
    @routes.response(202, SmsCodePromiseSchema)
    def request_code(typed: dict[str, str]) -> SmsCodePromise:
        """Have a code sent to the phone on file; the answer is the same whether or not there is one."""
        return binding.request_code(get_customer().customer_id, typed["account_no"])

    @routes.post("")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(BINDING_LIMIT)
    @routes.arguments(BindingSchema)
    @routes.response(201, BoundAccountSchema)
    def bind(typed: dict[str, str]) -> dict[str, Any]:
        """Bind an account by its number and one more proof."""
        proof = BindingProof(typed["way"], typed["code"], typed["name"], typed["tail"])
        return describe_bound(binding.bind(get_customer().customer_id, typed["account_no"], proof))

    @routes.get("/<account_no>")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, AccountPageSchema)
    def tell_account(account_no: str) -> dict[str, Any]:
        """Tell what the company has of an account that the customer follows."""
        return pages.tell(get_customer().customer_id, account_no)

    @routes.delete("/<account_no>")
    @open_to(Caller.CUSTOMER)
    @routes.response(204)
    def unbind(account_no: str) -> None:
        """Take an account out of the client."""
        binding.unbind(get_customer().customer_id, account_no)

    @routes.get("/<account_no>/people")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, AccountPeopleSchema)
    def list_people(account_no: str) -> dict[str, Any]:
        """List who has a role at the account, for its owner."""
        people = binding.list_people(get_customer().customer_id, account_no)
        today = local_date(datetime.now(UTC))
        return {"items": [describe_person(one, today) for one in people]}

    @routes.post("/<account_no>/people")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(BINDING_LIMIT)
    @routes.arguments(GrantSchema)
    @routes.response(204)
    def grant(typed: dict[str, Any], account_no: str) -> None:
        """Let somebody follow the account; an agent for what the owner names, until a day."""
        binding.grant(get_customer().customer_id, account_no, read_grant(typed))

    @routes.delete("/<account_no>/people/<int:role_id>")
    @open_to(Caller.CUSTOMER)
    @routes.response(204)
    def revoke(account_no: str, role_id: int) -> None:
        """End somebody's role at the account."""
        binding.revoke(get_customer().customer_id, account_no, role_id)

    return routes
