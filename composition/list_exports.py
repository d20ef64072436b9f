"""All lists of the console behind the one door that writes them as Excel files."""

from __future__ import annotations

from collections.abc import Mapping

from flask_smorest import Api

from backend.access.looks import record_look
from backend.appointments.hours_list import list_hours_exports
from backend.appointments.visiting_hours import HoursDesk
from backend.cases.list_exports import CaseExports
from backend.cases.return_reasons import ReturnReasons
from backend.cases.staff_queues import StaffQueues
from backend.core.promise_desk import PromiseDesk
from backend.organisation.desk import OrganisationDesk
from backend.organisation.keeper_lists import list_keeper_exports
from backend.organisation.list_exports import Exportable, ListExports
from backend.organisation.organisation_lists import OrganisationLists
from composition.hall import Hall, read_clock
from staff_api.export_routes import make_export_routes


def list_case_exports(hall: Hall, queues: StaffQueues, reasons: ReturnReasons) -> dict[str, Exportable]:
    """Return the lists of the cases' side."""
    cases = CaseExports(hall.sessions, queues, hall.keys, record_look, read_clock)
    return cases.list_exports(reasons)


def list_organisation_exports(
    hall: Hall, desk: OrganisationDesk, hours: HoursDesk, unit_people: frozenset[str]
) -> dict[str, Exportable]:
    """Return the lists of the organisation's side."""
    lists = OrganisationLists(desk, hall.content.post_names)
    return {**lists.list_exports(unit_people), **list_hours_exports(hours, unit_people)}


def add_exports(api: Api, hall: Hall, lists: Mapping[str, Exportable], desk: PromiseDesk) -> None:
    """Register the door with ``lists`` and those of the hall's keepers."""
    keepers = list_keeper_exports(desk, hall.calendar, read_clock)
    api.register_blueprint(make_export_routes(ListExports({**lists, **keepers}, read_clock)))
