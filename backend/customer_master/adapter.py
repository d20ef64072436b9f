"""The port of the customer system on the signed JSON format of docs/customer-master.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict
from backend.core.signed_calls import SignedCalls
from backend.customer_master.port import (
    BILLING_SUBJECTS,
    RESULTS,
    Answer,
    BillingPage,
    BillingRecord,
    Page,
    Sent,
    Told,
)

PLATFORM, CHANGES, BATCHES = "customer_master", "/api/v1/accounts/changes", "/api/v1/accounts/batches"
BILLING = "/api/v1/billing/changes"
MALFORMED: Final = "item_malformed"
_LONGEST_CELL, _LONGEST_NAME, _LONGEST_CURSOR = 500, 50, 200
_LONGEST_SUBJECT: Final = 40
_LARGEST: Final = 2**63 - 1
# CODE stands here for a cursor that the master no longer knows.
CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        # The signature, the time or the nonce is refused; a new try is signed anew.
        **dict.fromkeys((1001, 1002, 1003), Verdict.CREDENTIAL),
        # The app is unknown or barred; the body is malformed.
        **dict.fromkeys((1004, 1201), Verdict.REFUSED),
        1410: Verdict.CODE,
        # Too many calls, or busy.
        **dict.fromkeys((1429, 1500), Verdict.BUSY),
    }
)


class SignedCustomerMaster:
    """CustomerMaster over HTTP; ``secret`` signs what we send and proves what comes back."""

    def __init__(self, *, base_url: str, app_id: str, secret: str, answer_seconds: float) -> None:
        self._calls = SignedCalls(
            *(PLATFORM, CODES), base_url=base_url, app_id=app_id, secret=secret, answer_seconds=answer_seconds
        )

    def pull(self, cursor: str, limit: int) -> Page | None:
        """See CustomerMaster."""
        found = self._pull(CHANGES, cursor, limit)
        if found is None:
            return None
        items, after, is_last = found
        return Page(tuple(_read_told(one) for one in items), after, is_last)

    def pull_billing(self, cursor: str, limit: int) -> BillingPage | None:
        """See CustomerMaster."""
        found = self._pull(BILLING, cursor, limit)
        if found is None:
            return None
        items, after, is_last = found
        return BillingPage(tuple(_read_billing(one) for one in items), after, is_last)

    def _pull(self, path: str, cursor: str, limit: int) -> tuple[list[Any], str, bool] | None:
        data = self._calls.call("GET", f"{path}?{urlencode({'after': cursor, 'limit': limit})}", None)
        if data is None:
            return None
        items, after, is_last = data.get("items"), data.get("next"), data.get("is_last")
        if not isinstance(items, list) or not isinstance(after, str) or not isinstance(is_last, bool):
            raise PlatformUnavailable(PLATFORM, "unreadable")
        if len(items) > limit or len(after) > _LONGEST_CURSOR or not after.isprintable():
            raise PlatformUnavailable(PLATFORM, "unreadable")
        if not is_last and (not items or after == cursor):
            # It would be asked for the same page for ever.
            raise PlatformUnavailable(PLATFORM, "cursor_stands")
        return items, after, is_last

    def push(self, key: str, items: Sequence[Sent]) -> list[Answer]:
        """See CustomerMaster."""
        told = [
            {
                "account_no": one.account_no,
                "base_revision": one.base,
                "changed_at": one.changed_at,
                "account": dict(one.cells),
            }
            for one in items
        ]
        data = self._calls.call("POST", BATCHES, {"key": key, "items": told})
        if data is None:
            raise PlatformRefused(PLATFORM, "1410")
        results = data.get("results")
        answers = [_read_answer(one) for one in results] if isinstance(results, list) else []
        if [one.account_no for one in answers] != [one.account_no for one in items]:
            raise PlatformUnavailable(PLATFORM, "unreadable")
        return answers


def _read_number(given: object) -> str:
    # Without a number nobody could look for it, so that a wrong one is told in part and never in full.
    return given if isinstance(given, str) and len(given) <= 20 and given.isprintable() else ""


def _read_billing(item: object) -> BillingRecord:
    found: Mapping[str, Any] = item if isinstance(item, dict) else {}
    kind = next((one for one in BILLING_SUBJECTS if one == found.get("kind")), None)
    account_no, revision = found.get("account_no"), found.get("revision")
    number = _read_number(account_no)
    # Without it as well, what is refused is listed for the account alone.
    told = found.get(BILLING_SUBJECTS[kind or "bill"])
    is_named = isinstance(told, str) and len(told) <= _LONGEST_SUBJECT and told.isprintable()
    subject = str(told) if is_named else ""
    if kind is None or not number or not _is_revision(revision):
        return BillingRecord(kind or "bill", number, subject, fault=MALFORMED)
    return BillingRecord(kind, number, subject, int(revision or 0), found)


def _read_told(item: object) -> Told:
    found: Mapping[str, Any] = item if isinstance(item, dict) else {}
    cells, account_no = found.get("account"), _read_number(found.get("account_no"))
    revision, by = found.get("revision"), found.get("changed_by", "")
    plain = _read_cells(cells)
    if not account_no or not _is_revision(revision) or plain is None or not isinstance(by, str):
        return Told(account_no, fault=MALFORMED)
    at = _read_moment(found.get("changed_at"))
    name = "".join(one for one in by if one.isprintable())[:_LONGEST_NAME]
    return Told(account_no, int(revision or 0), at, name, {**plain, "account_no": account_no})


def _read_cells(cells: object) -> dict[str, str] | None:
    """Return the cells as texts; null is an empty one, and anything but texts is no account."""
    if not isinstance(cells, dict):
        return None
    plain = {str(key): "" if one is None else one for key, one in cells.items()}
    if any(not isinstance(one, str) or len(one) > _LONGEST_CELL for one in plain.values()):
        return None
    return plain


def _read_answer(item: object) -> Answer:
    found: Mapping[str, Any] = item if isinstance(item, dict) else {}
    result = next((one for one in RESULTS if one == found.get("result")), None)
    number, revision, reason = found.get("account_no"), found.get("revision", 0), found.get("reason", "")
    if result is None or not isinstance(number, str) or (result == "done" and not _is_revision(revision)):
        raise PlatformUnavailable(PLATFORM, "unreadable")
    return Answer(
        number, result, int(revision) if result == "done" else 0, reason if isinstance(reason, str) else ""
    )


def _is_revision(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given <= _LARGEST


def _read_moment(given: object) -> datetime | None:
    if not isinstance(given, str):
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
