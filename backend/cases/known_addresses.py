"""The addresses that a customer has given before, for not having to type one again."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_tree import CaseTree, list_trees
from backend.cases.form_sealing import open_values
from backend.catalogue.forms import FieldType
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing

OFFERED: Final = 3
_LOOKED_AT: Final = 20


class KnownAddresses:
    """Reads them out of the customer's own cases; ``reading`` as CustomerCases has it."""

    def __init__(self, reading: sessionmaker[Session], definitions: DefinitionStore, keys: KeyRing) -> None:
        self._reading = reading
        self._definitions = definitions
        self._keys = keys

    def list_last(self, customer_id: int) -> list[dict[str, Any]]:
        """Return the last few different addresses, newest first."""
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        with self._reading() as session:
            for tree in list_trees(session, customer_id, "all", None, _LOOKED_AT):
                address = self._find_address(session, tree)
                if address is not None and address.get("community"):
                    parts = ("region", "street", "community", "building", "unit", "door")
                    found.setdefault(tuple(str(address.get(one) or "") for one in parts), address)
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
