"""The duty telephone answers round the clock: an alarm rings at the people on duty at any hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

import pytest
from sqlalchemy import delete

from backend.core.local_time import SHANGHAI
from backend.organisation.models import DutyRoster
from tests.api.staff_side import Hall
from tests.api.test_alarm_ringing import DAY, PHONES, Station


@pytest.fixture
def station(hall: Hall) -> Iterator[Station]:
    yield Station(hall)
    with hall.sessions.begin() as session:
        session.execute(delete(DutyRoster).where(DutyRoster.starts_on == DAY))


@pytest.mark.parametrize("hour", [0, 3, 12, 22])
def test_the_duty_telephone_rings_at_any_hour(station: Station, hour: int) -> None:
    station.put_on_duty("duty_a")
    station.now = datetime.combine(DAY, time(hour, 30), SHANGHAI)
    case_no = station.report()
    station.minute(case_no)
    assert station.called(case_no) == [PHONES["duty_a"]]
