"""``flask calendar seed | confirm-year | set-hours``: the working calendar from the command line."""

from __future__ import annotations

from datetime import date, datetime, time

import click
from flask.cli import AppGroup

from backend.core.calendar_service import CalendarService
from backend.core.errors import AppError
from backend.core.working_calendar import OfficeHours, Period

AUTHOR = "command line"


def make_calendar_commands(calendar: CalendarService) -> AppGroup:
    """Return the commands that edit the calendar; each prints the version it leads to."""
    group = AppGroup("calendar", help="Edit the working calendar.")

    @group.command("seed")
    def seed() -> None:
        """Enter the days that the installed package knows and the calendar does not."""
        click.echo(f"calendar version {calendar.seed_known_years(AUTHOR)}")

    @group.command("confirm-year")
    @click.argument("year", type=int)
    def confirm_year(year: int) -> None:
        """Make all days of YEAR known; those not entered before go by the rule of weekends."""
        try:
            click.echo(f"calendar version {calendar.confirm_year(year, AUTHOR)}")
        except AppError as error:
            raise click.ClickException("the year must lie between 2025 and 2099") from error

    @group.command("set-hours")
    @click.argument("effective_from", type=click.DateTime(["%Y-%m-%d"]))
    @click.argument("periods", nargs=-1, required=True, metavar="HH:MM-HH:MM ...")
    @click.option("--immediate", default=15, show_default=True, help="Office minutes of 即刻.")
    @click.option("--immediate-always", default=5, show_default=True, help="Minutes of 即刻 on a 24 h clock.")
    def set_hours(
        effective_from: datetime, periods: tuple[str, ...], immediate: int, immediate_always: int
    ) -> None:
        """Set the office hours from a day on, such as 08:30-12:00 13:30-17:30."""
        try:
            hours = _read_hours(effective_from.date(), periods, immediate, immediate_always)
        except ValueError as error:
            raise click.ClickException(f"office hours look like 08:30-12:00 13:30-17:30 ({error})") from error
        click.echo(f"calendar version {calendar.set_office_hours(hours, AUTHOR)}")

    return group


def _read_hours(
    effective_from: date, texts: tuple[str, ...], immediate: int, immediate_always: int
) -> OfficeHours:
    edges = [text.partition("-") for text in texts]
    periods = tuple(Period(time.fromisoformat(first), time.fromisoformat(last)) for first, _, last in edges)
    return OfficeHours(effective_from, periods, immediate, immediate_always)
