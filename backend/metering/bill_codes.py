"""The code that is printed on a bill: kept as a keyed print alone, which is bound to its account."""

from __future__ import annotations

from backend.core.encryption import KeyRing


def print_code(keys: KeyRing, account_no: str, code: str) -> str:
    """Return what is kept of a code; nobody can tell the code from it without the key."""
    return keys.fingerprint(f"{account_no}:{code.upper()}", "bill_code")
