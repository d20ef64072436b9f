"""What the company keeps of a gas account, as it is entered and as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Appliance:
    """A kind of device at the account; ``rated_flow`` is in Nm³/h each."""

    kind: str
    model: str = ""
    quantity: int = 1
    rated_flow: Decimal | None = None


# Who reads of it has this long to have a hose or alarm replaced before its day.
_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class SafetyDevice:
    """A hose or a gas alarm (``kind`` hose or alarm), to be replaced by ``expires_on``."""

    kind: str
    model: str = ""
    installed_on: date | None = None
    expires_on: date | None = None

    def tell_state(self, today: date) -> str:
        """Return valid, soon (within sixty days), expired, or unknown where nobody noted a day."""
        if self.expires_on is None:
            return "unknown"
        if self.expires_on < today:
            return "expired"
        return "soon" if self.expires_on - today <= _SOON else "valid"


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """The meter at the account, told by maker and number; ``kind`` is mechanical, ic_card or iot.

    ``inlet_side`` is left or right (进气方向), ``seal_no`` what stands on its seal (表封号).
    """

    maker: str
    meter_no: str
    kind: str
    reading: Decimal | None = None
    inlet_side: str | None = None
    seal_no: str = ""


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
    safety_devices: tuple[SafetyDevice, ...] = ()


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
