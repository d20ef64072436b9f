"""Fills in the forms that a scenario's outcomes ask for, as the people of the process would."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases import repository
from backend.cases.commands import Complete
from backend.cases.contract_wording import ContractWordings
from backend.cases.document_signing import DocumentSigning
from backend.cases.document_sources import DocumentSources
from backend.cases.documents import Change, DocumentDesk, Filler
from backend.cases.service import CaseService
from backend.catalogue.forms import FormField
from backend.catalogue.service import DefinitionStore
from backend.core.config import Settings
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.customers.account_numbers import make_account_no
from backend.customers.accounts import GasAccounts
from backend.customers.models import GasAccount, Premises
from backend.customers.service import CustomersService
from backend.organisation.service import OrganisationService
from composition.hall import make_key_ring
from deploy.demo.form_values import FormWriter
from payments.booking import make_book_reader


class AnyFiles:
    """Takes every file for uploaded: scenarios are about forms, not about what was photographed."""

    def claim(
        self,
        session: Session,
        file_keys: Sequence[str],
        owner: str,
        case_id: int,
        id_photos: Collection[str] = (),
    ) -> None:
        """Let the case have them."""

    def describe(self, session: Session, file_keys: Sequence[str], viewer: str = "") -> Mapping[str, Any]:
        """Return nothing: no client fetches these."""
        return {}

    def read_hashes(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, str]:
        """Return for each a hash of its name."""
        return {key: hashlib.sha256(key.encode()).hexdigest() for key in file_keys}

    def read_pictures(self, session: Session, file_keys: Sequence[str]) -> Mapping[str, bytes | str]:
        """Return nothing: nothing is printed."""
        return {}


def make_sources(
    organisation: OrganisationService, keys: KeyRing, now: Callable[[], datetime]
) -> DocumentSources:
    """Return where the first values come from, as the hall has them."""
    accounts = GasAccounts(keys, CustomersService(keys))
    definitions = DefinitionStore()
    books = make_book_reader(definitions)
    return DocumentSources(definitions, organisation, keys, {}, accounts, books, now)


def make_desk(
    service: CaseService, settings: Settings, organisation: OrganisationService, now: Callable[[], datetime]
) -> DocumentDesk:
    """Return what fills forms in for the cases of ``service``, as the hall has it."""
    keys, definitions, files = make_key_ring(settings), DefinitionStore(), AnyFiles()
    sources = make_sources(organisation, keys, now)
    wordings = ContractWordings(definitions, sources, keys)
    signing = DocumentSigning(keys, files)
    return DocumentDesk(service, definitions, sources, keys, files, signing, wordings, now)


def fill_what_is_asked(
    sessions: sessionmaker[Session],
    desk: DocumentDesk,
    case_id: int,
    command: Complete,
    actor: str,
    chosen: Mapping[str, Any],
) -> None:
    """Hand in the form of the task that ``command`` finishes; ``chosen`` has to stand in it."""
    filler = Filler(actor, command.performer, {"staff_name": "王师傅"})
    with sessions.begin() as session:
        opened = desk.read(session, case_id, command.task, filler)
        task = opened.case.snapshot.task(command.task)
        assert task is not None
        writer = FormWriter(
            local_date(task.opened_at), random.Random(f"{case_id} {command.outcome}"), _put, chosen
        )
        values = writer.write(opened.form, opened.values)
        revision = 0 if opened.row is None else opened.row.revision
        desk.save(session, case_id, command.task, filler, Change(revision, values, fills=True))


def enter_account(session: Session, settings: Settings, unit_id: int) -> str:
    """Enter an account that belongs to nobody yet; returns its number."""
    now, number = datetime.now(UTC), make_account_no("100", secrets.SystemRandom())
    keys = make_key_ring(settings)
    index = keys.blind_index(number, "address")
    premises = Premises(
        unit_id=unit_id, region="历下区", street="文化路", community="和平小区", door_sealed="",
        address_index=index, created_at=now,
    )  # fmt: skip
    session.add(premises)
    session.flush()
    premises.door_sealed = keys.encrypt("1室", f"premises.door:{premises.id}")
    account = GasAccount(
        unit_id=unit_id, account_no=number, premises_id=premises.id, status="active",
        gas_use="residential", opened_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return number


def asks_for_form(sessions: sessionmaker[Session], case_id: int, command: Complete) -> bool:
    """True where the outcome wants its step's form."""
    with sessions() as session:
        case = repository.read_case(session, case_id)
        task = case.snapshot.task(command.task)
        definition = DefinitionStore().get(session, case.definition_version_id)
        outcome = task and definition.step(task.step).outcome(command.outcome)
        return outcome is not None and "form" in outcome.asks


def _put(field: FormField) -> list[str]:
    return [f"photo-{at}-of-{field.key}" for at in range(field.min_count or 1)]
