"""What proves who somebody is, made from the hall's parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.identity_checks import IdentityChecks, Terms
from backend.cases.identity_decisions import IdentityDecisions
from backend.cases.name_checks import NameComparing
from backend.cases.service import CaseService
from backend.cases.staff_access import StaffAccess
from backend.catalogue.service import DefinitionStore
from backend.core.config import Settings
from backend.core.encryption import KeyRing
from backend.customers.service import CustomersService
from backend.organisation.service import OrganisationService
from composition.platforms import Platforms


@dataclass(frozen=True)
class IdentityParts:
    """What all of it stands on."""

    settings: Settings
    platforms: Platforms
    sessions: sessionmaker[Session]
    cases: CaseService
    definitions: DefinitionStore
    customers: CustomersService
    keys: KeyRing
    now: Callable[[], datetime]


def make_identity_checks(parts: IdentityParts) -> IdentityChecks:
    """Return the customers' face checks."""
    return IdentityChecks(
        parts.sessions,
        parts.cases,
        parts.definitions,
        parts.customers,
        parts.keys,
        parts.platforms.face_offers,
        _make_terms(parts.settings),
        parts.now,
    )


def make_name_comparing(parts: IdentityParts) -> NameComparing:
    """Return what compares names with ID numbers."""
    return NameComparing(parts.sessions, parts.keys, parts.platforms.names, parts.now)


def make_identity_decisions(
    parts: IdentityParts, access: StaffAccess, organisation: OrganisationService, names: NameComparing
) -> IdentityDecisions:
    """Return the decisions of staff."""
    return IdentityDecisions(
        parts.sessions,
        parts.cases,
        access,
        organisation,
        parts.definitions,
        parts.customers,
        parts.keys,
        names,
        bool(parts.platforms.face_offers),
        parts.now,
    )


def _make_terms(settings: Settings) -> Terms:
    pages = f"{settings.public_base_url}/h5/#/pages/identity"
    return Terms(
        f"{pages}/index?no={{case_no}}&check={{reference}}",
        # The mini-program is signed in by itself, so that this page only says how to go back there.
        f"{pages}/done",
        settings.wechat_mini_app_id,
    )
