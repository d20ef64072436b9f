"""``flask demo seed``: enters what the demonstration needs; what is there already stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session, sessionmaker

from backend.access.passwords import hash_password
from backend.core.errors import Conflict
from backend.organisation.service import NewStaff, OrganisationService
from deploy.demo.organisation import AREAS, PASSWORD, PEOPLE, UNITS


def make_demo_commands(organisation: OrganisationService, sessions: sessionmaker[Session]) -> AppGroup:
    """Return the commands of the demonstration; only demonstration mode has them."""
    group = AppGroup("demo", help="Demonstration data.")

    @group.command("seed")
    def seed() -> None:
        """Enter units, staff and service areas; safe to run again after it was cut short."""
        counts = (
            _add_units(organisation, sessions),
            _add_people(organisation, sessions),
            _add_areas(organisation, sessions),
        )
        click.echo("{} units, {} staff and {} service areas entered".format(*counts))

    return group


def _add_units(organisation: OrganisationService, sessions: sessionmaker[Session]) -> int:
    added = 0
    for one in UNITS:
        try:
            with sessions.begin() as session:
                organisation.add_unit(session, one.code, one.name, one.kind, one.under)
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
