"""Whether accounts owe anything: the charges of all cases about them that nobody has settled."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.orm import Session

from backend.core.statements import Prepared

# Of the case that asks nothing counts: what it collects itself is no arrears.
_OWED = Prepared(
    text(
        """
    WITH RECURSIVE tree (id) AS (
      SELECT case_id FROM case_account
       WHERE gas_account_id = ANY(:accounts) AND case_id IS DISTINCT FROM :apart
      UNION
      SELECT k.id FROM service_case k JOIN tree ON k.parent_case_id = tree.id
    )
    SELECT true FROM charge c WHERE c.state = 'open' AND c.case_id IN (SELECT id FROM tree) LIMIT 1
    """
    ).bindparams(bindparam("accounts", type_=ARRAY(BigInteger)), bindparam("apart", type_=BigInteger))
)


def find_arrears(session: Session, account_ids: Sequence[int], apart_case_id: int | None) -> bool:
    """Tell whether anything of these accounts is charged and unsettled, the case ``apart_case_id`` apart."""
    asked = {"accounts": list(account_ids), "apart": apart_case_id}
    return _OWED.first(session, asked) is not None
