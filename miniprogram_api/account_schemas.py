"""What is told of an account's use, bills, payments and cases, named like the types of the clients.

Quantities are m³ and prices fen per m³, both as texts of decimals; money is whole fen.
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.metering.settled_records import CHANNELS, INVOICE_KINDS, INVOICE_STATES, PAYMENT_STATES

BILL_STATES = ("open", "paid")


class PageQuerySchema(Schema):
    """From where on: the ``next`` of the page before."""

    after = fields.String(load_default=None, validate=validate.Length(1, 200))


class MonthUseSchema(Schema):
    """A month's use; null where nobody knows it."""

    month = fields.String(required=True)
    use_m3 = fields.String(required=True, allow_none=True)


class LatestReadingSchema(Schema):
    """What the meter showed last."""

    read_at = fields.AwareDateTime(required=True)
    reading_m3 = fields.String(required=True)
    source = fields.String(required=True, validate=validate.OneOf(("master", "case")))


class TierPriceSchema(Schema):
    """One tier of the year; the last has no end."""

    tier = fields.Integer(required=True)
    from_m3 = fields.String(required=True)
    to_m3 = fields.String(required=True, allow_none=True)
    fen_per_m3 = fields.String(required=True)


class TierPositionSchema(Schema):
    """Where the account stands in its year; ``left_m3`` is null in the last tier."""

    year_from = fields.String(required=True)
    year_to = fields.String(required=True)
    used_m3 = fields.String(required=True)
    tier = fields.Integer(required=True)
    left_m3 = fields.String(required=True, allow_none=True)
    tiers = fields.List(fields.Nested(TierPriceSchema), required=True)


class AccountUseFiguresSchema(Schema):
    """Use of the last months, the oldest first; ``tier`` is null where no tiers apply.

    ``idle_months`` is above nought where so many months without gas ask for a suspension.
    """

    months = fields.List(fields.Nested(MonthUseSchema), required=True)
    latest = fields.Nested(LatestReadingSchema, required=True, allow_none=True)
    tier = fields.Nested(TierPositionSchema, required=True, allow_none=True)
    idle_months = fields.Integer(required=True)


class AccountBalanceSchema(Schema):
    """What is owed by bills, and what is left of money paid ahead (null where nobody keeps that)."""

    owed_fen = fields.Integer(required=True)
    owed_bills = fields.Integer(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    balance_fen = fields.Integer(required=True, allow_none=True)
    balance_at = fields.AwareDateTime(required=True, allow_none=True)


class GasBillSchema(Schema):
    """A month's bill."""

    bill_no = fields.String(required=True)
    month = fields.String(required=True)
    use_m3 = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(BILL_STATES))
    overdue = fields.Boolean(required=True)


class GasBillTierSchema(Schema):
    """The part of a bill that one price applied to."""

    tier = fields.Integer(required=True)
    use_m3 = fields.String(required=True)
    fen_per_m3 = fields.String(required=True)
    amount_fen = fields.Integer(required=True)


class GasBillDetailSchema(GasBillSchema):
    """A bill with its parts; none where one price holds for all of it."""

    tiers = fields.List(fields.Nested(GasBillTierSchema), required=True)


class GasBillsSchema(Schema):
    """A page of bills: what is owed first, then the newest."""

    items = fields.List(fields.Nested(GasBillSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AccountPaymentSchema(Schema):
    """What was paid for the gas, or at the counter for a case; ``months`` are those of the bills."""

    what = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    paid_at = fields.AwareDateTime(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    state = fields.String(required=True, validate=validate.OneOf(PAYMENT_STATES))
    receipt_no = fields.String(required=True, allow_none=True)
    months = fields.List(fields.String(), required=True)


class AccountPaymentsSchema(Schema):
    """A page of payments, the newest first."""

    items = fields.List(fields.Nested(AccountPaymentSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AccountInvoiceSchema(Schema):
    """An invoice; ``buyer`` is masked where it names a person, null once it is not kept any more.

    ``month`` is that of the bill that it is for, ``payment_no`` the payment.
    """

    invoice_no = fields.String(required=True)
    issued_on = fields.Date(required=True)
    amount_fen = fields.Integer(required=True)
    buyer = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(INVOICE_KINDS))
    state = fields.String(required=True, validate=validate.OneOf(INVOICE_STATES))
    check_code = fields.String(required=True, allow_none=True)
    month = fields.String(required=True, allow_none=True)
    payment_no = fields.String(required=True, allow_none=True)


class AccountInvoicesSchema(Schema):
    """A page of invoices, the newest first."""

    items = fields.List(fields.Nested(AccountInvoiceSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AccountCaseSchema(Schema):
    """A case about the account; another person's has no number."""

    case_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("in_progress", "completed", "stopped")))
    opened_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class AccountCasesSchema(Schema):
    """A page of cases: those that run first, then the newest."""

    items = fields.List(fields.Nested(AccountCaseSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AccountContractSchema(Schema):
    """A contract of one of the customer's own cases, which is opened by case and task."""

    case_no = fields.String(required=True)
    task = fields.Integer(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    filled_at = fields.AwareDateTime(required=True)


class AccountContractsSchema(Schema):
    """All contracts, the newest first."""

    items = fields.List(fields.Nested(AccountContractSchema), required=True)


class InspectionSchema(Schema):
    """What an inspection found, in words, and by when it is to be put right."""

    inspected_on = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("clear", "mended", "open")))
    hazards = fields.List(fields.String(), required=True)
    mend_by = fields.Date(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)


class InspectionsSchema(Schema):
    """The latest inspections, the newest first."""

    items = fields.List(fields.Nested(InspectionSchema), required=True)
