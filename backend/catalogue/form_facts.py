"""What of a form is told in words to whoever is about to sign it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CUSTOMER_PARTY = "customer"
# Neither words nor anybody's business to read on a page that one signs in passing.
_UNTOLD = frozenset({"signature", "photos", "documents", "address"})
# As many as one reads before signing; the rest stands in the PDF.
_MOST = 12


def list_told(body: Mapping[str, Any], fields: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the form's ``main_facts``, else what everybody has to fill in and is nobody's personal data."""
    named: Sequence[Mapping[str, Any]] | None = body.get("main_facts")
    if named is not None:
        return named
    told = (one for one in fields if one.get("required") and one["type"] not in _UNTOLD)
    return [{"field": one["key"]} for one in told if one["personal"] == "none"][:_MOST]


def is_signed_by_customer(body: Mapping[str, Any]) -> bool:
    """Tell whether the form has a place for the customer's signature."""
    return any(one["party"] == CUSTOMER_PARTY for one in body.get("signers", ()))
