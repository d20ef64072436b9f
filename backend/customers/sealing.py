"""A customer's personal columns: sealed for their own row, with a blind index beside them (law 12)."""

from __future__ import annotations

from backend.core.encryption import KeyRing
from backend.customers.models import Customer


def seal_customer_text(keys: KeyRing, column: str, customer_id: int, text: str) -> str:
    """Return a text of a customer who is not entered yet, sealed for its column and the id drawn for them."""
    return keys.encrypt(text, f"customer.{column}:{customer_id}")


def open_customer_text(keys: KeyRing, column: str, customer_id: int, sealed: str | None) -> str:
    """Return a sealed text of a customer in clear; what is not known is empty."""
    return keys.decrypt(sealed, f"customer.{column}:{customer_id}") if sealed else ""


def seal_name(keys: KeyRing, customer: Customer, name: str) -> None:
    """Put ``name`` into the row, which must have its id; raises ValueError where nothing can be indexed."""
    customer.name_index = keys.blind_index(name, "name")
    customer.name_sealed = keys.encrypt(name.strip(), _context("name", customer))


def open_name(keys: KeyRing, customer: Customer) -> str | None:
    """Return the name in clear, or None where none is known."""
    sealed = customer.name_sealed
    return None if sealed is None else keys.decrypt(sealed, _context("name", customer))


def seal_phone(keys: KeyRing, customer: Customer, phone: str) -> None:
    """Put ``phone`` into the row, which must have its id. Whether it is verified is the caller's matter."""
    customer.phone_index = keys.blind_index(phone, "phone")
    customer.phone_sealed = keys.encrypt(phone, _context("phone", customer))


def open_phone(keys: KeyRing, customer: Customer) -> str | None:
    """Return the phone in clear, or None where none is known."""
    sealed = customer.phone_sealed
    return None if sealed is None else keys.decrypt(sealed, _context("phone", customer))


def seal_id_number(keys: KeyRing, customer: Customer, number: str) -> None:
    """Put the ID number into the row, which must have its id."""
    customer.id_number_index = keys.blind_index(number, "id_number")
    customer.id_number_sealed = keys.encrypt(number, _context("id_number", customer))


def open_id_number(keys: KeyRing, customer: Customer) -> str | None:
    """Return the ID number in clear, or None where none is known."""
    sealed = customer.id_number_sealed
    return None if sealed is None else keys.decrypt(sealed, _context("id_number", customer))


def _context(column: str, customer: Customer) -> str:
    return f"customer.{column}:{customer.id}"
