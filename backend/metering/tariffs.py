"""The tariffs of a unit as rows: each change is added, and none is lost (design, decision 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.errors import Invalid, NotFound
from backend.core.local_time import local_date
from backend.metering.models import GasTariff
from backend.metering.tiers import Tariff, find_tariff
from backend.organisation.models import Unit
from backend.organisation.service import Member, OrganisationService

# The unit itself first, then those above it: the nearest that has any tariff decides.
_NEAREST = text(
    """
    WITH RECURSIVE above (id, parent_id, far) AS (
      SELECT id, parent_id, 0 FROM unit WHERE id = :unit_id
      UNION ALL
      SELECT u.id, u.parent_id, a.far + 1 FROM unit u JOIN above a ON u.id = a.parent_id
    )
    SELECT a.id FROM above a WHERE EXISTS (SELECT FROM gas_tariff t WHERE t.unit_id = a.id)
     ORDER BY a.far LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class NewTariff:
    """Prices from a day on, in fen per m³, and the yearly limits of the first two tiers in m³."""

    unit_code: str
    effective_on: date
    year_month: int
    first_until_m3: Decimal
    second_until_m3: Decimal
    first_fen: Decimal
    second_fen: Decimal
    third_fen: Decimal
    is_by_months: bool
    reason: str


def list_tariffs(session: Session, unit_id: int) -> list[Tariff]:
    """Return the tariffs that hold for a unit, in the order in which they were entered."""
    nearest = session.execute(_NEAREST, {"unit_id": unit_id}).scalar_one_or_none()
    rows = session.scalars(select(GasTariff).where(GasTariff.unit_id == nearest).order_by(GasTariff.id))
    return [_read(one) for one in rows]


class TariffDesk:
    """What those who keep the hall see and enter; ``now`` is the clock."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._now = now

    def list_all(self, member: Member) -> list[dict[str, Any]]:
        """Return every tariff of the member's units, the newest entry first; ``holds`` marks today's."""
        with self._sessions.begin() as session:
            rows = session.execute(
                select(GasTariff, Unit.code, Unit.name)
                .join(Unit, Unit.id == GasTariff.unit_id)
                .where(GasTariff.unit_id.in_(member.units))
                .order_by(GasTariff.id.desc())
            ).all()
            names = self._organisation.name_staff(session, {row.entered_by for row, _, _ in rows})
        today = local_date(self._now())
        holding = set()
        for unit_id in {row.unit_id for row, _, _ in rows}:
            own = [row for row, _, _ in reversed(rows) if row.unit_id == unit_id]
            tariffs = [_read(one) for one in own]
            now = find_tariff(tariffs, today)
            holding |= {row.id for row, one in zip(own, tariffs, strict=True) if one is now}
        return [
            {
                **{name: getattr(row, name) for name in _FIELDS},
                "id": row.id,
                "unit_code": code,
                "unit_name": unit,
                "holds": row.id in holding,
                "entered_by": names.get(row.entered_by, ""),
                "entered_at": row.entered_at,
            }
            for row, code, unit in rows
        ]

    def add(self, member: Member, new: NewTariff) -> None:
        """Enter a tariff; raises NotFound for a foreign unit, Invalid for what cannot be a tariff.

        A day that is over is refused: what customers were told of it would not be true any more.
        """
        if not 0 < new.first_until_m3 < new.second_until_m3:
            raise Invalid(fields={"second_until_m3": "tariff_limits_crossed"})
        if not 0 < new.first_fen <= new.second_fen <= new.third_fen:
            raise Invalid(fields={"second_fen": "tariff_prices_fall"})
        if new.effective_on < local_date(self._now()):
            raise Invalid(fields={"effective_on": "tariff_day_over"})
        with self._sessions.begin() as session:
            unit_id = self._organisation.find_unit(session, new.unit_code).id
            if unit_id not in member.units:
                raise NotFound
            row = GasTariff(**{name: getattr(new, name) for name in _FIELDS})
            row.unit_id, row.entered_by, row.entered_at = unit_id, member.id, self._now()
            session.add(row)


_FIELDS = (
    "effective_on", "year_month", "first_until_m3", "second_until_m3", "first_fen", "second_fen",
    "third_fen", "is_by_months", "reason",
)  # fmt: skip


def _read(row: GasTariff) -> Tariff:
    return Tariff(
        row.effective_on,
        row.year_month,
        (row.first_until_m3, row.second_until_m3),
        (row.first_fen, row.second_fen, row.third_fen),
        row.is_by_months,
    )
