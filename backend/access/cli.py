"""``flask organisation add-unit | add-staff``: the first people, before there is anybody to sign in."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session, sessionmaker

from backend.access.passwords import hash_password, make_first_password
from backend.core.errors import AppError, sentence_for
from backend.organisation.service import NewStaff, OrganisationService


def make_organisation_commands(
    organisation: OrganisationService, sessions: sessionmaker[Session]
) -> AppGroup:
    """Return the commands that enter units and staff."""
    group = AppGroup("organisation", help="Enter units and staff.")

    @group.command("add-unit")
    @click.argument("code")
    @click.argument("name")
    @click.option("--kind", type=click.Choice(["centre", "division", "unit"]), default="unit")
    @click.option("--under", help="Code of the unit above; none for the centre.")
    def add_unit(code: str, name: str, kind: str, under: str | None) -> None:
        """Enter a unit by its code of three digits."""
        try:
            with sessions.begin() as session:
                organisation.add_unit(session, code, name, kind, under)
        except AppError as error:
            raise _explain(error) from error
        click.echo(f"unit {code} entered")

    @group.command("add-staff")
    @click.argument("username")
    @click.argument("name")
    @click.option("--unit", "unit_code", required=True, help="Code of the unit.")
    @click.option("--position", "positions", multiple=True)
    @click.option("--department", "departments", multiple=True)
    def add_staff(
        username: str, name: str, unit_code: str, positions: tuple[str, ...], departments: tuple[str, ...]
    ) -> None:
        """Enter somebody and print a first password, which has to be changed at the first sign-in."""
        password = make_first_password()
        new = NewStaff(
            unit_code, username, name, hash_password(password), frozenset(positions), frozenset(departments)
        )
        try:
            with sessions.begin() as session:
                organisation.add_staff(session, new, datetime.now(UTC))
        except AppError as error:
            raise _explain(error) from error
        click.echo(f"{username.strip().lower()} may sign in with the first password {password}")

    return group


def _explain(error: AppError) -> click.ClickException:
    return click.ClickException(f"{sentence_for(error.code, error.http_status)} ({error})")
