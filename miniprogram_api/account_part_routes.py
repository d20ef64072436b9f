"""The parts of an account's page, each asked for by itself: /api/v1/accounts/{account_no}/…."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.cases.account_cases import AccountCases
from backend.core.callers import Caller, open_to
from backend.metering.account_figures import AccountFigures
from backend.metering.settled_figures import AccountInvoices
from miniprogram_api.account_schemas import (
    AccountBalanceSchema,
    AccountCasesSchema,
    AccountContractsSchema,
    AccountInvoicesSchema,
    AccountPaymentsSchema,
    AccountUseFiguresSchema,
    GasBillDetailSchema,
    GasBillsSchema,
    InspectionsSchema,
    PageQuerySchema,
)
from miniprogram_api.guard import get_customer
from payments.account_payments import AccountPayments


def make_account_part_routes(
    figures: AccountFigures, cases: AccountCases, payments: AccountPayments, invoices: AccountInvoices
) -> Blueprint:
    """Return the routes; what the customer's role does not see is 404 like an account that is not there."""
    routes = Blueprint("account parts", __name__, url_prefix="/api/v1/accounts/<account_no>")

    @routes.get("/use")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, AccountUseFiguresSchema)
    def tell_use(account_no: str) -> dict[str, Any]:
        """Tell use by month, the last reading, and where the account stands in its tiers."""
        return figures.tell_use(get_customer().customer_id, account_no)

    @routes.get("/balance")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, AccountBalanceSchema)
    def tell_balance(account_no: str) -> dict[str, Any]:
        """Tell what is owed, and what is left of money paid ahead."""
        return figures.tell_balance(get_customer().customer_id, account_no)

    @routes.get("/bills")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(PageQuerySchema, location="query")
    @routes.response(200, GasBillsSchema)
    def list_bills(asked: dict[str, Any], account_no: str) -> dict[str, Any]:
        """List bills, what is owed first."""
        return figures.list_bills(get_customer().customer_id, account_no, asked["after"])

    @routes.get("/bills/<path:bill_no>")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, GasBillDetailSchema)
    def tell_bill(account_no: str, bill_no: str) -> dict[str, Any]:
        """Tell one bill with its tiers."""
        return figures.tell_bill(get_customer().customer_id, account_no, bill_no)

    @routes.get("/payments")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(PageQuerySchema, location="query")
    @routes.response(200, AccountPaymentsSchema)
    def list_payments(asked: dict[str, Any], account_no: str) -> dict[str, Any]:
        """List what was paid for the account's gas and, at the counter, for its cases."""
        return payments.list_page(get_customer().customer_id, account_no, asked["after"])

    @routes.get("/invoices")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(PageQuerySchema, location="query")
    @routes.response(200, AccountInvoicesSchema)
    def list_invoices(asked: dict[str, Any], account_no: str) -> dict[str, Any]:
        """List the invoices for the account's bills and payments."""
        return invoices.list_page(get_customer().customer_id, account_no, asked["after"])

    @routes.get("/cases")
    @open_to(Caller.CUSTOMER)
    @routes.arguments(PageQuerySchema, location="query")
    @routes.response(200, AccountCasesSchema)
    def list_cases(asked: dict[str, Any], account_no: str) -> dict[str, Any]:
        """List the account's cases, those that run first."""
        return cases.list_cases(get_customer().customer_id, account_no, asked["after"])

    @routes.get("/contracts")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, AccountContractsSchema)
    def list_contracts(account_no: str) -> dict[str, Any]:
        """List the contracts of the customer's own cases about the account."""
        return {"items": cases.list_contracts(get_customer().customer_id, account_no)}

    @routes.get("/inspections")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, InspectionsSchema)
    def list_inspections(account_no: str) -> dict[str, Any]:
        """List what inspections found at the account's place."""
        return {"items": cases.list_inspections(get_customer().customer_id, account_no)}

    return routes
