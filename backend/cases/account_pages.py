"""An account as who follows it reads it: whose and where, its meter and devices, and whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.account_views import describe_use
from backend.core.local_time import local_date
from backend.core.masking import mask_name
from backend.customers.account_rights import HOME, PARTS
from backend.customers.accounts import GasAccounts
from backend.customers.addresses import write_address
from backend.customers.bindings import AccountBindings
from backend.organisation.service import OrganisationService


class AccountPages:
    """``reading`` gives sessions for single statements, ``now`` is the clock."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        bindings: AccountBindings,
        accounts: GasAccounts,
        organisation: OrganisationService,
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._bindings = bindings
        self._accounts = accounts
        self._organisation = organisation
        self._now = now

    def tell(self, customer_id: int, account_no: str) -> dict[str, Any]:
        """Return the account's page; raises NotFound for one that the customer does not follow.

        ``parts`` are what this role sees; without ``home`` there is neither a door nor what stands behind it.
        """
        with self._reading() as session:
            bound, account = self._bindings.find_bound(session, customer_id, account_no)
            view = self._accounts.read(session, account)
            contact = (
                self._organisation.find_contact(session, account.manager_id) if account.manager_id else None
            )
            return {
                "account_no": bound.account_no,
                "role": bound.role,
                "status": bound.status,
                "holder": view.record.holder if bound.role == "owner" else mask_name(view.record.holder),
                "place": write_address(bound.place),
                "opened_at": account.opened_at,
                "parts": [one for one in PARTS if one in bound.parts],
                "ends_on": bound.ends_on,
                "use": describe_use(view.record, local_date(self._now())) if HOME in bound.parts else None,
                "manager": None if contact is None else {"name": contact.name, "phone": contact.phone},
            }
