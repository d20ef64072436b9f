"""What the product asks of a customer system that stays the master of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Result = Literal["done", "stale", "refused"]
RESULTS: tuple[Result, ...] = ("done", "stale", "refused")


@dataclass(frozen=True, slots=True)
class Told:
    """An account as the master has it under ``revision``; the cells are those of a file's columns.

    What cannot be read has a ``fault`` and nothing else for sure.
    """

    account_no: str
    revision: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Changed accounts in the master's order; ``cursor`` goes into the next question."""

    items: tuple[Told, ...]
    cursor: str
    is_last: bool


BillingKind = Literal["reading", "bill", "balance", "payment", "invoice"]
# Which part of a record tells it from the others of its account and kind; an account has one balance.
BILLING_SUBJECTS: Mapping[BillingKind, str] = {
    "reading": "period", "bill": "period", "balance": "", "payment": "payment_no", "invoice": "invoice_no",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BillingRecord:
    """A reading, bill, balance, payment or invoice under the master's ``revision``.

    ``subject`` is its month or its number by BILLING_SUBJECTS, empty where there is none or it is unreadable.

    ``told`` is what came, whose figures the reader checks. What cannot be read at all has a ``fault``.
    """

    kind: BillingKind
    account_no: str
    subject: str = ""
    revision: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class BillingPage:
    """Records in the master's order; ``cursor`` goes into the next question."""

    items: tuple[BillingRecord, ...]
    cursor: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """What changed here of one account; ``base`` is the revision on which that was done, 0 for a new one."""

    account_no: str
    base: int
    changed_at: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the master did: ``stale`` where it has a newer revision than ``base``, which its feed brings."""

    account_no: str
    result: Result
    revision: int = 0
    reason: str = ""


class CustomerMaster(Protocol):
    """Gives its changes page by page, and takes ours in batches; of its bills it is asked alone.

    All raise PlatformUnavailable where it may be tried again, PlatformRefused where that changes nothing.
    """

    def pull(self, cursor: str, limit: int) -> Page | None:
        """Return the page after ``cursor`` (empty: from the beginning); None where the cursor is unknown."""

    def pull_billing(self, cursor: str, limit: int) -> BillingPage | None:
        """Return what BILLING_SUBJECTS names after ``cursor``, as ``pull`` does accounts."""

    def push(self, key: str, items: Sequence[Sent]) -> list[Answer]:
        """Send a batch and return one answer for each item; the same ``key`` again is the same batch."""
