"""A page of the master's changes taken in: each account alone, so that one that is refused stops no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from backend.account_feed.difference_rows import DifferenceRows, Seen
from backend.account_feed.merging import Side, merge
from backend.account_feed.records import NO_LINK, FeedRecords, Link, OurAccount
from backend.account_feed.units import WITH_HOLDER, pick_cells, without_holder
from backend.account_feed.writing import AccountWriting, read_row
from backend.account_imports.account_cells import write_line
from backend.account_imports.entering import Entry
from backend.account_imports.row_checks import RowRefused
from backend.account_imports.standing import Indexed, Standing, find_standing, hold_places
from backend.core.local_time import local_date
from backend.customer_master.port import Told
from backend.customers.models import GasAccount
from backend.organisation.service import OrganisationService

_CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class _Item:
    """What the master told of an account, and the row that it makes."""

    told: Told
    row: Indexed


class Incoming:
    """Works in the caller's transaction. ``sides`` says who wins where both sides changed the same."""

    def __init__(
        self, records: FeedRecords, organisation: OrganisationService, sides: Mapping[str, Side]
    ) -> None:
        self._records = records
        self._organisation = organisation
        self._sides = sides
        self._writing = AccountWriting(records.keys)
        self._differences = DifferenceRows(records.keys)

    def take(self, session: Session, page: Sequence[Told], now: datetime) -> None:
        """Take a page in; what has been taken before changes nothing."""
        units = self._find_units(session)
        items = self._read(session, self._drop_known(session, page, units, now), units, now)
        if not items:
            return
        rows = [one.row for one in items]
        hold_places(session, rows)
        standing = find_standing(session, rows, locks=True)
        known = {
            one.told.account_no: standing.accounts[one.row.line.account_no]
            for one in items
            if one.row.line.account_no in standing.accounts
        }
        self._enter(session, [one for one in items if one.told.account_no not in known], units, standing, now)
        self._change_all(session, [one for one in items if one.told.account_no in known], standing, now)

    def _find_units(self, session: Session) -> dict[str, int]:
        return {code: key for key, code in self._organisation.code_all_units(session).items()}

    def _drop_known(
        self, session: Session, page: Sequence[Told], units: Mapping[str, int], now: datetime
    ) -> list[Told]:
        """Return the last revision of each account that is newer than what was taken before."""
        newest: dict[str, Told] = {}
        for one in page:
            if one.fault:
                self._refuse(session, one, one.fault, "", units, now)
            elif one.account_no not in newest or newest[one.account_no].revision < one.revision:
                newest[one.account_no] = one
        asked = select(GasAccount.account_no, GasAccount.id).where(GasAccount.account_no.in_(list(newest)))
        ids = {number: account_id for number, account_id in session.execute(asked)}
        links = self._records.read_links(session, ids.values())
        return [
            one
            for number, one in newest.items()
            if number not in ids or links.get(ids[number], NO_LINK).revision < one.revision
        ]

    def _read(
        self, session: Session, told: Sequence[Told], units: Mapping[str, int], now: datetime
    ) -> list[_Item]:
        items, today = [], local_date(now)
        for place, one in enumerate(told):
            try:
                items.append(_Item(one, read_row(self._records.keys, one.cells, place, today)))
            except RowRefused as wrong:
                self._refuse(session, one, wrong.code, wrong.field, units, now)
        return items

    def _enter(
        self, session: Session, items: Sequence[_Item], units: Mapping[str, int], standing: Standing,
        now: datetime,
    ) -> None:  # fmt: skip
        """Enter new accounts, all at once, or one by one where that fails."""
        entries: list[tuple[_Item, Entry]] = []
        places: set[bytes] = set()
        meters: set[tuple[str, str]] = set()
        for one in items:
            line = one.row.line
            if line.status == _CLOSED:
                # The hall has never had it, and nobody will ask for it here.
                continue
            unit_id = units.get(line.account_no[:3])
            meter = (line.meter_maker, line.meter_no)
            hanging = standing.meters.get(meter)
            if unit_id is None:
                self._refuse(session, one.told, "unit_foreign", "account_no", units, now)
            elif standing.numbers_at.get(one.row.place) or one.row.place in places:
                self._refuse(session, one.told, "place_taken", "door", units, now)
            elif line.meter_no and (
                meter in meters or (hanging is not None and hanging.status == "installed")
            ):
                self._refuse(session, one.told, "meter_taken", "meter_no", units, now)
            else:
                places.add(one.row.place)
                meters.add(meter)
                entries.append((one, Entry(one.row, unit_id)))
        done = self._enter_whole(session, entries, units, standing, now)
        self._link_new(session, done, now)

    def _enter_whole(
        self, session: Session, entries: Sequence[tuple[_Item, Entry]], units: Mapping[str, int],
        standing: Standing, now: datetime,
    ) -> list[_Item]:  # fmt: skip
        try:
            with session.begin_nested():
                self._writing.entering.enter(session, [entry for _, entry in entries], standing, now)
            return [item for item, _ in entries]
        except (IntegrityError, DataError):
            if len(entries) == 1:
                self._refuse(session, entries[0][0].told, "not_taken", "", units, now)
                return []
        done: list[_Item] = []
        for one in entries:
            # What the failed try has entered is not there any more.
            again = find_standing(session, [one[1].row], locks=True)
            done += self._enter_whole(session, [one], units, again, now)
        return done

    def _link_new(self, session: Session, items: Sequence[_Item], now: datetime) -> None:
        numbers = {one.row.line.account_no: one for one in items}
        asked = select(GasAccount.id).where(GasAccount.account_no.in_(list(numbers)))
        accounts = self._records.read_accounts(session, session.scalars(asked))
        links: dict[int, Link] = {}
        for account in accounts.values():
            item = numbers[account.account_no]
            # What the hall fills in by itself, as a contact, is agreed as well, or it would go back at once.
            links[account.id] = Link(item.told.revision, account.cells, write_line(item.row.line))
        self._records.keep_links(session, links, now)
        self._records.drop_refusals(session, [one.told.account_no for one in items], "in")

    def _change_all(
        self, session: Session, items: Sequence[_Item], standing: Standing, now: datetime
    ) -> None:
        ids = [standing.accounts[one.row.line.account_no].id for one in items]
        accounts = self._records.read_accounts(session, ids)
        links = self._records.read_links(session, ids)
        changed_at = self._records.find_changed_at(session, ids)
        for one in items:
            known = standing.accounts[one.row.line.account_no]
            account, link = accounts.get(known.id), links.get(known.id, NO_LINK)
            if account is None:
                unreadable = OurAccount(known.id, known.account_no, known.unit_id, {})
                self._refuse_known(session, one.told, unreadable, "not_taken", "", now)
                continue
            seen = Seen(changed_at.get(known.id), one.told.changed_at, one.told.changed_by)
            try:
                with session.begin_nested():
                    self._change(session, one, (account, known, link, seen), standing, now)
            except RowRefused as wrong:
                self._refuse_known(session, one.told, account, wrong.code, wrong.field, now)
            except (IntegrityError, DataError):
                self._refuse_known(session, one.told, account, "not_taken", "", now)

    def _change(
        self, session: Session, item: _Item, found: tuple[OurAccount, Any, Link, Seen], standing: Standing,
        now: datetime,
    ) -> None:  # fmt: skip
        account, known, link, seen = found
        theirs = write_line(item.row.line)
        if not account.cells.get("holder") and session.get_one(GasAccount, account.id).status == _CLOSED:
            # Whose it was had themselves erased: the master's word would bring them back.
            theirs = without_holder(theirs)
        merged = merge(link.agreed, account.cells, theirs, self._sides)
        if merged.taken:
            self._writing.write(session, item.row, known, merged.taken, standing, now)
        if "holder" in merged.taken:
            fresh = self._records.read_accounts(session, [account.id])[account.id].cells
            for unit in WITH_HOLDER:
                merged.agreed |= pick_cells(fresh, unit)
        link = Link(item.told.revision, merged.agreed, theirs)
        self._records.keep_links(session, {account.id: link}, now)
        self._differences.keep(session, account, theirs, merged.differences, seen, now)
        self._records.drop_refusals(session, [account.account_no], "in")
        if merged.sent:
            self._records.note_changes(session, [account.id], "merged")

    def _refuse(
        self, session: Session, told: Told, code: str, field: str, units: Mapping[str, int], now: datetime
    ) -> None:
        values = {"code": code, "field": field, "revision": told.revision}
        values["unit_id"] = units.get(told.account_no[:3])
        self._records.keep_refusal(session, told.account_no, "in", values, now)

    def _refuse_known(
        self, session: Session, told: Told, account: OurAccount, code: str, field: str, now: datetime
    ) -> None:
        values = {"code": code, "field": field, "revision": told.revision, "unit_id": account.unit_id}
        self._records.keep_refusal(session, told.account_no, "in", values, now)
