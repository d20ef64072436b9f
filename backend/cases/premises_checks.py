"""What speaks against opening an account at a place, told to whoever wants it and to whoever accepts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

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
from backend.core.encryption import KeyRing
from backend.core.error_texts import ERROR_TEXTS
from backend.customers.addresses import PARTS, index_address
from backend.organisation.service import Member

# What customers read: what is the matter, and what to do now. Staff read the texts of the refusals.
_FOR_CUSTOMERS = {
    UNSERVED: "这个地址我们还没有通气服务。请核对街道和小区；没有选错的，打客服热线问一问。",
    HAS_OWN_ACCOUNT: "您在这个地址已经有户号了，到“我的户号”就能看到，一般不用再开。",
    HAS_ACCOUNT: "这个地址已经有户号在用。接手别人房子的，先和原来的户主到营业厅办过户，不用重新开户。",
    IN_ARREARS: "这个地址还有没缴清的燃气费用。请先到营业厅缴清，再来开户就不会耽搁。",
    HAS_HAZARDS: "这个地址有安检查出、还没改好的隐患。请先打客服热线约整改，改好才能开户用气。",
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
        """Return ``{code, text}`` of what is the matter there, nothing for a service that opens no account.

        Raises NotFound ``service_unknown``.
        """
        whole = {part: str(address.get(part) or "").strip() for part in PARTS}
        index = index_address(self._keys, whole)
        if not self._offers.get(service).opens_account or index is None:
            return []
        place = Place(index, whole["region"], whole["street"], whole["community"], customer_id)
        with self._reading() as session:
            found = self._doubts.find(session, place)
        return [{"code": one, "text": _FOR_CUSTOMERS[one]} for one in found if one in _FOR_CUSTOMERS]


class CasePremises:
    """What staff see of a case beside its acceptance."""

    def __init__(self, reading: sessionmaker[Session], access: StaffAccess, doubts: PremisesDoubts) -> None:
        self._reading = reading
        self._access = access
        self._doubts = doubts

    def tell(self, member: Member, case_no: str) -> list[dict[str, str]]:
        """Return ``{code, text}`` of all that is the matter at the case's address; raises NotFound."""
        with self._reading() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            found = self._doubts.find_of_case(session, case_id)
        return [{"code": one, "text": ERROR_TEXTS[one]} for one in found]
