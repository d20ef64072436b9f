"""An account's and its premises' personal columns, sealed for their own rows (law 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.core.encryption import KeyRing
from backend.customers.addresses import describe_place
from backend.customers.models import GasAccount, Premises


def seal_account_text(keys: KeyRing, column: str, account_id: int, text: str) -> str | None:
    """Return a text of the account, sealed for its column; what is not known stays None."""
    return keys.encrypt(text, f"gas_account.{column}:{account_id}") if text else None


def seal_premises_text(keys: KeyRing, column: str, premises_id: int, text: str) -> str:
    """Return a text of the premises, sealed for its column."""
    return keys.encrypt(text, f"premises.{column}:{premises_id}")


def open_account_text(keys: KeyRing, column: str, account_id: int, sealed: str | None) -> str:
    """Return a sealed text of the account in clear; what is not known is empty."""
    return keys.decrypt(sealed, f"gas_account.{column}:{account_id}") if sealed else ""


def open_premises_text(keys: KeyRing, column: str, premises_id: int, sealed: str | None) -> str:
    """Return a sealed text of the premises in clear; what is not known is empty."""
    return keys.decrypt(sealed, f"premises.{column}:{premises_id}") if sealed else ""


def seal_holder(keys: KeyRing, account: GasAccount, holder: str, contact: str, phone: str) -> None:
    """Put whose account it is, and who answers for it, into the row, which must have its id."""
    for column, text in (("holder", holder), ("contact", contact), ("phone", phone)):
        setattr(account, f"{column}_sealed", seal_account_text(keys, column, account.id, text))
    account.phone_index = keys.blind_index(phone, "phone") if phone else None


def open_holder(keys: KeyRing, account: GasAccount) -> tuple[str, str, str]:
    """Return holder, contact and phone in clear; what is not known is empty."""
    columns = ("holder", "contact", "phone")
    sealed = (getattr(account, f"{one}_sealed") for one in columns)
    holder, contact, phone = (
        open_account_text(keys, one, account.id, text) for one, text in zip(columns, sealed, strict=True)
    )
    return holder, contact, phone


def seal_place(keys: KeyRing, premises: Premises, address: Mapping[str, Any]) -> None:
    """Put what is personal of an address into the row, which must have its id."""
    premises.door_sealed = seal_premises_text(keys, "door", premises.id, address["door"])
    note = address.get("note")
    premises.note_sealed = seal_premises_text(keys, "note", premises.id, note) if note else None


def open_place(keys: KeyRing, premises: Premises) -> dict[str, Any]:
    """Return the address in clear."""
    return {
        **describe_place(premises),
        "door": open_premises_text(keys, "door", premises.id, premises.door_sealed),
        "note": open_premises_text(keys, "note", premises.id, premises.note_sealed),
    }
