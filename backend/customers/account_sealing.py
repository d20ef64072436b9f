"""An account's and its premises' personal columns, sealed for their own rows (law 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.core.encryption import KeyRing
from backend.customers.addresses import describe_place
from backend.customers.models import GasAccount, Premises


def seal_holder(keys: KeyRing, account: GasAccount, holder: str, contact: str, phone: str) -> None:
    """Put whose account it is, and who answers for it, into the row, which must have its id."""
    for column, text in (("holder", holder), ("contact", contact), ("phone", phone)):
        sealed = keys.encrypt(text, f"gas_account.{column}:{account.id}") if text else None
        setattr(account, f"{column}_sealed", sealed)
    account.phone_index = keys.blind_index(phone, "phone") if phone else None


def open_holder(keys: KeyRing, account: GasAccount) -> tuple[str, str, str]:
    """Return holder, contact and phone in clear; what is not known is empty."""
    columns = ("holder", "contact", "phone")
    sealed = (getattr(account, f"{one}_sealed") for one in columns)
    holder, contact, phone = (
        keys.decrypt(text, f"gas_account.{one}:{account.id}") if text else ""
        for one, text in zip(columns, sealed, strict=True)
    )
    return holder, contact, phone


def seal_place(keys: KeyRing, premises: Premises, address: Mapping[str, Any]) -> None:
    """Put what is personal of an address into the row, which must have its id."""
    premises.door_sealed = keys.encrypt(address["door"], f"premises.door:{premises.id}")
    note = address.get("note")
    premises.note_sealed = keys.encrypt(note, f"premises.note:{premises.id}") if note else None


def open_place(keys: KeyRing, premises: Premises) -> dict[str, Any]:
    """Return the address in clear."""
    note = premises.note_sealed
    return {
        **describe_place(premises),
        "door": keys.decrypt(premises.door_sealed, f"premises.door:{premises.id}"),
        "note": keys.decrypt(note, f"premises.note:{premises.id}") if note else "",
    }
