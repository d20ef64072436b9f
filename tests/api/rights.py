"""Who may see personal data in full: where answers tell it, and why that is right.

Staff need no entry where the exchange itself wrote a look into the log of looks. Whatever else stands in
clear in an answer, in a refusal or in a line of the log fails the test that met it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tests.api.leaks import Leak

_OWN = "what the customer typed, or what is kept of them"
_COLLEAGUE = "the service telephone of a colleague, whom the reader is to call"
_COMPANY = "the gas company's own telephone, as party B of its contracts"
_NOTE = "a colleague's own words, for those who work on the case"
_OWN_PHOTO = "the number in the photo that this member of staff has just taken"
_SAMPLE = "made-up values that show how it is filled in"


@dataclass(frozen=True, slots=True)
class Right:
    """What may be told in full; ``route`` and ``places`` match all of a route and of a leak's place."""

    route: str
    places: str
    reason: str


RIGHTS: Final = (
    Right("GET /api/v1/me", r"phone", _OWN),
    Right("GET /api/v1/me/data.pdf", r"", _OWN),
    Right("GET /api/v1/addresses", r".*", _OWN),
    Right("GET /api/v1/accounts/<account_no>", r".*", _OWN),
    Right("GET /api/v1/cases/<case_no>", r".*", _OWN),
    Right("GET /api/v1/cases/<case_no>/documents/<task>/pdf", r"", _OWN),
    Right("GET /api/v1/cases/<case_no>/documents/<task>/wording", r"lines\.parts\.words", _OWN),
    Right("POST /api/v1/applications", r".*", _OWN),
    Right("POST /api/v1/cases/<case_no>/appointment", r".*", _OWN),
    Right("POST /api/v1/cases/<case_no>/commands", r".*", _OWN),
    Right("POST /api/v1/files/<file_key>/reading", r"number", _OWN),
    Right("POST /staff/api/v1/files/<file_key>/reading", r"number", _OWN_PHOTO),
    Right("GET /staff/api/v1/cases/<case_no>", r"progress\.handler\.phone|history\.text", _COLLEAGUE),
    Right("GET /staff/api/v1/cases/<case_no>", r"notes\.text", _NOTE),
    Right("POST /staff/api/v1/cases/<case_no>/commands", r"progress\.handler\.phone", _COLLEAGUE),
    Right("GET /staff/api/v1/calls/cases/<case_no>", r"places\.contact\.phone", _COLLEAGUE),
    Right("GET /staff/api/v1/cases/<case_no>/documents/<task>", r"values\.party_b_phone_fax", _COMPANY),
    Right(".* /staff/api/v1/knowledge/rounds.*", r"(items\.)?nodes\.contact_phone", _COLLEAGUE),
    Right("POST /staff/api/v1/exports/knowledge-rounds", r"", _COLLEAGUE),
    Right("GET /staff/api/v1/account-imports/template.csv", r"", _SAMPLE),
    Right("POST /staff/api/v1/templates/<key>/preview.pdf", r"", _SAMPLE),
)
# What somebody looks for stands in the address of the request; our own server writes no addresses down.
_SEARCHES: Final = frozenset({"GET /staff/api/v1/cases"})
_MATCHED: Final = [(re.compile(one.route), re.compile(one.places)) for one in RIGHTS]


def may_tell(route: str, leak: Leak) -> bool:
    """Tell whether an answer of ``route``, as ``GET /api/v1/me``, may say this in full."""
    return any(who.fullmatch(route) and places.fullmatch(leak.place) for who, places in _MATCHED)


def may_ask(route: str) -> bool:
    """Tell whether a request of ``route`` may name a person in its address."""
    return route in _SEARCHES
