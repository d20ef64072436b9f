"""What the company keeps of a gas account, as it is entered and as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Appliance:
    """A kind of device at the account; ``rated_flow`` is in Nm³/h each."""

    kind: str
    model: str = ""
    quantity: int = 1
    rated_flow: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """The meter at the account, told by maker and number; ``kind`` is mechanical, ic_card or iot."""

    maker: str
    meter_no: str
    kind: str
    reading: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What is entered of an account: whose, where, how much gas at which pressure, for what and when."""

    holder: str
    contact: str
    phone: str
    address: Mapping[str, Any]
    gas_use: str
    monthly_use: Decimal | None = None
    pressure_kpa: Decimal | None = None
    use_nature: str = ""
    use_period: str = ""
    appliances: tuple[Appliance, ...] = ()
    meter: MeterRecord | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The case by which an account is entered: the one at the top, its unit, its customer and the manager."""

    case_id: int
    unit_id: int
    unit_code: str
    customer_id: int | None
    manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account in clear: callers mask what their screen does not need (law 12)."""

    id: int
    account_no: str
    status: str
    manager_id: int | None
    record: AccountRecord
