"""The accounts of the simulated customer system: revisions, the order of changes, keys of batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulators.records import now_text

ACCOUNTS_KEPT = 20_000
NONCES_KEPT = 5000
BATCHES_KEPT = 1000


@dataclass
class MasterAccount:
    """One account. ``account`` is kept as it was given, so that rubbish can be played too."""

    account_no: str
    revision: int
    changed_at: str
    changed_by: str
    account: Any

    def show(self) -> dict[str, Any]:
        """Return the account as the feed tells it."""
        return {
            "account_no": self.account_no,
            "revision": self.revision,
            "changed_at": self.changed_at,
            "changed_by": self.changed_by,
            "account": self.account,
        }


@dataclass
class MasterBook:
    """All accounts. Not safe for threads: the caller holds the lock."""

    accounts: dict[str, MasterAccount] = field(default_factory=dict)
    # Position → account number; an account that changes again moves to the end.
    order: dict[int, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    nonces: dict[str, None] = field(default_factory=dict)
    last: int = 0
    # Account number → the reason with which the system refuses it.
    refused: dict[str, str] = field(default_factory=dict)
    # Readings, bills, balances, payments and invoices as they were saved, each with its revision.
    billing: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        """Forget the accounts; nonces stay used."""
        self.billing.clear()
        for one in (self.accounts, self.order, self.places, self.batches, self.refused):
            one.clear()

    def use(self, nonce: str) -> bool:
        """Use a nonce up; False where it was used before."""
        if nonce in self.nonces:
            return False
        self.nonces[nonce] = None
        while len(self.nonces) > NONCES_KEPT:
            del self.nonces[next(iter(self.nonces))]
        return True

    def put(self, account_no: str, account: Any, by: str) -> MasterAccount:  # noqa: ANN401 - whatever was given
        """Change an account; a mapping changes the cells that it names, anything else replaces all."""
        known = self.accounts.get(account_no)
        if known is None and len(self.accounts) >= ACCOUNTS_KEPT:
            return MasterAccount(account_no, 0, now_text(), by, account)
        merged = account
        if known is not None and isinstance(account, dict) and isinstance(known.account, dict):
            merged = {**known.account, **account}
        made = MasterAccount(account_no, (known.revision if known else 0) + 1, now_text(), by, merged)
        self.accounts[account_no] = made
        self.last += 1
        if account_no in self.places:
            del self.order[self.places[account_no]]
        self.places[account_no], self.order[self.last] = self.last, account_no
        return made

    def put_billing(self, item: Any) -> Any:  # noqa: ANN401 - whatever was given
        """Save an entry of the books, as a bill or a payment; without a revision it gets the next one."""
        if len(self.billing) >= ACCOUNTS_KEPT:
            del self.billing[0]
        made = {"revision": len(self.billing) + 1, **item} if isinstance(item, dict) else item
        self.billing.append(made)
        return made

    def page_billing(self, after: int, limit: int) -> dict[str, Any]:
        """Return what was saved after a position."""
        shown = self.billing[after : after + limit]
        cursor = after + len(shown)
        return {"items": shown, "next": str(cursor), "is_last": cursor >= len(self.billing)}

    def page(self, after: int, limit: int) -> dict[str, Any]:
        """Return the changes after a position."""
        later = [place for place in self.order if place > after]
        shown = later[:limit]
        items = [self.accounts[self.order[place]].show() for place in shown]
        cursor = shown[-1] if shown else after
        return {"items": items, "next": str(cursor), "is_last": len(later) <= limit}

    def take(self, key: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Take a batch; the same key again is answered as it was and changes nothing."""
        if key not in self.batches:
            self.batches[key] = {"results": [self._take_one(one) for one in items]}
            while len(self.batches) > BATCHES_KEPT:
                del self.batches[next(iter(self.batches))]
        return self.batches[key]

    def _take_one(self, item: dict[str, Any]) -> dict[str, Any]:
        number = str(item["account_no"])
        if number in self.refused:
            return {"account_no": number, "result": "refused", "reason": self.refused[number]}
        known = self.accounts.get(number)
        if (known.revision if known else 0) != item["base_revision"]:
            return {"account_no": number, "result": "stale"}
        made = self.put(number, item["account"], "hall")
        return {"account_no": number, "result": "done", "revision": made.revision}
