"""``flask demo seed``: enters what the demonstration needs; what is there already stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session, sessionmaker

from backend.access.passwords import hash_password
from backend.core.errors import Conflict
from backend.core.local_time import local_date
from backend.customers.service import CustomersService
from backend.organisation.roster_upkeep import RosterUpkeep
from backend.organisation.service import NewStaff, OrganisationService
from backend.organisation.staff_upkeep import StaffUpkeep
from composition.hall import Hall, read_clock
from composition.staff_side import make_hashed_password
from deploy.demo.applicants import CUSTOMERS
from deploy.demo.figures import DemoFigures
from deploy.demo.history import History
from deploy.demo.library import Library
from deploy.demo.offices import add_hours, add_phones, add_turns
from deploy.demo.organisation import AREAS, PASSWORD, PEOPLE, UNITS
from deploy.demo.stories import HISTORY


def make_demo_commands(hall: Hall) -> AppGroup:
    """Return the commands of the demonstration; only demonstration mode has them."""
    group = AppGroup("demo", help="Demonstration data.")

    @group.command("seed")
    def seed() -> None:
        """Enter what is worth trying; safe to run again, also after it was cut short."""
        organisation, sessions, now = hall.organisation, hall.sessions, read_clock()
        counts = (
            _add_units(organisation, sessions),
            _add_people(organisation, sessions),
            _add_areas(organisation, sessions),
        )
        click.echo("{} units, {} staff and {} service areas entered".format(*counts))
        add_phones(sessions, StaffUpkeep(organisation, hall.keys, make_hashed_password), now)
        rules = add_hours(sessions, organisation, local_date(now))
        turns = add_turns(sessions, RosterUpkeep(organisation), local_date(now))
        click.echo(f"{rules} rules of bookable hours and {turns} turns of duty entered")
        customer_ids = _add_customers(hall.customers, sessions, now - HISTORY)
        history = History(hall.settings, now, click.echo)
        click.echo(f"{history.tell(customer_ids)} cases entered")
        articles, rows = Library(hall.settings, now).fill()
        billed, tariffs = DemoFigures(hall, now).fill()
        click.echo(f"bills of {billed} accounts and {tariffs} tariffs entered")
        click.echo(f"{articles} articles of knowledge and {rows} rows of the customers' ledger entered")

    return group


def _add_customers(
    customers: CustomersService, sessions: sessionmaker[Session], since: datetime
) -> dict[str, int]:
    """Return phone → id of the demonstration's customers; one who has signed in keeps all they have."""
    found = {}
    with sessions.begin() as session:
        for one in CUSTOMERS:
            customer_id = customers.find_or_create_by_phone(session, one.phone, since)
            if customers.describe_customer(session, customer_id).name is None:
                customers.set_name(session, customer_id, one.name)
            found[one.phone] = customer_id
    return found


def _add_units(organisation: OrganisationService, sessions: sessionmaker[Session]) -> int:
    added = 0
    for one in UNITS:
        try:
            with sessions.begin() as session:
                organisation.add_unit(session, one.code, one.name, one.kind, one.under, one.address)
        except Conflict:
            continue
        added += 1
    return added


def _add_people(organisation: OrganisationService, sessions: sessionmaker[Session]) -> int:
    # One hash for all: the password is the same and known, and each hash takes its time by design.
    password_hash = hash_password(PASSWORD)
    added = 0
    for one in PEOPLE:
        new = NewStaff(
            one.unit,
            one.username,
            one.name,
            password_hash,
            frozenset(one.positions),
            frozenset(one.departments),
            must_change_password=False,
        )
        try:
            with sessions.begin() as session:
                organisation.add_staff(session, new, datetime.now(UTC))
        except Conflict:
            continue
        added += 1
    return added


def _add_areas(organisation: OrganisationService, sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        there = set(organisation.list_areas(session))
        missing = [one for one in AREAS if one[:3] not in there]
        for region, street, community, unit_code in missing:
            organisation.add_area(session, region, street, community, unit_code)
    return len(missing)
