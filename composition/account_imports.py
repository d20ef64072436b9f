"""Imports of accounts: the desk at which staff start them, and the slices in which workers do them."""

from __future__ import annotations

from datetime import timedelta

from backend.account_imports.exporting import AccountExports
from backend.account_imports.sealed_pieces import SealedPieces
from backend.account_imports.service import AccountImports
from backend.account_imports.slices import ImportSlices
from composition.hall import Hall, read_clock
from composition.platforms import make_storage


def make_account_imports(hall: Hall) -> AccountImports:
    """Return the desk of imports."""
    pieces = SealedPieces(make_storage(hall.settings), hall.keys)
    most_bytes = hall.settings.import_most_megabytes * 1024 * 1024
    return AccountImports(hall.sessions, hall.organisation, pieces, hall.keys, most_bytes, read_clock)


def make_import_slices(hall: Hall) -> ImportSlices:
    """Return what works imports off; a slice takes a third of a job's time, so that its end is never near."""
    pieces = SealedPieces(make_storage(hall.settings), hall.keys)
    slice_for = timedelta(seconds=hall.settings.job_seconds / 3)
    return ImportSlices(hall.sessions, hall.organisation, pieces, hall.keys, slice_for, read_clock)


def make_account_exports(hall: Hall) -> AccountExports:
    """Return what writes accounts into files; each page is a reading of its own."""
    return AccountExports(hall.sessions, hall.keys, read_clock)
