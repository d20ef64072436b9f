"""One chunk of rows: each becomes an account, changes one, changes nothing, or is refused with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.account_imports.comparing import FIXED, list_differences
from backend.account_imports.entering import AccountEntering, Entry
from backend.account_imports.reading import Refusal
from backend.account_imports.standing import Indexed, Standing, find_standing, hold_places
from backend.core.array_texts import write_numbers
from backend.core.copying import copy_rows
from backend.core.encryption import KeyRing
from backend.core.statements import Prepared

_ACCOUNT, _METER, _PLACE = 1, 2, 3
# What a row names, as (kind, digest): its account, its place and its meter.
Keys = list[tuple[int, int]]
# Kind of key → what is told of a row that names a thing again, and in which column.
_AGAIN: Final = {
    _ACCOUNT: ("account_repeated", "account_no"),
    _METER: ("meter_repeated", "meter_no"),
    _PLACE: ("place_repeated", "door"),
}
_FIND_KEYS: Final = (
    "SELECT told.kind, told.digest, k.row_no FROM unnest(CAST(:kinds AS smallint[]),"
    " CAST(:digests AS bigint[]), CAST(:row_nos AS integer[])) AS told(kind, digest, row_no)"
    " {join} account_import_key k ON k.import_id = :import_id AND k.kind = told.kind"
    " AND k.digest = told.digest WHERE k.row_no IS DISTINCT FROM told.row_no"
)
# In a check nearly all are new, after it nearly all are the rows' own: either way little comes back.
_FIND_NAMED: Final = Prepared(text(_FIND_KEYS.format(join="JOIN")))
_FIND_OTHERS: Final = Prepared(text(_FIND_KEYS.format(join="LEFT JOIN")))
_KEY: Final = ("import_id", "kind", "digest", "row_no")


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for a whole run: whose accounts it may bring, by codes of units, and what it may do."""

    import_id: int
    units: Mapping[str, int]
    may_change: bool
    writes: bool


@dataclass(slots=True)
class Outcome:
    """What became of a chunk."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)


class ChunkTaking:
    """Takes chunks in; a dry run does the same and writes no account."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._entering = AccountEntering(keys)

    def take(self, session: Session, run: Run, rows: Sequence[Indexed], now: datetime) -> Outcome:
        """Take the rows in within the caller's transaction."""
        outcome = Outcome()
        if not rows:
            return outcome
        keys_of = [(row, _list_keys(row)) for row in rows]
        named, new = _find_named(session, run, keys_of)
        if run.writes:
            hold_places(session, rows)
        standing = find_standing(session, rows, locks=run.writes)
        entries: list[Entry] = []
        fresh: dict[tuple[int, int], int] = {}
        for row, keys in keys_of:
            refusal = _find_repeated(row, keys, named) or self._judge(
                session, run, row, standing, entries, outcome, now
            )
            if refusal is not None:
                outcome.refusals.append(refusal)
                continue
            # What a refused row names is still free, so that a slip in one row does not cost another.
            named |= dict.fromkeys(keys, row.row_no)
            fresh |= {key: row.row_no for key in keys if key in new}
        if run.writes:
            self._entering.enter(session, entries, standing, now)
        outcome.created = len(entries)
        if fresh:
            told = ((run.import_id, *key, row_no) for key, row_no in fresh.items())
            copy_rows(session, "account_import_key", _KEY, told)
        return outcome

    def _judge(
        self, session: Session, run: Run, row: Indexed, standing: Standing, entries: list[Entry],
        outcome: Outcome, now: datetime,
    ) -> Refusal | None:  # fmt: skip
        line = row.line
        account = standing.accounts.get(line.account_no)
        unit_id = run.units.get(line.account_no[:3])
        if (account is None and unit_id is None) or (
            account is not None and account.unit_id not in run.units.values()
        ):
            return Refusal(row.row_no, "unit_foreign", "account_no")
        meter = standing.meters.get((line.meter_maker, line.meter_no))
        meter_at = meter.gas_account_id if meter is not None and meter.status == "installed" else None
        if meter_at is not None and (account is None or meter_at != account.id):
            return Refusal(row.row_no, "meter_taken", "meter_no")
        if account is not None:
            return self._compare(session, run, row, account, standing, outcome, now)
        if standing.numbers_at.get(row.place):
            return Refusal(row.row_no, "place_taken", "door")
        if line.status == "closed":
            return Refusal(row.row_no, "closed_already", "status")
        if unit_id is not None:
            entries.append(Entry(row, unit_id))
        return None

    def _compare(
        self, session: Session, run: Run, row: Indexed, account: object, standing: Standing, outcome: Outcome,
        now: datetime,
    ) -> Refusal | None:  # fmt: skip
        differing = list_differences(self._keys, row, account)
        if not differing:
            outcome.unchanged += 1
            return None
        fixed = [one for one in differing if one in FIXED]
        if fixed or not run.may_change:
            code = "account_fixed" if fixed else "account_differs"
            named = (fixed or differing)[0]
            return Refusal(row.row_no, code, "meter_no" if named == "meter" else named)
        if run.writes:
            self._entering.change(session, row, account, differing, standing, now)
        outcome.changed += 1
        return None


def _find_named(
    session: Session, run: Run, keys_of: Sequence[tuple[Indexed, Keys]]
) -> tuple[dict[tuple[int, int], int], AbstractSet[tuple[int, int]]]:
    """Return which other rows have named what these rows name, and which of it nobody has named yet.

    A check before an import has left each row's own keys.
    """
    flat = [(kind, digest, row.row_no) for row, keys in keys_of for kind, digest in keys]
    told = {
        "import_id": run.import_id,
        "kinds": write_numbers(kind for kind, _, _ in flat),
        "digests": write_numbers(digest for _, digest, _ in flat),
        "row_nos": write_numbers(row_no for _, _, row_no in flat),
    }
    found = (_FIND_OTHERS if run.writes else _FIND_NAMED).all(session, told)
    named = {(one.kind, one.digest): one.row_no for one in found if one.row_no is not None}
    if run.writes:
        return named, {(one.kind, one.digest) for one in found if one.row_no is None}
    return named, {key for _, keys in keys_of for key in keys} - named.keys()


def _find_repeated(row: Indexed, keys: Keys, named: Mapping[tuple[int, int], int]) -> Refusal | None:
    again = next((one for one in keys if named.get(one, row.row_no) < row.row_no), None)
    return None if again is None else Refusal(row.row_no, *_AGAIN[again[0]], named[again])


def _list_keys(row: Indexed) -> Keys:
    line = row.line
    found = [(_ACCOUNT, int(line.account_no)), (_PLACE, int.from_bytes(row.place[:8], signed=True))]
    if line.meter_no:
        digest = hashlib.blake2b(f"{line.meter_maker}\0{line.meter_no}".encode(), digest_size=8).digest()
        found.append((_METER, int.from_bytes(digest, signed=True)))
    return found
