"""What is told of an account besides whose it is and where: how gas is used there, and by what."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.customers.account_records import AccountRecord


def describe_use(record: AccountRecord, today: date) -> dict[str, Any]:
    """Return use, pressure, devices and meter; nothing of it is personal. ``today`` is the company's day."""
    meter = record.meter
    return {
        "gas_use": record.gas_use,
        "monthly_use": record.monthly_use,
        "pressure_kpa": record.pressure_kpa,
        "use_nature": record.use_nature,
        "use_period": record.use_period,
        "appliances": [
            {
                "kind": one.kind,
                "model": one.model,
                "quantity": one.quantity,
                "rated_flow": one.rated_flow,
            }
            for one in record.appliances
        ],
        "safety_devices": [
            {
                "kind": one.kind,
                "model": one.model,
                "installed_on": one.installed_on,
                "expires_on": one.expires_on,
                "state": one.tell_state(today),
            }
            for one in record.safety_devices
        ],
        "meter": None
        if meter is None
        else {
            "maker": meter.maker,
            "meter_no": meter.meter_no,
            "kind": meter.kind,
            "reading": meter.reading,
            "inlet_side": meter.inlet_side,
            "seal_no": meter.seal_no,
        },
    }
