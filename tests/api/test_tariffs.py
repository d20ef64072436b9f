"""The prices of homes as staff set them: added, never changed, for one's own units alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from backend.core.local_time import local_date
from backend.metering.tariffs import list_tariffs
from tests.api.staff_side import Browser, Hall, code

TODAY = local_date(datetime.now(UTC))
PRICES = {
    "year_month": 1, "first_until_m3": "216", "second_until_m3": "360", "first_fen": "263",
    "second_fen": "316", "third_fen": "395.5", "is_by_months": False, "reason": "按发改委文件",
}  # fmt: skip


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


def add(who: Browser, unit: str, days: int = 0, **changes: Any) -> Any:
    day = (TODAY + timedelta(days=days)).isoformat()
    return who.send("POST", "/tariffs", {"unit_code": unit, "effective_on": day, **PRICES, **changes})


def list_of(who: Browser, unit: str) -> list[dict[str, Any]]:
    return [one for one in who.read("/tariffs")["items"] if one["unit_code"] == unit]


def test_a_tariff_is_added_and_the_later_entry_of_a_day_holds(hall: Hall, lead: Browser) -> None:
    assert add(lead, "362", third_fen="390").status_code == 204
    assert add(lead, "362").status_code == 204
    assert add(lead, "362", days=30, first_fen="280").status_code == 204
    told = list_of(lead, "362")[:3]
    assert [(one["first_fen"], one["third_fen"], one["holds"]) for one in told] == [
        ("280.00", "395.50", False), ("263.00", "395.50", True), ("263.00", "390.00", False),
    ]  # fmt: skip
    assert told[0]["entered_by"] and told[0]["reason"] == "按发改委文件"
    with hall.sessions() as session:
        own = list_tariffs(session, hall.units["362"])
        assert own[-1].prices_fen[0] == 280
        # What is below no unit with a tariff has none.
        elsewhere = session.execute(text("SELECT id FROM unit WHERE parent_id IS NULL LIMIT 1")).scalar_one()
        assert list_tariffs(session, elsewhere) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"second_until_m3": "216"}, "second_until_m3"),
        ({"second_fen": "262.99"}, "second_fen"),
        ({"third_fen": "1"}, "second_fen"),
        ({"first_until_m3": "0"}, "second_until_m3"),
        ({"first_fen": "NaN"}, "first_fen"),
        ({"first_fen": "-1"}, "first_fen"),
        ({"year_month": 13}, "year_month"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_no_tariff_is_refused_at_its_field(
    lead: Browser, changes: dict[str, Any], field: str
) -> None:
    before = lead.read("/tariffs")["items"]
    answer = add(lead, "362", **changes)
    assert answer.status_code == 422 and field in answer.get_json()["fields"]
    assert lead.read("/tariffs")["items"] == before


def test_yesterday_is_over_and_others_units_are_not_there(hall: Hall, lead: Browser) -> None:
    assert "effective_on" in add(lead, "362", days=-1).get_json()["fields"]
    assert add(lead, "999").status_code in (404, 422)
    desk = hall.sign_in("desk_361")
    assert code(add(desk, "361")) == "forbidden"
    assert code(desk.get("/tariffs")) == "forbidden"
