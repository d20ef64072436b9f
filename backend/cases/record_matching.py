"""What staff see of an application beside the records: whether the account exists here, and is it the person.

Only how they compare is told, never what stands in the record.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import identity_rows as identities
from backend.cases.access import find_root_id
from backend.cases.case_tree import CaseTree, read_tree_by_id
from backend.cases.form_sealing import open_values
from backend.cases.guards import IDENTITY_PROOF
from backend.cases.identity_wanted import acts_for_another
from backend.cases.staff_access import StaffAccess
from backend.catalogue.forms import FieldType, Values
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.customers.accounts import find_account, find_owner
from backend.customers.addresses import index_address
from backend.customers.models import GasAccount, Premises
from backend.customers.service import CustomersService
from backend.organisation.service import Member

# As the record has it, otherwise than there, at another place, or nothing is known; where the record has no
# number of the holder, that the customer has proven who they are, to the face check or to staff.
PROVEN_BY_FACE, PROVEN_BY_STAFF = "proven_by_face", "proven_by_staff"
MATCHES = ("same", "differs", "elsewhere", "unknown", PROVEN_BY_FACE, PROVEN_BY_STAFF)
_ACCOUNT_NO, _HOLDER_ID, _ADDRESS = "account_no", "id_number", "address"


class RecordMatching:
    """Compares what an application says with accounts and their holders."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        access: StaffAccess,
        definitions: DefinitionStore,
        customers: CustomersService,
        keys: KeyRing,
    ) -> None:
        self._reading = reading
        self._access = access
        self._definitions = definitions
        self._customers = customers
        self._keys = keys

    def compare(self, member: Member, case_no: str) -> list[dict[str, str]]:
        """Return ``{item, match}`` of the fields of the case's application that a record can be held against.

        Raises NotFound for a case that the member may not see.
        """
        with self._reading() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            tree = read_tree_by_id(session, find_root_id(session, case_id))
            if tree.form_version_id is None:
                return []
            form = self._definitions.get_form(session, tree.form_version_id)
            values = open_values(self._keys, tree.form)
            numbers = [one.key for one in form.fields if one.account_number and values.get(one.key)]
            persons = [
                one.key
                for one in form.fields
                if one.type is FieldType.ID_NUMBER and one.key == _HOLDER_ID and values.get(one.key)
            ]
            if not numbers and not persons:
                return []
            here = self._find_here(session, values)
            account = find_account(session, str(values.get(_ACCOUNT_NO) or "")) or here
            found = [{"item": key, "match": self._match_number(session, values, key)} for key in numbers]
            return found + [
                {"item": key, "match": self._match_person(session, tree, account, values, key)}
                for key in persons
            ]

    def _match_number(self, session: Session, values: Values, key: str) -> str:
        account = find_account(session, str(values[key]))
        if account is None:
            return "unknown"
        index = self._index(values)
        premises = session.get_one(Premises, account.premises_id)
        return "same" if index is not None and premises.address_index == index else "elsewhere"

    def _match_person(
        self, session: Session, tree: CaseTree, account: GasAccount | None, values: Values, key: str
    ) -> str:
        owner = None if account is None else find_owner(session, account.id)
        number = None if owner is None else self._customers.read_identity(session, owner.customer_id)[1]
        if number is None:
            return self._find_proof(session, tree, values, str(values[key])) or "unknown"
        return "same" if number == str(values[key]) else "differs"

    def _find_proof(self, session: Session, tree: CaseTree, values: Values, typed: str) -> str | None:
        """Return how the number is proven, or None; what proves an agent says nothing of the holder."""
        how, _, reference = str(tree.branch.snapshot.data.get(IDENTITY_PROOF) or "").partition(":")
        if not how or acts_for_another(values):
            return None
        if how != "face":
            return PROVEN_BY_STAFF
        # What was mended since is not the number that the face was held against.
        proven = identities.find_proven_number(session, self._keys, tree.branch.id, reference)
        return PROVEN_BY_FACE if proven == typed else None

    def _find_here(self, session: Session, values: Values) -> GasAccount | None:
        """Return the account at the address that was typed, where there is just one."""
        index = self._index(values)
        if index is None:
            return None
        at = select(GasAccount).join(Premises, Premises.id == GasAccount.premises_id)
        found = session.scalars(at.where(Premises.address_index == index, GasAccount.status != "closed"))
        accounts = found.all()
        return accounts[0] if len(accounts) == 1 else None

    def _index(self, values: Values) -> bytes | None:
        address: Any = values.get(_ADDRESS)
        return index_address(self._keys, address) if isinstance(address, dict) else None
