"""The feed of accounts to and from a customer system that stays the master."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from backend.account_feed.difference_desk import DifferenceDesk
from backend.account_feed.exchange import AccountExchange
from backend.account_feed.incoming import Incoming
from backend.account_feed.merging import Side
from backend.account_feed.outgoing import Outgoing
from backend.account_feed.records import FeedRecords
from backend.account_feed.units import UNITS
from backend.core.config import Settings
from backend.core.setting_declarations import ConfigurationError, SettingProblem
from backend.metering.intake import BillingIntake
from composition.hall import Hall, read_clock


def make_account_exchange(hall: Hall) -> AccountExchange:
    """Return what keeps both sides alike; one run takes a third of a job's time."""
    records, run_for = FeedRecords(hall.keys), timedelta(seconds=hall.settings.job_seconds / 3)
    incoming = Incoming(records, hall.organisation, read_sides(hall.settings))
    master = hall.platforms.master
    billing = BillingIntake(hall.keys, records)
    return AccountExchange(
        hall.sessions, master, incoming, Outgoing(records), billing.take, run_for, read_clock
    )


def make_difference_desk(hall: Hall) -> DifferenceDesk:
    """Return the desk of what differs from the master."""
    is_set_up = hall.platforms.master is not None
    return DifferenceDesk(hall.sessions, FeedRecords(hall.keys), hall.organisation, is_set_up, read_clock)


def read_sides(settings: Settings) -> dict[str, Side]:
    """Return who wins by unit; raises ConfigurationError for a unit that no account has."""
    sides: dict[str, Side] = {}
    for unit, given in settings.master_sides:
        side = next((one for one in get_args(Side) if one == given), None)
        if unit not in UNITS or side is None:
            problem = SettingProblem("MASTER_SIDES", f"expected units of {', '.join(UNITS)}")
            raise ConfigurationError((problem,))
        sides[unit] = side
    return sides
