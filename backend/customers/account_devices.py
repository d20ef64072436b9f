"""What is installed at an account: devices that burn gas, hoses and alarms that are due one day, the meter.

What is no longer named keeps its row with the moment it went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.core.errors import Conflict
from backend.customers.account_records import Appliance, MeterRecord, SafetyDevice
from backend.customers.models import GasAccount, GasAppliance, Meter, SafetyDeviceRow

INSTALLED, IN_STOCK, REMOVED = "installed", "in_stock", "removed"
_Row = TypeVar("_Row", GasAppliance, SafetyDeviceRow)


def list_appliances(session: Session, account_id: int) -> tuple[Appliance, ...]:
    """Return the devices that burn gas there now."""
    rows = _list_standing(session, GasAppliance, account_id)
    return tuple(Appliance(one.kind, one.model, one.quantity, one.rated_flow) for one in rows)


def list_safety_devices(session: Session, account_id: int) -> tuple[SafetyDevice, ...]:
    """Return the hoses and alarms that are there now."""
    rows = _list_standing(session, SafetyDeviceRow, account_id)
    return tuple(SafetyDevice(one.kind, one.model, one.installed_on, one.expires_on) for one in rows)


def find_meter(session: Session, account_id: int) -> MeterRecord | None:
    """Return the meter that hangs there, or None."""
    hanging = select(Meter).where(Meter.gas_account_id == account_id, Meter.status == INSTALLED)
    meter = session.scalars(hanging.order_by(Meter.id.desc()).limit(1)).one_or_none()
    if meter is None:
        return None
    return MeterRecord(
        meter.maker, meter.meter_no, meter.kind, meter.reading, meter.inlet_side, meter.seal_no
    )


def keep_appliances(
    session: Session, account: GasAccount, appliances: Sequence[Appliance], now: datetime
) -> None:
    """Let these be the devices there; the same ones again change nothing."""
    if list_appliances(session, account.id) != tuple(appliances):
        _replace(session, GasAppliance, account, appliances, now)


def keep_safety_devices(
    session: Session, account: GasAccount, devices: Sequence[SafetyDevice], now: datetime
) -> None:
    """Let these be the hoses and alarms there; the same ones again change nothing."""
    if list_safety_devices(session, account.id) != tuple(devices):
        _replace(session, SafetyDeviceRow, account, devices, now)


def find_account_at(session: Session, account_no: str, meter_no: str) -> GasAccount | None:
    """Return the account with this number at which this meter hangs, locked, or None."""
    hangs = select(Meter.gas_account_id).where(
        Meter.status == INSTALLED, Meter.meter_no == meter_no.strip(), Meter.gas_account_id.is_not(None)
    )
    found = select(GasAccount).where(GasAccount.account_no == account_no.strip(), GasAccount.id.in_(hangs))
    return session.scalars(found.with_for_update()).one_or_none()


def hang_meter(session: Session, account: GasAccount, record: MeterRecord, now: datetime) -> None:
    """Hang a meter at the account and take the former one down; raises Conflict ``meter_taken``.

    What the record does not tell of a known meter stays as it was.
    """
    told = {"maker": record.maker, "meter_no": record.meter_no}
    fresh = insert(Meter).values(unit_id=account.unit_id, kind=record.kind, status=IN_STOCK, **told)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["maker", "meter_no"]))
    meter = session.scalars(select(Meter).filter_by(**told).with_for_update()).one()
    if meter.status == INSTALLED and meter.gas_account_id != account.id:
        raise Conflict("meter_taken")
    others = (Meter.gas_account_id == account.id) & (Meter.id != meter.id) & (Meter.status == INSTALLED)
    session.execute(update(Meter).where(others).values(status=REMOVED, removed_at=now))
    if meter.status != INSTALLED:
        meter.installed_at, meter.removed_at = now, None
    meter.gas_account_id, meter.status, meter.kind = account.id, INSTALLED, record.kind
    meter.reading = record.reading if record.reading is not None else meter.reading
    meter.inlet_side = record.inlet_side or meter.inlet_side
    meter.seal_no = record.seal_no or meter.seal_no
    session.flush()


def _list_standing(session: Session, table: type[_Row], account_id: int) -> Sequence[_Row]:
    standing = select(table).where(table.gas_account_id == account_id, table.removed_at.is_(None))
    return session.scalars(standing.order_by(table.id)).all()


def _replace(
    session: Session,
    table: type[_Row],
    account: GasAccount,
    records: Sequence[Appliance | SafetyDevice],
    now: datetime,
) -> None:
    """Let what stands go, and enter these; a record's fields are called like its columns."""
    standing = (table.gas_account_id == account.id) & table.removed_at.is_(None)
    session.execute(update(table).where(standing).values(removed_at=now))
    whose = {"unit_id": account.unit_id, "gas_account_id": account.id, "entered_at": now}
    session.add_all(table(**whose, **asdict(one)) for one in records)
    session.flush()
