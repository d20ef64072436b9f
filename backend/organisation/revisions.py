"""How two people who change the same entry do not undo each other's work without noticing."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.core.errors import Conflict

# Any fixed number serves; who edits the organisation takes turns under it, so that a look and the change
# that follows it belong together.
EDIT_LOCK = 96_604
# Sent in place of a mark by who believes that an entry is new.
NOT_YET = ""


def take_edit_turn(session: Session) -> None:
    """Wait until nobody else edits the organisation; ends with the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": EDIT_LOCK})


def make_revision(*parts: object) -> str:
    """Return a short mark of what an entry holds; another content has another mark."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def check_revision(expected: str | None, present: str | None, taken: str) -> None:
    """Compare the mark that somebody saw with the present one, which is None where nothing is entered.

    None expects nothing, as a table that is taken in does. Raises Conflict ``taken`` where an entry is there
    that was believed new, ``changed_meanwhile`` where it is another or gone.
    """
    if expected is None or expected == present:
        return
    if expected == NOT_YET:
        if present is not None:
            raise Conflict(taken)
        return
    raise Conflict("changed_meanwhile")
