"""What speaks against opening an account at a place, told to whoever wants it and to whoever accepts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_root_id
from backend.cases.models import ServiceCase
from backend.cases.offers import Offers
from backend.cases.premises_doubts import (
    HAS_ACCOUNT,
    HAS_HAZARDS,
    HAS_OWN_ACCOUNT,
    IN_ARREARS,
    UNSERVED,
    Place,
    PremisesDoubts,
)
from backend.cases.staff_access import StaffAccess
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.error_texts import ERROR_TEXTS
from backend.customers.addresses import PARTS, index_address
from backend.organisation.service import Member

_CASE = table_of(ServiceCase)
_SERVICE = select(_CASE.c.service_key).where(_CASE.c.id == bindparam("case_id"))
# What customers read: what is the matter, and what to do now. Staff read the texts of the refusals.
_FOR_CUSTOMERS = {
    UNSERVED: "这个地址我们还没有通气服务。请核对街道和小区；没有选错的，打客服热线问一问。",
    HAS_OWN_ACCOUNT: "您在这个地址已经有户号了，到“我的户号”就能看到，一般不用再开。",
    HAS_ACCOUNT: "这个地址已经有户号在用。接手别人房子的，先和原来的户主到营业厅办过户，不用重新开户。",
    IN_ARREARS: "这个地址还有没缴清的燃气费用。请先到营业厅缴清，再来开户就不会耽搁。",
    HAS_HAZARDS: "这个地址有安检查出、还没改好的隐患。请先打客服热线约整改，改好才能开户用气。",
}

# The same to whoever wants gas laid to a place that has an account: most of them look for another business.
_FOR_LAYING = {
    HAS_OWN_ACCOUNT: "您在这个地址已经有户号了，一般不用再报装。要移表、改管道选“拆改”，没有气选“报修”。",
    HAS_ACCOUNT: "这个地址已经有户号在用，一般不用再报装。接手别人房子的，先和原来的户主到营业厅办过户。",
}
_FOR_STAFF_LAYING = {
    HAS_OWN_ACCOUNT: "客户在这个地址已经有户号。先问清要办什么：移表、改管道是拆改，没有气是报修。",
    HAS_ACCOUNT: "这个地址已经有别人的户号在用。先问清要办什么：换了户主是过户，移表、改管道是拆改。",
}


class PremisesChecks:
    """What customers ask before they apply. ``reading`` gives sessions for single statements."""

    def __init__(
        self, reading: sessionmaker[Session], offers: Offers, doubts: PremisesDoubts, keys: KeyRing
    ) -> None:
        self._reading = reading
        self._offers = offers
        self._doubts = doubts
        self._keys = keys

    def tell_customer(
        self, customer_id: int, service: str, address: Mapping[str, Any]
    ) -> list[dict[str, str]]:
        """Return ``{code, text}`` of what is the matter there, nothing for a service that asks for no place.

        Raises NotFound ``service_unknown``.
        """
        whole = {part: str(address.get(part) or "").strip() for part in PARTS}
        index = index_address(self._keys, whole)
        wanted = self._offers.get(service)
        if not wanted.checks_place or index is None:
            return []
        if wanted.lays_pipes:
            with self._reading() as session:
                found = self._doubts.find_accounts(session, index, customer_id)
            return [{"code": one, "text": _FOR_LAYING[one]} for one in found]
        place = Place(index, whole["region"], whole["street"], whole["community"], customer_id)
        with self._reading() as session:
            found = self._doubts.find(session, place)
        return [{"code": one, "text": _FOR_CUSTOMERS[one]} for one in found if one in _FOR_CUSTOMERS]


class CasePremises:
    """What staff see of a case beside its acceptance."""

    def __init__(
        self, reading: sessionmaker[Session], access: StaffAccess, offers: Offers, doubts: PremisesDoubts
    ) -> None:
        self._reading = reading
        self._access = access
        self._offers = offers
        self._doubts = doubts

    def tell(self, member: Member, case_no: str) -> list[dict[str, str]]:
        """Return ``{code, text}`` of all that is the matter at the case's address; raises NotFound."""
        with self._reading() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            if self._offers.lays_pipes(_find_service(session, case_id)):
                found = self._doubts.find_accounts_of_case(session, case_id)
                return [{"code": one, "text": _FOR_STAFF_LAYING[one]} for one in found]
            found = self._doubts.find_of_case(session, case_id)
        return [{"code": one, "text": ERROR_TEXTS[one]} for one in found]


def _find_service(session: Session, case_id: int) -> str | None:
    """Return what was applied for in the case at the top."""
    return session.scalar(_SERVICE, {"case_id": find_root_id(session, case_id)})
