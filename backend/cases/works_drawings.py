"""Sketches and drawings of works: what staff uploaded, what the customer is shown, and what was signed.

The drawing stands in the case's data with the hash of its files. Whoever signs says which was seen, and the
signature stands beside that hash from then on: another drawing has another hash, and nobody has signed it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.cases.case_files import CaseFiles
from backend.cases.errors import CommandRefused

# The guard of a customer's step at which a drawing is signed.
DRAWING_SHOWN = "drawing_shown"
# Case data: the drawing that is to be signed, its name (which the process sets), and all that were signed.
WORKS_DRAWING, DRAWING_NAME, SIGNED_DRAWINGS = "works_drawing", "drawing_name", "signed_drawings"
# With a signature comes the hash of the drawing that was seen.
SEEN_DRAWING = "drawing_sha256"
# In a drawing: the sum that is signed with it, in whole fen.
SUM = "amount_fen"
_UNNAMED = "图纸"


def make_drawing(
    session: Session, files: CaseFiles, file_keys: Sequence[str], amount_fen: int | None = None
) -> dict[str, Any]:
    """Return what the case keeps of a drawing whose files it has claimed.

    ``amount_fen`` is the sum that was named with it, for whoever signs the one agrees to the other.
    """
    keys = list(dict.fromkeys(file_keys))
    hashes = files.read_hashes(session, keys)
    drawing: dict[str, Any] = {"files": keys, "sha256": hash_files([hashes[key] for key in keys])}
    return drawing if amount_fen is None else {**drawing, SUM: amount_fen}


def hash_files(hashes: Sequence[str]) -> str:
    """Return one hash for files in their order; that of a single file is its own."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def name_drawing(data: Mapping[str, Any]) -> str:
    """Return what the drawing is called on the customer's page."""
    return str(data.get(DRAWING_NAME) or _UNNAMED)


def note_signed(data: Mapping[str, Any], seen: str, signature: str, at: datetime) -> dict[str, Any]:
    """Return the case's data with this drawing among those that were signed.

    Raises CommandRefused ``drawing_unseen`` where nobody says what was seen, and ``drawing_changed`` where
    another drawing has taken its place since. A case without a drawing is its guard's to refuse.
    """
    drawing = data.get(WORKS_DRAWING)
    if not drawing:
        return {}
    if not seen:
        raise CommandRefused("drawing_unseen")
    if seen != drawing["sha256"]:
        raise CommandRefused("drawing_changed")
    signed = {**drawing, "name": name_drawing(data), "signature_file": signature, "signed_at": at.isoformat()}
    return {SIGNED_DRAWINGS: [*(data.get(SIGNED_DRAWINGS) or ()), signed]}
