"""What the processes do to gas accounts: named effects that read the form of their own step.

A form that has these fields may be named by any process: ``holder_name``, ``contact_name``,
``contact_phone``, ``use_address``, ``gas_use``, ``monthly_use``, ``gas_pressure``, ``use_nature``,
``use_period``, the tables ``appliances`` and ``safety_devices``, ``meter_kind``, ``meter_maker``,
``meter_no``, ``meter_reading``, ``meter_inlet_side``, ``meter_seal_no``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import document_rows
from backend.cases.access import find_root_id
from backend.cases.form_sealing import open_values
from backend.cases.service import Effect, EffectContext
from backend.catalogue.forms import Values
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.customers.account_changes import AccountChanges, NewOwner
from backend.customers.account_devices import find_account_at
from backend.customers.account_records import AccountRecord, Appliance, MeterRecord, Origin, SafetyDevice
from backend.customers.accounts import CLOSED, GasAccounts
from backend.customers.service import CustomersService

# Where the case's data name the customer's manager.
MANAGER_FIELD = "manager_id"
# The linter has to know the names before there are keys to make the effects with.
ACCOUNT_EFFECTS = frozenset(
    {"enter_account", "link_account", "transfer_account", "suspend_account", "close_account"}
)
# The form by which whoever stops the gas was at the meter.
_CHECK = "gas_check"


def make_account_effects(keys: KeyRing) -> dict[str, Effect]:
    """Return the effects that enter and change gas accounts."""
    customers = CustomersService(keys)
    accounts, changes = GasAccounts(keys, customers), AccountChanges(keys, customers)

    def enter_account(session: Session, context: EffectContext) -> None:
        values = _read_form(session, keys, context)
        if values.get("with_record") is False:
            raise Conflict("account_record_missing")
        status = str(context.call.args["status"])
        accounts.enter(
            session, _find_origin(session, context), make_record(values), status, context.stamp.recorded_at
        )

    def link_account(session: Session, context: EffectContext) -> None:
        account = accounts.find_by_number(session, _read_form(session, keys, context)["account_no"])
        if account.status == CLOSED:
            raise Conflict("account_closed")
        case_id = _find_origin(session, context).case_id
        accounts.link(session, case_id, account, context.stamp.recorded_at)

    def transfer_account(session: Session, context: EffectContext) -> None:
        values = _read_form(session, keys, context)
        owner = NewOwner(
            values["new_owner_name"], values["new_owner_phone"], values.get("new_owner_id_number", "")
        )
        account = accounts.find_by_number(session, values["account_no"])
        changes.transfer(session, account, owner, context.stamp.recorded_at)

    def suspend_account(session: Session, context: EffectContext) -> None:
        """Let the account of the check stand still, where the number and the meter at the door are one.

        Companies have accounts that the hall does not know yet, and numbers are written down on site: the
        valve is shut by then, so that nothing is refused, and nobody else's account stands still.
        """
        row = document_rows.find_newest_filled(session, context.case.id, _CHECK)
        told = {} if row is None else row.content
        account = find_account_at(session, told.get("account_no", ""), told.get("meter_no", ""))
        if account is not None and account.status != CLOSED:
            accounts.link(session, _find_origin(session, context).case_id, account, context.stamp.recorded_at)
            changes.suspend(session, account)

    def close_account(session: Session, context: EffectContext) -> None:
        account = accounts.find_of_case(session, _find_origin(session, context).case_id)
        if account is None:
            raise Conflict("account_unlinked")
        changes.close(session, account, context.stamp.recorded_at)

    return {
        "enter_account": enter_account,
        "link_account": link_account,
        "transfer_account": transfer_account,
        "suspend_account": suspend_account,
        "close_account": close_account,
    }


def make_record(values: Values) -> AccountRecord:
    """Return what the form tells of an account; the meter only where its number is told."""
    meter_no = values.get("meter_no")
    return AccountRecord(
        holder=values.get("holder_name", ""),
        contact=values.get("contact_name", ""),
        phone=values.get("contact_phone", ""),
        address=values["use_address"],
        gas_use=values["gas_use"],
        monthly_use=_decimal(values.get("monthly_use")),
        pressure_kpa=_decimal(values.get("gas_pressure")),
        use_nature=values.get("use_nature", ""),
        use_period=values.get("use_period", ""),
        appliances=tuple(
            # Whoever edited the form may have retired the column of the kind.
            _make_appliance(one)
            for one in values.get("appliances") or ()
            if one.get("kind")
        ),
        meter=MeterRecord(
            values.get("meter_maker", ""),
            meter_no,
            values.get("meter_kind", "mechanical"),
            _decimal(values.get("meter_reading")),
            values.get("meter_inlet_side"),
            values.get("meter_seal_no", ""),
        )
        if meter_no
        else None,
        safety_devices=tuple(
            _make_safety_device(one) for one in values.get("safety_devices") or () if one.get("kind")
        ),
    )


def _make_appliance(row: Mapping[str, Any]) -> Appliance:
    flow = _decimal(row.get("rated_flow"))
    return Appliance(row["kind"], row.get("model", ""), int(row.get("quantity") or 1), flow)


def _make_safety_device(row: Mapping[str, Any]) -> SafetyDevice:
    installed_on, expires_on = (_date(row.get(one)) for one in ("installed_on", "expires_on"))
    if installed_on is not None and expires_on is not None and expires_on <= installed_on:
        raise Invalid("device_dates_crossed")
    return SafetyDevice(row["kind"], row.get("model", ""), installed_on, expires_on)


def _date(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


def _decimal(figure: float | None) -> Decimal | None:
    return None if figure is None else Decimal(str(figure))


def _find_origin(session: Session, context: EffectContext) -> Origin:
    case = context.case
    root_id = case.id if case.parent_case_id is None else find_root_id(session, case.id)
    manager_id = context.after.data.get(MANAGER_FIELD)
    return Origin(root_id, case.unit_id, case.unit_code, case.customer_id, manager_id)


def _read_form(session: Session, keys: KeyRing, context: EffectContext) -> Values:
    row = document_rows.find_document(session, context.case.id, context.call.task)
    if row is None or row.content is None:
        raise Conflict("document_not_filled")
    return open_values(keys, row.content)
