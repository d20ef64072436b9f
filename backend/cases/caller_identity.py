"""A caller's identity is verified before anybody reads them what is known of them; each look is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.ports import RecordLook
from backend.cases.staff_access import TOLD_TASK
from backend.cases.staff_rows import RowWriter
from backend.catalogue.field_checks import BadValue, check_address
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.masking import mask_id_number
from backend.core.statements import Prepared
from backend.customers.addresses import index_address
from backend.customers.verification import ToldIdentity, find_verified
from backend.organisation.service import Member

# How many things have to agree is a parameter of the process in which it is asked.
PROCESS, NEEDED = "hotline_information_query", "identity_items_needed"
LOOK_REASON = "来电核实身份后查询"
_SEEN = ("name", "phone", "accounts", "cases")
_MOST = 20
_CASES = Prepared(
    text(
        f"""
    SELECT c.*, t.no AS task_no, t.step, t.opened_at AS waiting_since, t.due_at
    FROM service_case c JOIN {TOLD_TASK}
    WHERE c.customer_id = :customer_id AND c.parent_case_id IS NULL AND c.unit_id = ANY(:units)
    ORDER BY (c.status = 'open') DESC, c.id DESC LIMIT {_MOST}
    """
    ).bindparams(bindparam("units", type_=ARRAY(BigInteger)))
)


@dataclass(frozen=True, slots=True)
class CallerSays:
    """What the caller says of themselves, as it was typed."""

    id_number: str = ""
    meter_no: str = ""
    name: str = ""
    address: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Verifies callers, and tells what is known of who is verified."""

    sessions: sessionmaker[Session]
    definitions: DefinitionStore
    rows: RowWriter
    keys: KeyRing
    record_look: RecordLook
    now: Callable[[], datetime]

    def count_needed(self) -> int:
        """Return how many things have to be said, and agree."""
        with self.sessions.begin() as session:
            return self._count_needed(session)

    def verify(self, member: Member, says: CallerSays) -> dict[str, Any]:
        """Return ``{customers}`` of whom all is true that the caller says: personal, gas and business data.

        Raises Invalid where less is said than has to agree, so that nobody tries one thing after another.
        """
        told = ToldIdentity(
            says.id_number.strip(), says.meter_no.strip(), says.name.strip(), self._index(says.address)
        )
        with self.sessions.begin() as session:
            if told.count() < self._count_needed(session):
                raise Invalid("identity_too_little", fields={"id_number": "identity_too_little"})
            found = []
            for one in find_verified(session, self.keys, member.units, told):
                self.record_look(session, member.id, f"customer:{one.id}", _SEEN, LOOK_REASON, self.now())
                cases = _CASES.all(session, {"customer_id": one.id, "units": sorted(member.units)})
                found.append(
                    {
                        **asdict(one),
                        "id_number": mask_id_number(one.id_number) if one.id_number else "",
                        "cases": self.rows.write(session, cases),
                    }
                )
            return {"customers": found}

    def _count_needed(self, session: Session) -> int:
        return int(self.definitions.newest(session, PROCESS).definition.parameters[NEEDED])

    def _index(self, address: Mapping[str, Any] | None) -> bytes | None:
        if address is None:
            return None
        try:
            return index_address(self.keys, check_address(address))
        except BadValue as bad:
            raise Invalid(fields={"address": bad.code}) from bad
