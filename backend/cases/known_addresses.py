"""The addresses of a customer's own accounts and earlier cases, for not having to type one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_tree import CaseTree, list_trees
from backend.cases.form_sealing import open_values
from backend.catalogue.forms import FieldType
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.customers.account_rights import HOME
from backend.customers.addresses import PARTS
from backend.customers.bindings import AccountBindings

OFFERED: Final = 3
_LOOKED_AT: Final = 20


class KnownAddresses:
    """``reading`` as CustomerCases has it."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        definitions: DefinitionStore,
        keys: KeyRing,
        bindings: AccountBindings,
    ) -> None:
        self._reading = reading
        self._definitions = definitions
        self._keys = keys
        self._bindings = bindings

    def list_last(self, customer_id: int) -> list[dict[str, Any]]:
        """Return a few different addresses: those of the accounts first, then of cases, each newest first.

        Who does not see an account's door, as whoever only pays its bills, is not offered its address.
        """
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        with self._reading() as session:
            for one in self._bindings.list_bound(session, customer_id):
                if HOME in one.parts and len(found) < OFFERED:
                    found.setdefault(_key(one.place), dict(one.place))
            if len(found) == OFFERED:
                return list(found.values())
            for tree in list_trees(session, customer_id, "all", None, _LOOKED_AT):
                address = self._find_address(session, tree)
                if address is not None and address.get("community"):
                    found.setdefault(_key(address), address)
                if len(found) == OFFERED:
                    break
        return list(found.values())

    def _find_address(self, session: Session, tree: CaseTree) -> dict[str, Any] | None:
        if tree.form_version_id is None:
            return None
        place = self._definitions.get_form(session, tree.form_version_id).first_of(type_=FieldType.ADDRESS)
        if place is None or place.key not in tree.form:
            return None
        value = open_values(self._keys, {place.key: tree.form[place.key]})[place.key]
        return value if isinstance(value, dict) else None


def _key(address: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(address.get(one) or "") for one in PARTS)
