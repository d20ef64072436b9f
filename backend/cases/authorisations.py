"""What an owner has authorised an agent to: read from the form by the keys listed here. Pure.

A form that asks 本人 or 代办 may ask an agent for ``agent_name``, ``agent_id_number``, ``authorisation`` (the
document), ``agent_scope`` (for which businesses) and ``agent_until`` (the last day). What an older form does
not ask says nothing against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from backend.cases.identity_wanted import acts_for_another

EXPIRED, OUT_OF_SCOPE = "authorisation_expired", "authorisation_out_of_scope"
SCOPE_FIELD, UNTIL_FIELD = "agent_scope", "agent_until"
_FIELD_OF: Final = {EXPIRED: UNTIL_FIELD, OUT_OF_SCOPE: SCOPE_FIELD}
# Whoever may do everything about the gas of the home.
_EVERYTHING: Final = "everything"
# A service or process → what an authorisation calls it; a stop says itself which of the two it is.
_BUSINESSES: Final = {
    "new_account": "account_opening",
    "account_opening": "account_opening",
    "online_account_opening": "account_opening",
    "card_replacement": "card_replacement",
    "ownership_transfer": "ownership_transfer",
    "account_closing": "closing",
}
_STOPS: Final = frozenset({"suspension", "suspension_removal"})


def find_authorisation_fault(form: Mapping[str, Any], business: str, today: date) -> str | None:
    """Return EXPIRED or OUT_OF_SCOPE where an agent's authorisation does not hold for it, or None."""
    if not acts_for_another(form):
        return None
    until, scope = form.get(UNTIL_FIELD), form.get(SCOPE_FIELD)
    if until and str(until) < today.isoformat():
        return EXPIRED
    wanted = _name_business(form, business)
    if scope and wanted is not None and not {wanted, _EVERYTHING} & set(scope):
        return OUT_OF_SCOPE
    return None


def find_authorisation_faults(form: Mapping[str, Any], business: str, today: date) -> dict[str, str]:
    """Return the same by the field that is wrong, empty where nothing is."""
    fault = find_authorisation_fault(form, business, today)
    return {} if fault is None else {_FIELD_OF[fault]: fault}


def _name_business(form: Mapping[str, Any], business: str) -> str | None:
    if business in _STOPS:
        return "closing" if form.get("stop_kind") == "closing" else "suspension"
    return _BUSINESSES.get(business)
