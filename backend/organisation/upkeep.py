"""Keeping units and service areas in order, one entry at a time.

Every ``put_`` enters what is new and changes what is known, by its natural key, so that a form on the screen
and a row of a table take the same way. ``revision`` is what the list gave for the entry, empty for a new one,
None where it does not matter. The caller owns the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.core.errors import Conflict, Invalid, NotFound
from backend.organisation.models import ServiceArea, Unit
from backend.organisation.revisions import check_revision, make_revision, take_edit_turn
from backend.organisation.service import OrganisationService

KINDS = ("centre", "division", "unit")


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as it is maintained. ``address`` is its counter's, as customers read it; None keeps it."""

    code: str
    name: str
    kind: str
    parent_code: str | None
    is_active: bool = True
    address: str | None = None


class OrganisationUpkeep:
    """Enters and changes units and areas."""

    def __init__(self, organisation: OrganisationService) -> None:
        self._organisation = organisation

    def list_units(
        self, session: Session, unit_ids: frozenset[int] | None = None, *, with_closed: bool = False
    ) -> list[dict[str, Any]]:
        """Return ``{code, name, kind, parent_code, is_active, address, revision}`` of units, by code."""
        parents = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}
        wanted = select(Unit).order_by(Unit.code)
        if unit_ids is not None:
            wanted = wanted.where(Unit.id.in_(unit_ids))
        if not with_closed:
            wanted = wanted.where(Unit.is_active)
        return [
            {
                "code": one.code,
                "name": one.name,
                "kind": one.kind,
                "parent_code": None if one.parent_id is None else parents[one.parent_id],
                "is_active": one.is_active,
                "address": one.address,
                "revision": _revise_unit(one),
            }
            for one in session.scalars(wanted)
        ]

    def put_unit(self, session: Session, entry: UnitEntry, revision: str | None = None) -> None:
        """Enter or change a unit; raises Invalid, Conflict ``unit_taken`` and ``changed_meanwhile``."""
        if entry.kind not in KINDS:
            raise Invalid(fields={"kind": "invalid"})
        if (entry.kind == "centre") != (entry.parent_code is None):
            raise Invalid(fields={"parent_code": "invalid"})
        take_edit_turn(session)
        known = session.execute(select(Unit).where(Unit.code == entry.code)).scalar_one_or_none()
        check_revision(revision, None if known is None else _revise_unit(known), "unit_taken")
        if known is None:
            self._enter_unit(session, entry)
            return
        named = select(Unit.id).where(Unit.name == entry.name, Unit.id != known.id)
        if known.kind != entry.kind or session.execute(named).first() is not None:
            raise Conflict("unit_taken")
        if entry.parent_code is not None:
            parent_id = self._organisation.find_unit(session, entry.parent_code).id
            if parent_id in self._organisation.list_visible_units(session, known.id):
                # A unit below itself would make the tree a ring.
                raise Invalid(fields={"parent_code": "invalid"})
            known.parent_id = parent_id
        if known.kind == "centre" and not entry.is_active:
            # It is above all, and who keeps the organisation sits there.
            raise Invalid(fields={"is_active": "centre_stays_open"})
        known.name, known.is_active = entry.name, entry.is_active
        if entry.address is not None:
            known.address = entry.address
        session.flush()

    def _enter_unit(self, session: Session, entry: UnitEntry) -> None:
        if not (len(entry.code) == 3 and entry.code.isascii() and entry.code.isdigit()):
            raise Invalid(fields={"code": "invalid"})
        if entry.kind == "centre":
            # There is one centre, and it is entered before anybody can sign in.
            raise Conflict("unit_taken")
        self._organisation.add_unit(
            session, entry.code, entry.name, entry.kind, entry.parent_code, entry.address or ""
        )

    def list_areas(self, session: Session) -> list[dict[str, str]]:
        """Return ``{region, street, community, unit_code, revision}``, sorted; no community is the rest."""
        rows = session.execute(
            select(ServiceArea.region, ServiceArea.street, ServiceArea.community, Unit.code)
            .join(Unit, Unit.id == ServiceArea.unit_id)
            .order_by(ServiceArea.region, ServiceArea.street, ServiceArea.community)
        )
        keys = ("region", "street", "community", "unit_code")
        return [{**dict(zip(keys, row, strict=True)), "revision": make_revision(row.code)} for row in rows]

    def put_area(
        self,
        session: Session,
        region: str,
        street: str,
        community: str,
        unit_code: str,
        revision: str | None = None,
    ) -> None:
        """Let a unit serve this place from now on; raises Invalid, Conflict ``area_taken`` and
        ``changed_meanwhile``."""
        missing = {
            key: "required" for key, value in {"region": region, "street": street}.items() if not value
        }
        if missing:
            raise Invalid(fields=missing)
        take_edit_turn(session)
        known = self._find_area(session, region, street, community)
        check_revision(revision, _revise_area(session, known), "area_taken")
        if known is None:
            self._organisation.add_area(session, region, street, community, unit_code)
        else:
            known.unit_id = self._organisation.find_unit_or_keep(session, unit_code, known.unit_id)
            session.flush()

    def remove_area(
        self, session: Session, region: str, street: str, community: str, revision: str | None = None
    ) -> None:
        """No longer serve this place; raises NotFound, Conflict ``changed_meanwhile`` and ``area_in_use``."""
        take_edit_turn(session)
        known = self._find_area(session, region, street, community)
        if known is None:
            raise NotFound()
        check_revision(revision, _revise_area(session, known), "changed_meanwhile")
        try:
            with session.begin_nested():
                session.delete(known)
        except IntegrityError as error:
            # It has visiting hours of its own, or had visits in them.
            raise Conflict("area_in_use") from error

    @staticmethod
    def _find_area(session: Session, region: str, street: str, community: str) -> ServiceArea | None:
        return session.execute(
            select(ServiceArea).where(
                ServiceArea.region == region,
                ServiceArea.street == street,
                ServiceArea.community == community,
            )
        ).scalar_one_or_none()


def _revise_unit(unit: Unit) -> str:
    return make_revision(unit.name, unit.kind, unit.parent_id, unit.is_active, unit.address)


def _revise_area(session: Session, area: ServiceArea | None) -> str | None:
    return None if area is None else make_revision(session.get_one(Unit, area.unit_id).code)
