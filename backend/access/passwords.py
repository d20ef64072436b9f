"""Passwords of staff: argon2id with the library's own parameters, and what a new one must be like."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200
_HASHER = PasswordHasher()
# Verified in place of an unknown person's, so that both answers take the same time.
NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe(24))


def hash_password(password: str) -> str:
    """Return the argon2id hash with its salt and parameters."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Tell whether ``password`` is the one behind ``password_hash``."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def find_weakness(password: str, username: str) -> str | None:
    """Return the code of what is wrong with a new password, or None."""
    if not SHORTEST <= len(password) <= LONGEST:
        return "password_length"
    if len(set(password)) < 5 or username.lower() in password.lower():
        return "password_guessable"
    return None


def make_first_password() -> str:
    """Return a random password for somebody's first sign-in."""
    return secrets.token_urlsafe(12)
